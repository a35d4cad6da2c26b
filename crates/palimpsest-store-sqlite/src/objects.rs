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

/// Objects, each with the number of its row.
pub(crate) struct Objects(Cache<Key, (StoredObject, i64), ByLength>);

#[derive(Clone)]
struct ByLength;

impl Weighter<Key, (StoredObject, i64)> for ByLength {
    fn weight(&self, _key: &Key, (stored, _): &(StoredObject, i64)) -> u64 {
        // What is read of a body takes about three times as much.
        4 * stored.body.len() as u64 + 512
    }
}

impl Objects {
    pub(crate) fn new() -> Self {
        Self(Cache::with_weighter(CAPACITY as usize / 8192, CAPACITY, ByLength))
    }

    pub(crate) fn get(&self, space: SpaceId, id: ObjectId) -> Option<StoredObject> {
        self.0.get(&(space, id)).map(|(stored, _)| stored.clone())
    }

    /// The row of an object that is at hand.
    pub(crate) fn number(&self, space: SpaceId, id: ObjectId) -> Option<i64> {
        self.0.get(&(space, id)).map(|(_, number)| *number)
    }

    pub(crate) fn keep(&mut self, space: SpaceId, stored: StoredObject, number: i64) {
        self.0.insert((space, stored.found.object.id), (stored, number));
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
