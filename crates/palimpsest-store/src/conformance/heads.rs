//! What a snapshot and the published head see.

use std::sync::Arc;

use palimpsest_model::{Revision, State};

use super::{Bench, block_on, object_id, page};
use crate::{ObjectHead, Store};

/// A snapshot sees one revision: the row, the log and every object agree.
pub fn a_snapshot_sees_one_revision(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    for round in 0..50 {
        let together = bench.commit(move |tx| {
            super::put(tx, page(1, &format!("round {round}")))?;
            super::put(tx, page(2, &format!("round {round}")))
        });
        together.unwrap().value.unwrap();
        let answer = block_on(store.read(bench.space, |snapshot| {
            let titles =
                [1, 2].map(|number| snapshot.object(object_id(number)).unwrap().unwrap().object.title().to_owned());
            (titles, snapshot.row().revision, snapshot.entries(Revision(0), usize::MAX).unwrap().len())
        }));
        let answer = answer.unwrap();
        let (titles, revision, entries) = answer.value;
        assert_eq!(titles[0], titles[1]);
        assert_eq!((revision, entries as u64), (answer.revision, revision.0));
    }
}

/// When a commit is answered, the head (where the store has one) and new snapshots show it.
pub fn the_head_knows_what_was_committed_before_the_answer(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    for round in 0..50 {
        let revision = bench.put(&page(1, &format!("round {round}")));
        if let Some(current) = store.current(bench.space, Some(object_id(1))) {
            assert_eq!(current.space.revision, revision);
            assert_eq!(current.object, Some(ObjectHead { revision, state: State::Live }));
        }
        assert_eq!(bench.found(object_id(1)).unwrap().revision, revision);
        assert_eq!(bench.head(), revision);
    }
}

/// What a reader saw earlier never replaces what the head knows, and is not taken once the head has moved.
pub fn a_reader_never_brings_back_the_past(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let old = bench.put(&page(1, "old"));
    let new = bench.put(&page(1, "new"));
    let stale = ObjectHead { revision: old, state: State::Live };
    store.remember(bench.space, old, object_id(1), stale);
    store.remember(bench.space, new, object_id(1), stale);
    store.remember(bench.space, old, object_id(2), stale);
    if let Some(current) = store.current(bench.space, Some(object_id(1))) {
        assert_eq!(current.object.map(|object| object.revision), Some(new));
        assert_eq!(store.current(bench.space, Some(object_id(2))).unwrap().object, None);
    }
}
