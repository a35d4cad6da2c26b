//! What a commit is.

use std::sync::Arc;

use palimpsest_model::{Block, Collection, CollectionId, LogId, Revision, State, Timestamp, Value};
use uuid::Uuid;

use super::{Bench, NOON, block_id, block_on, by, object_id, page, paragraph, put, space_id};
use crate::{ChangeKind, Intent, SchemaKind, Snapshot, Store, StoreError, Tx};

/// A space begins at revision 1, with the structures that were put, in their order; it cannot begin twice.
pub fn a_space_begins_at_revision_1_with_its_schema(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let schema = block_on(store.read(bench.space, |snapshot| Arc::clone(snapshot.schema()))).unwrap().value;
    let ids: Vec<_> = schema.structures.iter().map(|structure| structure.value.id).collect();
    let expected: Vec<_> = palimpsest_model::builtin_structures().into_iter().map(|structure| structure.id).collect();
    assert_eq!(ids, expected);
    assert_eq!(schema.space.value.title, "space 1");
    assert!(schema.structures.iter().all(|structure| structure.revision == Revision(1)));
    let again = Intent { begins: Some(LogId(9)), ..by("operator", bench.space, NOON) };
    block_on(store.commit(again, |_| Ok::<_, ()>(()))).unwrap_err();
    assert_eq!(bench.head(), Revision(1));
}

/// A space that is not there is an error, for commits and reads.
pub fn a_space_that_is_not_there_is_an_error(store: &Arc<dyn Store>) {
    let nowhere = space_id(404);
    let commit = block_on(store.commit(by("tester", nowhere, NOON), |_| Ok::<_, ()>(())));
    assert!(matches!(commit, Err(StoreError::NoSuchSpace)), "{commit:?}");
    let read = block_on(store.read(nowhere, |_| ()));
    assert!(matches!(read, Err(StoreError::NoSuchSpace)), "{read:?}");
    assert!(store.current(nowhere, None).is_none());
}

/// Revisions are 1, 2, 3 … in each space, whatever other spaces do; the log has an entry for each.
pub fn revisions_are_gapless_and_every_space_has_its_own(store: &Arc<dyn Store>) {
    let (one, two) = (Bench::begin_as(store, 1), Bench::begin_as(store, 2));
    for number in 0..10 {
        assert_eq!(one.put(&page(number, "one")), Revision(number as u64 * 2 + 2));
        assert_eq!(two.put(&page(number, "two")), Revision(number as u64 + 2));
        assert_eq!(one.put(&page(number, "one again")), Revision(number as u64 * 2 + 3));
    }
    for (bench, last) in [(&one, 21), (&two, 11)] {
        let revisions: Vec<_> = bench.log().iter().map(|entry| entry.revision.0).collect();
        assert_eq!(revisions, (1..=last).collect::<Vec<_>>());
    }
    assert_eq!(one.found(object_id(3)).unwrap().object.title(), "one again");
    assert_eq!(two.found(object_id(3)).unwrap().object.title(), "two");
}

/// A refusal is answered, at the revision it saw, and nothing of what was put stays.
pub fn what_is_refused_leaves_nothing_and_takes_no_revision(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let answer = bench
        .commit(|tx| {
            put(tx, page(1, "never"))?;
            Err::<(), _>("no".to_owned())
        })
        .unwrap();
    assert_eq!((answer.value, answer.revision, answer.changed), (Err("no".to_owned()), Revision(1), false));
    assert!(bench.found(object_id(1)).is_none());
    assert_eq!(bench.put(&page(2, "next")), Revision(2));
    let free = bench.commit(|tx| tx.block_is_free(block_id(1 << 32), object_id(9)).map_err(|e| e.to_string()));
    assert!(free.unwrap().value.unwrap(), "the refused object must not have kept its block ids");
}

