//! Which content is named: it must stay as long as a version that names it can be read, and no longer.

use std::sync::Arc;

use palimpsest_model::{File, FileHash, Object, ObjectId, Revision, State};

use super::registry::administer;
use super::{Bench, object_id, page};
use crate::{ChangeKind, Store};

fn hash(number: u8) -> FileHash {
    FileHash([number; 32])
}

/// A page with files of these contents.
fn with_files(number: u128, contents: &[u8]) -> Object {
    let file = |content: &u8| File {
        hash: hash(*content),
        size: 1,
        name: format!("{content}.txt"),
        file_type: "text/plain".to_owned(),
    };
    Object { files: contents.iter().map(file).collect(), ..page(number, "with files") }
}

/// Which of the contents 1 to 9 are named.
fn named(store: &Arc<dyn Store>) -> Vec<u8> {
    let all: Vec<_> = (1..10).map(hash).collect();
    let named = administer(store, move |registry| registry.named_files(&all)).unwrap().unwrap();
    named.iter().map(|hash| hash.0[0]).collect()
}

fn turn(bench: &Bench<'_>, id: ObjectId, state: State, kind: ChangeKind) -> Revision {
    let answer = bench.commit(move |tx| {
        let found = tx.object(id).map_err(|error| error.to_string())?.unwrap();
        tx.put((*found.object).clone(), state, kind).map_err(|error| error.to_string())
    });
    answer.unwrap().revision
}

/// A file is named from the commit of its object on, whatever becomes of that; a commit that is refused names nothing.
pub fn a_file_is_named_in_any_state(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    assert!(named(store).is_empty());
    let refused = bench.commit(|tx| {
        super::put(tx, with_files(1, &[3]))?;
        Err::<(), _>("no".to_owned())
    });
    assert!(refused.unwrap().value.is_err());
    assert!(named(store).is_empty());
    bench.put(&with_files(1, &[2, 1]));
    bench.put(&page(2, "without"));
    assert_eq!(named(store), [1, 2]);
    bench.put(&Object { properties: page(1, "called otherwise").properties, ..with_files(1, &[2, 1]) });
    turn(&bench, object_id(1), State::Trashed, ChangeKind::Trashed);
    assert_eq!(named(store), [1, 2]);
    turn(&bench, object_id(1), State::Deleted, ChangeKind::Deleted);
    assert_eq!(named(store), [1, 2], "its history can be read");
    let nothing = administer(store, |registry| registry.named_files(&[])).unwrap().unwrap();
    assert!(nothing.is_empty());
    let space = bench.space;
    administer(store, move |registry| registry.remove_space(space)).unwrap().unwrap();
    assert!(named(store).is_empty());
}

/// What is erased names nothing; what only could be, still does.
pub fn a_file_is_named_until_its_object_is_erased(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&with_files(1, &[1]));
    bench.put(&with_files(2, &[2]));
    assert!(!bench.erase(object_id(1)), "it is not deleted");
    assert_eq!(named(store), [1, 2]);
    turn(&bench, object_id(1), State::Deleted, ChangeKind::Deleted);
    assert!(bench.erase(object_id(1)));
    assert_eq!(named(store), [2]);
}

/// What was deleted at or below the horizon names nothing; what was deleted after it, or came back, still does.
pub fn a_file_is_named_until_its_object_is_compacted(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    for number in 1..=4 {
        bench.put(&with_files(u128::from(number), &[number]));
    }
    let deleted = turn(&bench, object_id(1), State::Deleted, ChangeKind::Deleted);
    turn(&bench, object_id(2), State::Deleted, ChangeKind::Deleted);
    turn(&bench, object_id(2), State::Live, ChangeKind::Restored);
    let horizon = bench.put(&page(9, "beside them"));
    turn(&bench, object_id(3), State::Deleted, ChangeKind::Deleted);
    assert!(bench.compact(deleted.0 - 1, 100));
    assert_eq!(named(store), [1, 2, 3, 4]);
    assert!(bench.compact(deleted.0, 100));
    assert_eq!(named(store), [2, 3, 4]);
    assert!(bench.compact(horizon.0, 100));
    assert_eq!(named(store), [2, 3, 4]);
    assert!(bench.compact(u64::MAX, 100));
    assert_eq!(named(store), [2, 4]);
    bench.put(&with_files(1, &[1]));
    assert_eq!(named(store), [1, 2, 4], "what is written anew is named again");
}

/// One content of several objects, in whatever spaces, is named as long as one of them names it.
pub fn a_file_is_named_by_every_object_that_has_it(store: &Arc<dyn Store>) {
    let (bench, other) = (Bench::begin_as(store, 1), Bench::begin_as(store, 2));
    bench.put(&with_files(1, &[1, 1, 2]));
    bench.put(&with_files(2, &[1]));
    other.put(&with_files(1, &[2]));
    turn(&bench, object_id(1), State::Deleted, ChangeKind::Deleted);
    assert!(bench.erase(object_id(1)));
    assert_eq!(named(store), [1, 2]);
    let space = other.space;
    administer(store, move |registry| registry.remove_space(space)).unwrap().unwrap();
    assert_eq!(named(store), [1]);
}
