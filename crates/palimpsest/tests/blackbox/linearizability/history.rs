//! What clients called and were answered, in the order in which it happened, and whether one thing after another explains it.

use std::cell::Cell;
use std::fmt::Debug;
use std::rc::Rc;
use std::sync::{Barrier, Mutex};
use std::thread::scope;
use std::time::{Duration, Instant};

use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};

/// No search takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client of a history: it decides what to do next, and does it.
pub(super) trait Actor: Send {
    type Op: Clone + Debug + Send;
    type Ret: Clone + Debug + Send + PartialEq;

    fn decide(&mut self) -> Self::Op;
    fn carry_out(&mut self, op: &Self::Op) -> Self::Ret;
}

/// One moment of a history.
#[derive(Clone, Debug)]
pub(super) enum Event<Op, Ret> {
    Called(Op),
    Answered(Ret),
}

/// What happened, and to which client.
#[derive(Debug)]
pub(super) struct History<Op, Ret>(pub(super) Vec<(usize, Event<Op, Ret>)>);

/// What a search came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    Linearizable,
    Violated,
    /// The search was given up.
    Undecided,
}

/// Lets all clients act at once, so many times each.
pub(super) fn observe<A: Actor>(actors: Vec<(A, u64)>) -> History<A::Op, A::Ret> {
    let events = Mutex::new(Vec::new());
    let barrier = Barrier::new(actors.len());
    scope(|threads| {
        for (client, (mut actor, times)) in actors.into_iter().enumerate() {
            let (events, barrier) = (&events, &barrier);
            threads.spawn(move || {
                let tell = |event| events.lock().unwrap().push((client, event));
                barrier.wait();
                for _ in 0..times {
                    let op = actor.decide();
                    tell(Event::Called(op.clone()));
                    let ret = actor.carry_out(&op);
                    tell(Event::Answered(ret));
                }
            });
        }
    });
    History(events.into_inner().unwrap())
}

impl<Op: Clone + Debug, Ret: Clone + Debug + PartialEq> History<Op, Ret> {
    /// Looks for an order of what was done that a model explains; prints what none does.
    pub(super) fn judge<M>(&self, model: M) -> Verdict
    where
        M: SequentialSpec<Op = Op, Ret = Ret> + Clone + Debug,
    {
        let beginning = format!("{model:?}");
        let verdict = self.judge_within(PATIENCE, model);
        if verdict == Verdict::Violated {
            println!("from {beginning}:");
            self.0.iter().for_each(|(client, event)| println!("client {client} {event:?}"));
        }
        verdict
    }

    fn judge_within<M>(&self, patience: Duration, model: M) -> Verdict
    where
        M: SequentialSpec<Op = Op, Ret = Ret> + Clone,
    {
        let is_over = Rc::new(Cell::new(false));
        let bounded = Bounded { model, begun: Instant::now(), patience, is_over: Rc::clone(&is_over) };
        let mut tester = LinearizabilityTester::new(bounded);
        for (client, event) in &self.0 {
            let told = match event {
                Event::Called(op) => tester.on_invoke(*client, op.clone()),
                Event::Answered(ret) => tester.on_return(*client, ret.clone()),
            };
            assert!(told.is_ok(), "{:?}", told.err());
        }
        match tester.is_consistent() {
            true => Verdict::Linearizable,
            false if is_over.get() => Verdict::Undecided,
            false => Verdict::Violated,
        }
    }
}

/// A model that explains nothing any more when the time is over, which ends the search.
#[derive(Clone)]
struct Bounded<M> {
    model: M,
    begun: Instant,
    patience: Duration,
    is_over: Rc<Cell<bool>>,
}

impl<M: SequentialSpec> SequentialSpec for Bounded<M> {
    type Op = M::Op;
    type Ret = M::Ret;

    fn invoke(&mut self, op: &Self::Op) -> Self::Ret {
        self.model.invoke(op)
    }

    fn is_valid_step(&mut self, op: &Self::Op, ret: &Self::Ret) -> bool {
        if self.is_over.get() || self.begun.elapsed() > self.patience {
            self.is_over.set(true);
            return false;
        }
        self.model.is_valid_step(op, ret)
    }
}

mod tests {
    use super::Event::{Answered, Called};
    use super::*;

    /// Each call adds one, and is answered how many there were before.
    #[derive(Clone, Debug)]
    struct Count(u32);

    impl SequentialSpec for Count {
        type Op = ();
        type Ret = u32;

        fn invoke(&mut self, (): &()) -> u32 {
            self.0 += 1;
            self.0 - 1
        }
    }

    #[test]
    fn calls_at_once_may_have_happened_in_any_order_and_others_only_in_theirs() {
        let at_once = History(vec![(0, Called(())), (1, Called(())), (0, Answered(1)), (1, Answered(0))]);
        assert_eq!(at_once.judge(Count(0)), Verdict::Linearizable);
        let one_by_one = History(vec![(0, Called(())), (0, Answered(1)), (1, Called(())), (1, Answered(0))]);
        assert_eq!(one_by_one.judge(Count(0)), Verdict::Violated);
        let twice_the_same = History(vec![(0, Called(())), (1, Called(())), (0, Answered(0)), (1, Answered(0))]);
        assert_eq!(twice_the_same.judge(Count(0)), Verdict::Violated);
    }

    #[test]
    fn a_search_that_is_given_up_says_neither() {
        let explained = History(vec![(0, Called(())), (0, Answered(0))]);
        assert_eq!(explained.judge_within(Duration::ZERO, Count(0)), Verdict::Undecided);
    }
}
