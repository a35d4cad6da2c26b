//! Writes to one object one after the other, writes to different ones side by side.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use palimpsest_model::ObjectId;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};

/// What a write changes, as far as it is known beforehand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Subject {
    Object(ObjectId),
    /// The notes of the days: which one a write changes, the server decides.
    DailyNotes,
}

/// The writes that wait, by what they change.
pub(crate) struct Queue {
    lanes: Mutex<HashMap<Subject, VecDeque<Arc<Notify>>>>,
    workers: Semaphore,
}

/// The place of a write in every lane it needs. Dropping it gives it up.
pub(crate) struct Place {
    queue: Arc<Queue>,
    subjects: BTreeSet<Subject>,
    turn: Arc<Notify>,
}

impl Queue {
    /// At most so many writes at a time, and at least one.
    pub(crate) fn new(workers: usize) -> Self {
        Self { lanes: Mutex::default(), workers: Semaphore::new(workers.clamp(1, Semaphore::MAX_PERMITS)) }
    }

    /// A place behind everybody who came before; all lanes at once, so that nobody waits for each other.
    pub(crate) fn place(self: &Arc<Self>, subjects: impl IntoIterator<Item = Subject>) -> Place {
        let (subjects, turn) = (subjects.into_iter().collect::<BTreeSet<_>>(), Arc::new(Notify::new()));
        let mut lanes = self.lanes();
        for subject in &subjects {
            lanes.entry(*subject).or_default().push_back(Arc::clone(&turn));
        }
        drop(lanes);
        Place { queue: Arc::clone(self), subjects, turn }
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<Subject, VecDeque<Arc<Notify>>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits until nobody is before it anywhere and a worker is free.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        while !self.is_first() {
            self.turn.notified().await;
        }
        self.queue.workers.acquire().await.ok()
    }

    fn is_first(&self) -> bool {
        let lanes = self.queue.lanes();
        let is_first = |subject| lanes.get(subject).and_then(VecDeque::front).is_some_and(|first| self.is(first));
        self.subjects.iter().all(is_first)
    }

    fn is(&self, turn: &Arc<Notify>) -> bool {
        Arc::ptr_eq(turn, &self.turn)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lanes = self.queue.lanes();
        for subject in &self.subjects {
            let Some(lane) = lanes.get_mut(subject) else { continue };
            lane.retain(|turn| !self.is(turn));
            match lane.front() {
                Some(next) => next.notify_one(),
                None => {
                    lanes.remove(subject);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use palimpsest_model::parse_uuid;

    use super::*;

    fn subject(digit: u32) -> Subject {
        Subject::Object(ObjectId(parse_uuid(&format!("11111111-1111-4111-8111-11111111111{digit}")).unwrap()))
    }

    /// Whether it is the turn of a place, were it asked now.
    fn is_on(place: &Place) -> bool {
        place.turn().now_or_never().is_some()
    }

    #[test]
    fn places_of_one_object_are_taken_in_order_and_others_at_once() {
        let queue = Arc::new(Queue::new(9));
        let (first, second, other) =
            (queue.place([subject(1)]), queue.place([subject(1)]), queue.place([subject(2), subject(2)]));
        assert!(is_on(&first) && !is_on(&second) && is_on(&other));
        drop(first);
        assert!(is_on(&second));
        drop((second, other));
        assert!(queue.lanes().is_empty(), "nothing is left of writes that are over");
    }

    #[test]
    fn who_leaves_while_waiting_holds_nobody_up_and_lets_nobody_pass() {
        let queue = Arc::new(Queue::new(9));
        let [first, second, third] = [(); 3].map(|()| queue.place([subject(1)]));
        drop(second);
        assert!(!is_on(&third));
        drop(first);
        assert!(is_on(&third));
    }

    #[test]
    fn a_write_of_several_objects_waits_for_all_of_them() {
        let queue = Arc::new(Queue::new(9));
        let (one, two) = (queue.place([subject(1)]), queue.place([subject(2)]));
        let both = queue.place([subject(2), subject(1)]);
        let (after, free) = (queue.place([subject(1)]), queue.place([subject(3)]));
        drop(one);
        assert!(!is_on(&both) && !is_on(&after) && is_on(&free));
        drop(two);
        assert!(is_on(&both) && !is_on(&after));
    }

    #[tokio::test]
    async fn no_more_are_under_way_than_there_are_workers() {
        let queue = Arc::new(Queue::new(1));
        let (one, two) = (queue.place([subject(1)]), queue.place([]));
        let working = one.turn().await;
        assert!(!is_on(&two));
        drop(working);
        assert!(is_on(&two));
    }
}