/// Putting what is there already is answered at the head and takes no revision; so does looking.
pub fn what_changes_nothing_takes_no_revision(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&page(1, "same"));
    let answer = bench.commit(|tx| put(tx, page(1, "same"))).unwrap();
    assert_eq!((answer.revision, answer.changed), (Revision(2), false));
    let answer = bench.commit(|tx| tx.object(object_id(1)).map(|_| ()).map_err(|e| e.to_string())).unwrap();
    assert_eq!((answer.revision, answer.changed), (Revision(2), false));
    assert_eq!(bench.log().len(), 2);
}

/// An object that a transaction changes and changes back was not changed.
pub fn putting_back_what_was_there_is_no_change(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&page(1, "before"));
    let answer = bench.commit(|tx| {
        put(tx, page(1, "between"))?;
        put(tx, page(1, "before"))?;
        tx.object(object_id(1)).map(|found| found.map(|found| found.revision)).map_err(|e| e.to_string())
    });
    let answer = answer.unwrap();
    assert_eq!((answer.value, answer.revision), (Ok(Some(Revision(2))), Revision(2)));
}

/// A panic is its closure's error; what it put is gone, and the store goes on.
pub fn a_panic_fails_its_own_closure_alone(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let answer = bench.commit::<()>(|tx| {
        put(tx, page(1, "never"))?;
        panic!("on purpose")
    });
    assert!(matches!(&answer, Err(StoreError::Panicked(what)) if what.contains("on purpose")), "{answer:?}");
    let read = block_on(store.read(bench.space, |_: &mut Snapshot<'_>| -> () { panic!("on purpose") }));
    assert!(matches!(read, Err(StoreError::Panicked(_))));
    assert!(bench.found(object_id(1)).is_none());
    assert_eq!(bench.put(&page(1, "after")), Revision(2));
}

/// Within a transaction what was put is seen, with the revision it will have.
pub fn a_transaction_sees_what_it_put(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&page(1, "old"));
    let answer = bench.commit(|tx: &mut Tx<'_>| {
        put(tx, page(1, "new"))?;
        put(tx, page(2, "made"))?;
        let seen = [1, 2].map(|number| tx.object(object_id(number)).unwrap().unwrap());
        let claimed = !tx.block_is_free(block_id(2 << 32), object_id(1)).unwrap();
        Ok((seen.map(|found| (found.object.title().to_owned(), found.created.0, found.revision.0)), claimed))
    });
    let (seen, claimed) = answer.unwrap().value.unwrap();
    assert_eq!(seen, [("new".to_owned(), 2, 3), ("made".to_owned(), 3, 3)]);
    assert!(claimed);
}

/// Many objects of one commit share one revision and one entry.
pub fn many_objects_of_one_commit_share_its_revision(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let answer = bench.commit(|tx| (0..200).try_for_each(|number| put(tx, page(number, "together")))).unwrap();
    assert_eq!(answer.revision, Revision(2));
    let log = bench.log();
    assert_eq!((log.len(), log[1].objects.len()), (2, 200));
    assert!((0..200).all(|number| bench.found(object_id(number)).unwrap().revision == Revision(2)));
}

/// Trash, restore and deletion change the state; the object itself stays what it was.
pub fn trash_restore_and_deletion_are_states_of_one_object(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&page(1, "kept"));
    let steps = [
        (State::Trashed, ChangeKind::Trashed),
        (State::Live, ChangeKind::Restored),
        (State::Trashed, ChangeKind::Trashed),
        (State::Deleted, ChangeKind::Deleted),
    ];
    for (state, kind) in steps {
        let answer =
            bench.commit(move |tx| tx.put(page(1, "kept"), state, kind).map_err(|error| error.to_string())).unwrap();
        assert!(answer.changed);
        let found = bench.found(object_id(1)).unwrap();
        assert_eq!((found.state, found.object.as_ref(), found.created), (state, &page(1, "kept"), Revision(2)));
        let entry = bench.log().pop().unwrap();
        assert_eq!(entry.objects[0].kind, kind);
        let expected: &[&str] = if state == State::Deleted { &[] } else { &["trashed"] };
        assert_eq!(entry.objects[0].paths, expected);
    }
}

