//! What a careful client has seen: the version of each object that it read last.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use palimpsest_model::{ObjectId, Tag};

/// Versions by object.
#[derive(Default)]
pub(crate) struct Versions(Mutex<HashMap<ObjectId, Tag>>);

/// A version that an answer tells.
pub(crate) struct Told {
    pub(crate) id: ObjectId,
    pub(crate) tag: Tag,
    /// Whether the object itself was in the answer.
    pub(crate) is_shown: bool,
}

impl Versions {
    /// The version that was read last.
    pub(crate) fn of(&self, id: ObjectId) -> Option<Tag> {
        self.lock().get(&id).copied()
    }

    /// Remembers a version. Of an object that nobody looked at there is nothing to be remembered.
    pub(crate) fn note(&self, told: Told) {
        let Told { id, tag, is_shown } = told;
        let mut versions = self.lock();
        if is_shown || versions.contains_key(&id) {
            versions.insert(id, tag);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ObjectId, Tag>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use palimpsest_model::{LogId, Revision, parse_uuid};

    use super::*;

    #[test]
    fn only_what_was_looked_at_has_a_version() {
        let (versions, id) =
            (Versions::default(), ObjectId(parse_uuid("11111111-1111-4111-8111-111111111111").unwrap()));
        let tag = |revision| Tag { log: LogId(1), revision: Revision(revision) };
        versions.note(Told { id, tag: tag(1), is_shown: false });
        assert_eq!(versions.of(id), None);
        versions.note(Told { id, tag: tag(2), is_shown: true });
        versions.note(Told { id, tag: tag(3), is_shown: false });
        assert_eq!(versions.of(id), Some(tag(3)));
    }
}
