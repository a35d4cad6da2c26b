//! Rendered bytes, keyed by everything they were made of, so that an entry never goes stale.

use bytes::Bytes;
use palimpsest_model::{LogId, ObjectId, Revision};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// What some bytes were made of. A log id names the life of one space.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Key {
    Object { log: LogId, id: ObjectId, revision: Revision, structure: Revision },
    Markdown { log: LogId, id: ObjectId, revision: Revision },
    Structures { log: LogId, schema: Revision },
}

#[derive(Clone)]
struct ByLength;

impl Weighter<Key, Bytes> for ByLength {
    fn weight(&self, _key: &Key, bytes: &Bytes) -> u64 {
        // Roughly what an entry costs beside its bytes; never 0, which would pin it.
        bytes.len() as u64 + 128
    }
}

pub(crate) struct Rendered(Cache<Key, Bytes, ByLength>);

impl Rendered {
    /// A cache of at most so many bytes.
    pub(crate) fn new(capacity: u64) -> Self {
        let expected = usize::try_from(capacity / 2048).unwrap_or(1 << 16).max(16);
        Self(Cache::with_weighter(expected, capacity, ByLength))
    }

    /// The bytes of a key, made when they are not there.
    pub(crate) fn get_or_make(&self, key: Key, make: impl FnOnce() -> Vec<u8>) -> Bytes {
        if let Some(bytes) = self.0.get(&key) {
            return bytes;
        }
        let bytes = Bytes::from(make());
        self.0.insert(key, bytes.clone());
        bytes
    }

    /// Drops whatever shows an object.
    pub(crate) fn forget(&self, object: ObjectId) {
        self.0.retain(|key, _| match key {
            Key::Object { id, .. } | Key::Markdown { id, .. } => *id != object,
            Key::Structures { .. } => true,
        });
    }

    /// The bytes of a key, if they are there.
    pub(crate) fn get(&self, key: &Key) -> Option<Bytes> {
        self.0.get(key)
    }
}
