//! Lists, and paging through them while others write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use palimpsest_model::{BuiltIn, CollectionId, Object, ObjectId, Revision, State, StructureId, Value};
use uuid::Uuid;

use super::{Bench, block_on, object_id, page};
use crate::{ChangeKind, List, Place, Store};

const PAGES: List = List::Structure(StructureId::BuiltIn(BuiltIn::RootPage));
const SHELF: CollectionId = CollectionId(Uuid::from_u128(0x5be1f));

impl Bench<'_> {
    fn page_of(&self, list: List, pin: Revision, after: Option<Place>, limit: usize) -> Vec<(Place, Object)> {
        let read = block_on(self.store.read(self.space, move |snapshot| snapshot.list_at(list, pin, after, limit)));
        let found = read.unwrap().value.unwrap();
        found.into_iter().map(|found| ((found.created, found.object.id), (*found.object).clone())).collect()
    }

    fn list_changed(&self, list: List) -> Revision {
        block_on(self.store.read(self.space, move |snapshot| snapshot.list_changed(list))).unwrap().value.unwrap()
    }

    fn ids(&self, list: List) -> Vec<ObjectId> {
        self.page_of(list, self.head(), None, usize::MAX >> 1).into_iter().map(|((_, id), _)| id).collect()
    }
}

/// A list holds exactly the objects that can be seen and belong to it, in the order they were made.
pub fn lists_hold_what_can_be_seen_and_belongs_to_them(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    for number in [5, 3, 4, 1] {
        let mut object = page(number, "listed");
        object.collections = if number > 3 { vec![SHELF] } else { Vec::new() };
        object.properties.insert("tags".into(), Value::Entity(vec![object_id(number % 2)]));
        bench.put(&object);
    }
    let ids = |numbers: &[u128]| numbers.iter().map(|number| object_id(*number)).collect::<Vec<_>>();
    assert_eq!(bench.ids(List::All), ids(&[5, 3, 4, 1]));
    assert_eq!(bench.ids(PAGES), ids(&[5, 3, 4, 1]));
    assert_eq!(bench.ids(List::Collection(SHELF)), ids(&[5, 4]));
    assert_eq!(bench.ids(List::Tag(object_id(1))), ids(&[5, 3, 1]));
    bench.put(&page(5, "neither tagged nor shelved"));
    let trash = |tx: &mut crate::Tx<'_>| {
        tx.put(page(3, "trashed"), State::Trashed, ChangeKind::Trashed).map_err(|error| error.to_string())
    };
    bench.commit(trash).unwrap().value.unwrap();
    assert_eq!(bench.ids(List::All), ids(&[5, 4, 1]));
    assert_eq!(bench.ids(List::Collection(SHELF)), ids(&[4]));
    assert_eq!(bench.ids(List::Tag(object_id(1))), ids(&[1]));
    assert_eq!(bench.ids(List::Structure(StructureId::BuiltIn(BuiltIn::RootTag))), []);
    bench.put(&page(3, "restored"));
    assert_eq!(bench.ids(PAGES), ids(&[5, 3, 4, 1]), "it comes back to its place");
}

/// The trash is a list: what is trashed enters it and leaves every other, what is restored or deleted leaves it; it tells which
/// commit put it there.
pub fn the_trash_is_a_list(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    for number in 1..5 {
        bench.put(&page(number, "a page"));
    }
    let put = |number: u128, title: &'static str, state: State, kind: ChangeKind| {
        let put =
            move |tx: &mut crate::Tx<'_>| tx.put(page(number, title), state, kind).map_err(|error| error.to_string());
        bench.commit(put).unwrap().revision
    };
    let ids = |numbers: &[u128]| numbers.iter().map(|number| object_id(*number)).collect::<Vec<_>>();
    let third = put(3, "a page", State::Trashed, ChangeKind::Trashed);
    let first = put(1, "a page", State::Trashed, ChangeKind::Trashed);
    assert_eq!((bench.ids(List::Trash), bench.ids(PAGES)), (ids(&[1, 3]), ids(&[2, 4])));
    put(3, "changed in the trash", State::Trashed, ChangeKind::Updated);
    put(3, "changed again", State::Trashed, ChangeKind::Updated);
    let pin = bench.head();
    for (number, expected) in [(1, first), (3, third)] {
        let look = move |snapshot: &mut crate::Snapshot<'_>| {
            let found = snapshot.object(object_id(number))?.unwrap();
            snapshot.trashed_by(&found)
        };
        assert_eq!(block_on(store.read(bench.space, look)).unwrap().value.unwrap().revision, expected);
    }
    put(1, "a page", State::Live, ChangeKind::Restored);
    put(2, "a page", State::Trashed, ChangeKind::Trashed);
    put(3, "changed again", State::Deleted, ChangeKind::Deleted);
    put(4, "a page", State::Deleted, ChangeKind::Deleted);
    assert_eq!((bench.ids(List::Trash), bench.ids(PAGES)), (ids(&[2]), ids(&[1])));
    let then: Vec<_> = bench.page_of(List::Trash, pin, None, 9).into_iter().map(|((_, id), _)| id).collect();
    assert_eq!(then, ids(&[1, 3]), "as it stood");
}

