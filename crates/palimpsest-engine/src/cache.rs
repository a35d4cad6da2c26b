//! Rendered bytes, keyed by everything they were made of, so that an entry never goes stale.

use palimpsest_model::{LogId, ObjectId, Revision, Timestamp};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::etag::Rendering;

/// What some bytes were made of. A log id names the life of one space; `structure` is a revision at which the structure of the
/// object was as it is shown with; `expires` is when the links end that its files are shown with, if it has files.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Key {
    Object { log: LogId, id: ObjectId, revision: Revision, structure: Revision, expires: Option<Timestamp> },
    Markdown { log: LogId, id: ObjectId, revision: Revision },
    Structures { log: LogId, schema: Revision },
}

#[derive(Clone)]
struct ByLength;

impl Weighter<Key, Rendering> for ByLength {
    fn weight(&self, _key: &Key, rendering: &Rendering) -> u64 {
        // Roughly what an entry costs beside its bytes; never 0, which would pin it.
        rendering.body.len() as u64 + 128
    }
}

pub(crate) struct Rendered(Cache<Key, Rendering, ByLength>);

impl Rendered {
    /// A cache of at most so many bytes.
    pub(crate) fn new(capacity: u64) -> Self {
        let expected = usize::try_from(capacity / 2048).unwrap_or(1 << 16).max(16);
        Self(Cache::with_weighter(expected, capacity, ByLength))
    }

    /// The bytes of a key, made when they are not there.
    pub(crate) fn get_or_make(&self, key: Key, make: impl FnOnce() -> Vec<u8>) -> Rendering {
        if let Some(rendering) = self.0.get(&key) {
            return rendering;
        }
        let rendering = Rendering::from(make());
        self.0.insert(key, rendering.clone());
        rendering
    }

    /// Drops whatever shows an object.
    pub(crate) fn forget(&self, object: ObjectId) {
        self.0.retain(|key, _| match key {
            Key::Object { id, .. } | Key::Markdown { id, .. } => *id != object,
            Key::Structures { .. } => true,
        });
    }

    /// Drops the bytes of a key.
    pub(crate) fn remove(&self, key: &Key) {
        self.0.remove(key);
    }

    /// The bytes of a key, if they are there.
    pub(crate) fn get(&self, key: &Key) -> Option<Rendering> {
        self.0.get(key)
    }
}