/// The time of an entry is the clock's, unless the entry before is later.
pub fn time_in_the_log_never_goes_back(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    for (number, clock) in [(1, NOON.0 + 5000), (2, NOON.0 + 1000), (3, NOON.0 + 6000)] {
        let intent = by("tester", bench.space, Timestamp(clock));
        block_on(store.commit(intent, move |tx| put(tx, page(number, "timed")))).unwrap().value.unwrap();
    }
    let times: Vec<_> = bench.log().iter().map(|entry| entry.at.0 - NOON.0).collect();
    assert_eq!(times, [0, 5000, 5000, 6000]);
    assert_eq!(bench.found(object_id(2)).unwrap().at.0 - NOON.0, 5000);
}

/// An entry tells the actor, the kind and exactly the paths that changed.
pub fn entries_tell_who_did_what_to_which_paths(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&page(1, "first"));
    let mut changed = page(1, "second");
    changed.properties.insert("description".into(), Value::Text(None));
    let list = changed.blocks.get_mut("RootPage_content").unwrap();
    list[0] = Block { id: block_id(7), ..paragraph(1 << 32, "other") };
    bench.put(&changed);
    let log = bench.log();
    assert_eq!(log.iter().map(|entry| entry.actor.name.as_str()).collect::<Vec<_>>(), ["operator", "tester", "tester"]);
    assert_eq!((log[1].objects[0].kind, log[1].objects[0].paths.len()), (ChangeKind::Created, 0));
    assert_eq!(log[2].objects[0].kind, ChangeKind::Updated);
    let gone = format!("blocks.RootPage_content.{}.deleted", block_id(1 << 32));
    let come = format!("blocks.RootPage_content.{}.inserted", block_id(7));
    assert_eq!(
        log[2].objects[0].paths,
        [come, gone, "properties.description".to_owned(), "properties.title".to_owned()]
    );
}

/// The space, its structures and its collections change by commits, which their entries name.
pub fn structures_and_collections_are_data_in_the_log(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let id = CollectionId(Uuid::from_u128(77));
    let made = bench.commit(move |tx| {
        let structure = tx.schema().structures[0].value.clone();
        tx.put_collection(Collection { id, structure: structure.id, title: "shelf".to_owned() });
        tx.put_structure(structure.clone());
        let mut renamed = structure;
        renamed.title = "Sheet".to_owned();
        tx.put_structure(renamed);
        Ok(())
    });
    assert_eq!(made.unwrap().revision, Revision(2));
    bench.put(&page(1, "between"));
    let schema = block_on(store.read(bench.space, |snapshot| Arc::clone(snapshot.schema()))).unwrap().value;
    assert_eq!((schema.structures[0].value.title.as_str(), schema.structures[0].revision), ("Sheet", Revision(2)));
    assert_eq!(schema.structures[1].revision, Revision(1));
    assert_eq!(schema.collection(id).unwrap().value.title, "shelf");
    let current = store.current(bench.space, None);
    assert!(current.is_none_or(|current| *current.schema == *schema && current.space.schema == Revision(2)));
    let named: Vec<_> = bench.log()[1].schema.iter().map(|change| (change.kind, change.change)).collect();
    assert_eq!(named.len(), 2);
    assert!(named.contains(&(SchemaKind::Collection, ChangeKind::Created)));
    assert!(named.contains(&(SchemaKind::Structure, ChangeKind::Updated)));
    let same = bench.commit(|tx| {
        let structure = tx.schema().structures[0].value.clone();
        tx.put_structure(structure);
        Ok(())
    });
    assert!(!same.unwrap().changed);
}

/// A block id, once used, belongs to its object for ever, also after the block went.
pub fn a_block_id_belongs_to_one_object_for_ever(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&page(1, "holds"));
    let mut emptied = page(1, "holds");
    emptied.blocks.clear();
    bench.put(&emptied);
    let ask = |object: u128| {
        let free = bench.commit(move |tx| {
            tx.block_is_free(block_id(1 << 32), object_id(object)).map_err(|error| error.to_string())
        });
        free.unwrap().value.unwrap()
    };
    assert!(ask(1), "its own object may take it again");
    assert!(!ask(2), "no other object may");
}
