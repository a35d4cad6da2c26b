//! What a snapshot and the published head see.

use std::sync::Arc;

use palimpsest_model::{Revision, SpaceId, State};

use super::{Bench, NOON, block_on, by, object_id, page, put, space_id};
use crate::{Glimpse, Moves, ObjectHead, Store};

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

/// A glance, of a store that has one, shows what every read shows: what was committed before, at the published head.
pub fn a_glance_is_a_read(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    assert!(store.glance(bench.space, object_id(1)).is_none(), "it is not there");
    for round in 0..50 {
        let title = format!("round {round}");
        let revision = bench.put(&page(1, &title));
        let Some(Glimpse { row, schema, found }) = store.glance(bench.space, object_id(1)) else { continue };
        assert_eq!((row.revision, found.revision, found.state), (revision, revision, State::Live));
        assert_eq!((found.object.title(), schema.space.revision), (&*title, row.schema));
    }
    assert!(store.glance(space_id(2), object_id(1)).is_none());
}

/// A short look, of a store that does it at once, is a read: of what was committed before, at the published head, in one snapshot.
pub fn a_short_look_is_a_read(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    assert!(store.look(space_id(2), |_| ()).is_none(), "there is no such space");
    for round in 0..50 {
        let title = format!("round {round}");
        let revision = bench.put(&page(1, &title));
        let look = store.look(bench.space, |snapshot| {
            let found = snapshot.object(object_id(1)).unwrap().unwrap();
            (found.object.title().to_owned(), found.revision, snapshot.row().revision)
        });
        let Some(answer) = look else { continue };
        assert_eq!(answer.value, (title, revision, revision));
        assert_eq!((answer.revision, answer.changed), (revision, false));
    }
    assert!(store.look(bench.space, |_| panic!("in a look")).is_none(), "whatever becomes of it, a read can tell");
    let after = store.look(bench.space, |snapshot| snapshot.row().revision);
    assert!(after.is_none_or(|answer| answer.value == bench.head()), "and the next one is not touched");
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

/// How many commits a follower follows.
const FOLLOWED: u64 = 200;

/// Who waits for the head is told of every move once it is there to be read, and of the end of the space.
pub fn who_waits_for_the_head_is_told_what_is_there(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    assert!(store.moved(space_id(2)).is_none(), "there is no such space");
    let Some(mut moved) = store.moved(bench.space) else { return };
    assert_eq!(*moved.borrow_and_update(), bench.head());
    let revision = bench.put(&page(1, "told"));
    assert_eq!(*moved.borrow_and_update(), revision, "before the commit is answered");
    let _ = bench.commit(|_| Err::<(), _>("refused".to_owned()));
    assert!(!moved.has_changed().unwrap(), "nothing moved");
    let space = bench.space;
    std::thread::scope(|scope| {
        let writers = [7, 8].map(|number| scope.spawn(move || write(store, space, number)));
        follow(store, space, moved.clone(), revision);
        writers.into_iter().for_each(|writer| writer.join().unwrap());
    });
    block_on(store.administer(move |registry| registry.remove_space(space))).unwrap().unwrap();
    // A store that keeps the head of a removed space never comes to the end of this.
    block_on(async { while moved.changed().await.is_ok() {} });
}

fn write(store: &Arc<dyn Store>, space: SpaceId, number: u128) {
    for round in 0..FOLLOWED / 2 {
        let title = format!("round {round}");
        let commit = store.commit(by("writer", space, NOON), move |tx| put(tx, page(number, &title)));
        block_on(commit).unwrap().value.unwrap();
    }
}

/// Reads the log after each move; nothing is missing, nothing comes twice.
fn follow(store: &Arc<dyn Store>, space: SpaceId, mut moved: Moves, begin: Revision) {
    let mut last = begin;
    while last.0 < begin.0 + FOLLOWED {
        let told = *block_on(moved.wait_for(|head| *head > last)).unwrap();
        let after = last;
        let answer = block_on(store.read(space, move |snapshot| snapshot.entries(after, usize::MAX))).unwrap();
        for entry in answer.value.unwrap() {
            assert_eq!(entry.revision, last.next());
            last = entry.revision;
        }
        assert!(last >= told, "told of {told} when {last} was the last to be read");
    }
}
