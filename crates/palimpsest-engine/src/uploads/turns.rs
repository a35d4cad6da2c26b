//! Turns of uploads: whoever ends one waits for whoever is ending it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use palimpsest_model::ObjectId;
use tokio::sync::{OwnedMutexGuard, Semaphore};

/// So many uploads are put together at once, each of which reads and writes a whole file.
const JOINS: usize = 4;

/// What is done with an upload one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Step {
    /// Putting its parts together and making its object: who comes second finds the object.
    Completing,
    /// Taking it away, whether for its object or for nothing: it ends as one of them.
    Ending,
}

type Key = (ObjectId, Step);

/// The uploads that are being ended in this process.
pub(crate) struct Turns {
    running: Mutex<HashMap<Key, Arc<tokio::sync::Mutex<()>>>>,
    pub(super) joins: Semaphore,
}

/// A turn; ends when it is dropped.
pub(super) struct Turn<'t> {
    turns: &'t Turns,
    key: Key,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { running: Mutex::default(), joins: Semaphore::new(JOINS) }
    }
}

impl Turns {
    /// Waits until nobody else has this turn.
    pub(super) async fn turn(&self, id: ObjectId, step: Step) -> Turn<'_> {
        let key = (id, step);
        let lock = Arc::clone(self.running().entry(key).or_default());
        // Made before the wait: whoever gives up waiting cleans up as well.
        let mut turn = Turn { turns: self, key, guard: None };
        turn.guard = Some(lock.lock_owned().await);
        turn
    }

    fn running(&self) -> MutexGuard<'_, HashMap<Key, Arc<tokio::sync::Mutex<()>>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut running = self.turns.running();
        drop(self.guard.take());
        // Held by nobody else: neither has its turn nor waits for it.
        if running.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            running.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_turn_is_had_by_one_and_forgotten_after_the_last() {
        let (turns, id) = (Turns::default(), ObjectId(uuid::Uuid::nil()));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let first = turns.turn(id, Step::Completing).await;
        let other = turns.turn(id, Step::Ending).await;
        let mut second = Box::pin(turns.turn(id, Step::Completing));
        let mut third = Box::pin(turns.turn(id, Step::Completing));
        assert!(second.as_mut().poll(&mut context).is_pending() && third.as_mut().poll(&mut context).is_pending());
        drop((first, other, third));
        assert_eq!(turns.running().len(), 1);
        drop(second.await);
        assert!(turns.running().is_empty());
    }
}
