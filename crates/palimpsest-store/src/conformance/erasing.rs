//! What the operator erases is gone from every version; that it was there is not.

use std::sync::Arc;

use palimpsest_model::{ObjectId, Revision, State};

use super::{Bench, block_id, block_on, object_id, page, put};
use crate::{ChangeKind, List, Store, StoreError, Term};

impl Bench<'_> {
    pub(crate) fn erase(&self, id: ObjectId) -> bool {
        let space = self.space;
        block_on(self.store.administer(move |registry| registry.erase(space, id))).unwrap().unwrap()
    }
}

/// An object with four versions and one that is written beside it, deleted at revision 6.
fn deleted(bench: &Bench<'_>) -> ObjectId {
    for title in ["first secret", "second secret", "third secret"] {
        bench.put(&page(1, title));
    }
    bench.put(&page(2, "beside it"));
    let delete = |tx: &mut crate::Tx<'_>| {
        let found = tx.object(object_id(1)).map_err(|error| error.to_string())?.unwrap();
        tx.put((*found.object).clone(), State::Deleted, ChangeKind::Deleted).map_err(|error| error.to_string())
    };
    assert_eq!(bench.commit(delete).unwrap().revision, Revision(6));
    object_id(1)
}

/// No version of an erased object can be read, no list shows one; revision, time, actor and kind of its changes stay.
pub fn an_erased_object_has_no_content_at_any_revision(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let id = deleted(&bench);
    let before = bench.log();
    assert!(bench.erase(id) && bench.erase(id), "to erase again changes nothing");
    for number in 2..=6 {
        let found = bench.look(move |snapshot| snapshot.object_at(id, Revision(number)));
        assert!(matches!(found, Err(StoreError::Erased { id: erased, revision: Revision(at) })
            if erased == id && at == number));
        let listed = bench.look(move |snapshot| snapshot.list_at(List::All, Revision(number), None, 10)).unwrap();
        assert_eq!(listed.len(), usize::from(number >= 5), "the list at {number}");
    }
    assert!(bench.look(move |snapshot| snapshot.object_at(id, Revision(1))).unwrap().is_none(), "it was not there yet");
    let now = bench.found(id).unwrap();
    assert_eq!((now.state, now.object.title(), now.object.block_count()), (State::Deleted, "", 0));
    let after = bench.log();
    assert_eq!(bench.head(), Revision(6), "what was deleted already takes no revision");
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((before.revision, before.at, &before.actor), (after.revision, after.at, &after.actor));
        assert_eq!(before.schema, after.schema);
        for (before, after) in before.objects.iter().zip(&after.objects) {
            assert_eq!((before.id, before.structure, before.kind), (after.id, after.structure, after.kind));
            assert!(if after.id == id { after.paths.is_empty() } else { after.paths == before.paths });
        }
    }
    assert!(before[2].objects[0].paths.contains(&"properties.title".to_owned()));
    let changes = bench.look(move |snapshot| snapshot.changes_since(id, Revision(0))).unwrap();
    assert_eq!(changes.len(), 4);
    let versions = bench.look(move |snapshot| snapshot.versions_at(id, &[(Revision(3), super::NOON)].into()));
    assert!(matches!(versions, Err(StoreError::Erased { .. })));
    let history = bench.look(move |snapshot| snapshot.history(id, Revision(1)..=Revision(6), 10)).unwrap();
    assert!(history.len() == 4 && history.iter().all(|made| made.change.paths.is_empty()));
    let beside = bench.look(|snapshot| snapshot.object_at(object_id(2), Revision(5))).unwrap().unwrap();
    assert_eq!(beside.object.title(), "beside it");
}

/// An erased object cannot come back, its block ids stay its own, and the index of titles does not know it.
pub fn an_erased_object_stays_deleted(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let id = deleted(&bench);
    assert!(bench.erase(id));
    let decided = bench.commit(move |tx| {
        let back = tx.put(page(1, "back"), State::Live, ChangeKind::Restored);
        assert!(matches!(back, Err(StoreError::Erased { .. })), "{back:?}");
        assert!(!tx.block_is_free(block_id(1 << 32), object_id(2)).unwrap());
        put(tx, page(3, "written all the same"))
    });
    decided.unwrap().value.unwrap();
    assert_eq!(bench.found(id).unwrap().state, State::Deleted);
    assert_eq!(bench.found(object_id(3)).unwrap().object.title(), "written all the same");
    let terms = bench.look(|snapshot| snapshot.terms(&Term::word("secret").exactly(), None, 10));
    assert!(terms.unwrap().is_empty());
    assert!(bench.look(move |snapshot| snapshot.titled(id)).unwrap().is_none());
}

/// Only what is deleted is erased, and erasing and compacting go together.
pub fn only_what_is_deleted_is_erased(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let id = deleted(&bench);
    assert!(!bench.erase(object_id(2)) && !bench.erase(object_id(99)));
    assert_eq!(bench.found(object_id(2)).unwrap().object.title(), "beside it");
    assert!(bench.compact(4, 100) && bench.erase(id));
    let at = |number| bench.look(move |snapshot| snapshot.object_at(id, Revision(number)));
    assert!(matches!(at(3), Err(StoreError::Compacted { oldest: Revision(4) })));
    assert!(matches!(at(4), Err(StoreError::Erased { .. })));
    assert!(bench.compact(6, 100));
    assert!(matches!(at(6), Err(StoreError::Erased { .. })));
    assert_eq!(bench.found(object_id(2)).unwrap().object.title(), "beside it");
}
