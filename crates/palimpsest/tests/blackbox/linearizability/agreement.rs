//! More clients than a search can follow. The revisions they were told are the order; nothing has to be searched, only
//! compared.

use crate::random::rounds;

use super::campaign::Bench;
use super::history::{Actor, Event, History, observe};
use super::lists::{Appender, Op, Ret, appenders};

const CLIENTS: usize = 8;
const CALLS: u64 = 12;

#[test]
fn what_eight_clients_saw_agrees_with_the_revisions_they_were_told() {
    let mut bench = Bench::without("");
    for _ in 0..rounds(8, 80) {
        assert_eq!(disagreements(&mut bench), Vec::<String>::new());
    }
}

/// The control: it rests on one commit for all operations.
#[cfg(feature = "faults")]
#[test]
fn eight_clients_of_transactions_that_are_split_disagree() {
    let mut bench = Bench::without("split-transactions");
    let found = (0..20).map(|_| disagreements(&mut bench)).find(|found| !found.is_empty());
    let found = found.expect("nobody disagreed");
    println!("{} disagreements, such as {}", found.len(), found[0]);
}

/// A call and its answer, and their places in the history.
#[derive(Debug)]
struct Call {
    called: usize,
    answered: usize,
    op: Op,
    ret: Ret,
}

/// Lets eight clients append and read; everything in which what they saw disagrees with the revisions.
fn disagreements(bench: &mut Bench) -> Vec<String> {
    let (mut actors, begins) = appenders(bench, CLIENTS + 1);
    let mut last: Appender = actors.pop().unwrap();
    let history = observe(actors.into_iter().map(|actor| (actor, CALLS)).collect());
    let (called, answered) = (history.0.len(), history.0.len() + 1);
    let mut calls = calls(history);
    calls.push(Call { called, answered, op: Op::Read, ret: last.carry_out(&Op::Read) });
    let mut found = Vec::new();
    check_revisions(&calls, begins, &mut found);
    check_lists(&calls, &mut found);
    check_times(&calls, &mut found);
    found
}

fn calls(history: History<Op, Ret>) -> Vec<Call> {
    let (mut open, mut calls) = (vec![None; CLIENTS], Vec::new());
    for (place, (client, event)) in history.0.into_iter().enumerate() {
        match event {
            Event::Called(op) => open[client] = Some((place, op)),
            Event::Answered(ret) => {
                let (called, op) = open[client].take().unwrap();
                calls.push(Call { called, answered: place, op, ret });
            }
        }
    }
    calls
}

/// Each append has a revision of its own, and none is left out.
fn check_revisions(calls: &[Call], begins: i64, found: &mut Vec<String>) {
    let appends = calls.iter().filter(|call| call.op != Op::Read);
    let mut revisions: Vec<_> = appends.map(|call| call.ret.revision).collect();
    revisions.sort_unstable();
    if !revisions.iter().copied().eq((begins + 1..).take(revisions.len())) {
        found.push(format!("after {begins} came {revisions:?}"));
    }
}

/// Each list is shown as the appends up to the revision have made it, in their order: nothing more, nothing less.
fn check_lists(calls: &[Call], found: &mut Vec<String>) {
    for list in [0, 1] {
        let appended = |call: &Call| match &call.op {
            Op::Append { element, to } if to.contains(&list) => Some((call.ret.revision, *element)),
            _ => None,
        };
        let mut appended: Vec<_> = calls.iter().filter_map(appended).collect();
        appended.sort_unstable();
        for call in calls {
            let Some(shown) = &call.ret.shown[list] else { continue };
            let until = appended.iter().take_while(|(revision, _)| *revision <= call.ret.revision);
            if !until.map(|(_, element)| element).eq(shown) {
                found.push(format!("list {list} is not made by {appended:?}: {call:?}"));
            }
        }
    }
}

/// Nobody is told of an older state than anybody was before the call, and no append of the same.
fn check_times(calls: &[Call], found: &mut Vec<String>) {
    for call in calls {
        let before = calls.iter().filter(|before| before.answered < call.called);
        let newest = before.map(|before| before.ret.revision).max().unwrap_or_default();
        if call.ret.revision < newest + i64::from(call.op != Op::Read) {
            found.push(format!("{newest} was told before {call:?}"));
        }
    }
}