/// The lists that a page is in, as the test means it.
fn lists_of(object: &Object, state: State) -> BTreeSet<List> {
    let mut lists = BTreeSet::new();
    if state == State::Live {
        lists.extend([List::All, PAGES]);
        lists.extend(object.collections.iter().copied().map(List::Collection));
        if let Some(Value::Entity(tags)) = object.properties.get("tags") {
            lists.extend(tags.iter().copied().map(List::Tag));
        }
    }
    lists
}

/// A list changes when something enters it, leaves it or is changed in it, and at no other time; nothing takes that back.
pub fn a_list_tells_when_it_or_a_member_last_changed(store: &Arc<dyn Store>) {
    let (bench, other) = (Bench::begin_as(store, 1), Bench::begin_as(store, 2));
    let tasks = List::Structure(StructureId::BuiltIn(BuiltIn::RootTask));
    let every = [
        List::All,
        PAGES,
        tasks,
        List::Collection(SHELF),
        List::Collection(CollectionId(Uuid::from_u128(1))),
        List::Tag(object_id(0)),
        List::Tag(object_id(1)),
    ];
    let mut expected: BTreeMap<List, Revision> = every.iter().map(|list| (*list, Revision(1))).collect();
    let mut present: BTreeMap<u128, BTreeSet<List>> = BTreeMap::new();
    let states = [State::Live, State::Live, State::Live, State::Trashed, State::Deleted];
    for step in 0..120_u128 {
        let mut object = page(step * 7 % 9, &format!("title {}", step % 4));
        object.collections = if step % 3 == 0 { vec![SHELF] } else { Vec::new() };
        if step % 2 == 0 {
            object.properties.insert("tags".into(), Value::Entity(vec![object_id(step / 2 % 2)]));
        }
        let state = states[(step * 11 % 5) as usize];
        let lists = lists_of(&object, state);
        let seen = every;
        let answer = bench.commit(move |tx| {
            let before: Result<Vec<_>, _> = seen.iter().map(|list| tx.list_changed(*list)).collect();
            let put = tx.put(object.clone(), state, ChangeKind::Updated);
            put.and(before).map_err(|error| error.to_string())
        });
        let answer = answer.unwrap();
        let known: Vec<_> = every.iter().map(|list| expected[list]).collect();
        assert_eq!(answer.value.unwrap(), known, "a transaction sees the lists as they were before it");
        let old = present.insert(step * 7 % 9, lists.clone()).unwrap_or_default();
        if answer.changed {
            expected.extend(old.union(&lists).map(|list| (*list, answer.revision)));
        }
        other.put(&page(step, "elsewhere"));
        for (list, revision) in &expected {
            assert_eq!(bench.list_changed(*list), *revision, "{list:?} after step {step}");
        }
    }
    assert!(
        expected.iter().all(|(list, revision)| *list == tasks || revision.0 > 1 || *list == every[4]),
        "{expected:?}"
    );
    let refused = bench.commit(|tx| {
        tx.put(page(1, "never"), State::Live, ChangeKind::Updated).map_err(|error| error.to_string())?;
        Err::<(), _>("no".to_owned())
    });
    assert!(refused.unwrap().value.is_err());
    assert_eq!(bench.list_changed(List::All), expected[&List::All], "a refusal changes no list");
}

/// Pages pinned to the revision of the first one show the list as it stood then, each row once, whatever is written between
/// them: creations, edits, removals from the list, trash, restores.
pub fn paging_misses_and_repeats_nothing_while_others_write(store: &Arc<dyn Store>) {
    for size in [1, 3, 7, 100] {
        let bench = Bench::begin_as(store, size as u128 + 100);
        for number in 0..30 {
            bench.put(&page(number, &format!("before {number}")));
        }
        let pin = bench.head();
        let expected = bench.page_of(PAGES, pin, None, 1000);
        assert_eq!(expected.len(), 30);
        let mut seen = Vec::new();
        let mut after = None;
        for round in 0_u128.. {
            let rows = bench.page_of(PAGES, pin, after, size);
            let Some(last) = rows.last() else { break };
            after = Some(last.0);
            seen.extend(rows);
            disturb(&bench, round);
        }
        assert_eq!(seen, expected, "pages of {size}");
    }
}

fn disturb(bench: &Bench<'_>, round: u128) {
    bench.put(&page(1000 + round, "new"));
    bench.put(&page(round * 7 % 30, "edited"));
    let (trashed, deleted) = (round * 11 % 30, round * 13 % 30);
    let write = move |tx: &mut crate::Tx<'_>| {
        tx.put(page(trashed, "trashed"), State::Trashed, ChangeKind::Trashed).map_err(|error| error.to_string())?;
        tx.put(page(deleted, "deleted"), State::Deleted, ChangeKind::Deleted).map_err(|error| error.to_string())
    };
    bench.commit(write).unwrap().value.unwrap();
}
