//! Objects that the writer has at hand: what is written often, or named by what is written, is neither read nor parsed again.
//!
//! They are those of the running transaction. Whoever takes something of it back forgets all of them.

use palimpsest_model::{ObjectId, SpaceId};
use palimpsest_store::{Batch, StoredObject};
use quick_cache::Weighter;
use quick_cache::unsync::Cache;

/// About how many bytes they take.
const CAPACITY: u64 = 32 * 1024 * 1024;

type Key = (SpaceId, ObjectId);

/// Objects that are at hand.
pub(crate) struct Objects(Cache<Key, AtHand, Weighed>);

#[derive(Clone)]
struct AtHand {
    stored: StoredObject,
    /// Of its row.
    number: i64,
    /// As of when it was put here: it may be read later, but must not become heavier here.
    weight: u64,
}

#[derive(Clone)]
struct Weighed;

impl Weighter<Key, AtHand> for Weighed {
    fn weight(&self, _key: &Key, object: &AtHand) -> u64 {
        object.weight
    }
}

/// About how many bytes an object takes.
fn weight(stored: &StoredObject) -> u64 {
    // A text that nobody read is in the body of this version or of one before; read, it takes about as much again as both.
    let times = if stored.found.object.blocks.are_read() { 4 } else { 2 };
    times * stored.body.len() as u64 + 512
}

impl Objects {
    pub(crate) fn new() -> Self {
        Self(Cache::with_weighter(CAPACITY as usize / 8192, CAPACITY, Weighed))
    }

    pub(crate) fn get(&self, space: SpaceId, id: ObjectId) -> Option<StoredObject> {
        self.0.get(&(space, id)).map(|object| object.stored.clone())
    }

    /// The row of an object that is at hand.
    pub(crate) fn number(&self, space: SpaceId, id: ObjectId) -> Option<i64> {
        self.0.get(&(space, id)).map(|object| object.number)
    }

    pub(crate) fn keep(&mut self, space: SpaceId, stored: StoredObject, number: i64) {
        let weight = weight(&stored);
        self.0.insert((space, stored.found.object.id), AtHand { stored, number, weight });
    }

    /// Keeps what a commit made of objects, whose rows are told in their order.
    pub(crate) fn follow(&mut self, batch: &Batch, numbers: &[i64]) {
        for (stored, number) in batch.stored.iter().zip(numbers) {
            self.keep(batch.space.id, stored.clone(), *number);
        }
    }

    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}
