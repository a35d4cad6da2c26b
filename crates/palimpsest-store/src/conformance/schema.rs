//! The schema: what is removed is gone, but not from the past; and who uses what can be found.

use std::sync::Arc;

use palimpsest_model::{
    BuiltIn, Collection, CollectionId, PropertyDefinition, PropertyId, PropertyKind, Revision, Schema, State,
    Structure, StructureId,
};
use uuid::Uuid;

use super::{Bench, block_on, object_id, page, put};
use crate::{ChangeKind, List, Policy, SchemaKind, Store, Tx};

const PAGE: StructureId = StructureId::BuiltIn(BuiltIn::RootPage);
const BOOK: StructureId = StructureId::Custom(Uuid::from_u128(0xb00c_4000_8000_0000_0000_0000));
const SHELF: CollectionId = CollectionId(Uuid::from_u128(0x5e1f_4000_8000_0000_0000_0000));

fn book(title: &str) -> Structure {
    let page = palimpsest_model::builtin_structures().remove(0);
    Structure { id: BOOK, title: title.to_owned(), ..page }
}

fn shelf() -> Collection {
    Collection { id: SHELF, structure: BOOK, title: "shelf".to_owned() }
}

impl Bench<'_> {
    fn change(&self, mut change: impl FnMut(&mut Tx<'_>) + Send + 'static) -> Revision {
        let answer = self.commit(move |tx| {
            change(tx);
            Ok(())
        });
        answer.unwrap().revision
    }

    fn schema(&self) -> Arc<Schema> {
        block_on(self.store.read(self.space, |snapshot| Arc::clone(snapshot.schema()))).unwrap().value
    }

    /// The schema as it stood at a revision, read from the documents.
    fn schema_at(&self, revision: Revision) -> Schema {
        self.commit(move |tx| tx.schema_at(revision).map_err(|error| error.to_string())).unwrap().value.unwrap()
    }

    /// What a revision says that it did to the schema.
    fn told(&self, revision: Revision) -> Vec<(SchemaKind, String, ChangeKind)> {
        let entry = self.log().into_iter().find(|entry| entry.revision == revision).unwrap();
        entry.schema.into_iter().map(|change| (change.kind, change.id, change.change)).collect()
    }
}

/// A structure and a collection that were removed are no part of the schema; as they stood they can be had at every revision
/// before, and their ids are known to be given. The revision of the schema moves with them.
pub fn what_is_removed_of_the_schema_stays_in_the_past(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let begun = bench.schema();
    let made = bench.change(|tx| {
        tx.put_structure(book("Book"));
        tx.put_collection(shelf());
    });
    let renamed = bench.change(|tx| tx.put_structure(book("Volume")));
    let full = bench.schema();
    let given =
        |tx: &mut Tx<'_>| Ok((tx.is_structure_id_given(BOOK).unwrap(), tx.is_collection_id_given(SHELF).unwrap()));
    assert_eq!(bench.commit(given).unwrap().value, Ok((true, true)));
    let removed = bench.change(|tx| {
        tx.remove_structure(BOOK);
        tx.remove_collection(SHELF);
        assert!(tx.schema().structure(BOOK).is_none() && tx.schema().collection(SHELF).is_none());
        assert!(tx.schema_before().structure(BOOK).is_some() && tx.schema_before().collection(SHELF).is_some());
    });
    assert_eq!(bench.schema(), begun);
    let current = store.current(bench.space, None);
    assert!(current.is_none_or(|current| current.space.schema == removed && *current.schema == *begun));
    let expected = [
        (SchemaKind::Structure, BOOK.to_string(), ChangeKind::Deleted),
        (SchemaKind::Collection, SHELF.to_string(), ChangeKind::Deleted),
    ];
    assert_eq!(bench.told(removed), expected);
    assert_eq!(bench.commit(given).unwrap().value, Ok((true, true)), "an id is given once");
    bench.put(&page(1, "after"));
    for (revision, schema) in [(Revision(1), &begun), (renamed, &full), (removed, &begun), (removed.next(), &begun)] {
        assert_eq!(bench.schema_at(revision), **schema, "at {revision}");
    }
    assert_eq!(bench.schema_at(made).structure(BOOK).unwrap().value, book("Book"));
    let at = move |tx: &mut Tx<'_>| {
        let titles = [made, renamed, removed]
            .map(|revision| tx.structure_at(BOOK, revision).unwrap().map(|structure| structure.value.title));
        let collections = [renamed, removed].map(|revision| tx.collection_at(SHELF, revision).unwrap());
        let changed = [made, renamed, removed, removed.next()].map(|revision| tx.schema_changed(revision).unwrap());
        Ok((titles, collections, changed))
    };
    let (titles, collections, changed) = bench.commit(at).unwrap().value.unwrap();
    assert_eq!(titles, [Some("Book".to_owned()), Some("Volume".to_owned()), None]);
    assert_eq!(collections, [Some(shelf()), None]);
    assert_eq!(changed, [made, renamed, removed, removed]);
    // Below the horizon nothing of it is left but that it was.
    assert!(bench.compact(removed.0, 100));
    assert_eq!(bench.schema_at(removed), *begun);
    assert_eq!(bench.commit(given).unwrap().value, Ok((true, true)));
}

/// The collections of a structure go together, and only those; the log tells of everything in the order in which it was put.
pub fn the_collections_of_a_structure_go_together(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let id = |number: u32| CollectionId(Uuid::from_u128(SHELF.0.as_u128() + u128::from(number)));
    let of = |number: u32| if number.is_multiple_of(7) { PAGE } else { BOOK };
    let numbers = || (0..40).map(|number| number * 17 % 40);
    let made = bench.change(move |tx| {
        tx.put_structure(book("Book"));
        for number in numbers() {
            tx.put_collection(Collection { id: id(number), structure: of(number), title: "shelf".to_owned() });
        }
    });
    let removed = bench.change(|tx| {
        tx.remove_collections_of(BOOK);
        tx.remove_structure(BOOK);
    });
    let collection = |number, change| (SchemaKind::Collection, id(number).to_string(), change);
    let created: Vec<_> = numbers().map(|number| collection(number, ChangeKind::Created)).collect();
    assert_eq!(bench.told(made)[1..], created);
    let gone = numbers().filter(|number| of(*number) == BOOK);
    let mut deleted: Vec<_> = gone.map(|number| collection(number, ChangeKind::Deleted)).collect();
    let by_id = |told: &mut Vec<(SchemaKind, String, ChangeKind)>| told.sort_by(|one, other| one.1.cmp(&other.1));
    let mut told = bench.told(removed);
    assert_eq!(told.pop(), Some((SchemaKind::Structure, BOOK.to_string(), ChangeKind::Deleted)));
    by_id(&mut told);
    by_id(&mut deleted);
    assert_eq!(told, deleted);
    let left: Vec<_> = bench.schema().collections.iter().map(|left| left.value.structure).collect();
    assert_eq!(left, [PAGE; 6]);
}

/// What became of the properties of a structure is told after the structure.
pub fn properties_are_told_of_after_their_structure(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let property = |id: &str, name: &str| PropertyDefinition {
        id: PropertyId::from(id),
        name: name.to_owned(),
        kind: PropertyKind::Text,
        read_only: false,
    };
    let with = move |properties: Vec<PropertyDefinition>| {
        let mut book = book("Book");
        book.properties.extend(properties);
        book
    };
    bench.change(move |tx| tx.put_structure(with(vec![property("a", "A"), property("b", "B"), property("c", "C")])));
    let changed = bench
        .change(move |tx| tx.put_structure(with(vec![property("d", "D"), property("c", "C"), property("b", "Z")])));
    let (structure, property) = (SchemaKind::Structure, SchemaKind::Property);
    let expected = [
        (structure, BOOK.to_string(), ChangeKind::Updated),
        (property, "d".to_owned(), ChangeKind::Created),
        (property, "b".to_owned(), ChangeKind::Updated),
        (property, "a".to_owned(), ChangeKind::Deleted),
    ];
    assert_eq!(bench.told(changed), expected);
    assert!(bench.compact(changed.0, 100), "compaction knows what a property is");
}

/// To put back what was there before undoes what was put, also what the space itself is called.
pub fn a_schema_that_is_put_back_is_no_change(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let before = bench.schema();
    let answer = bench.commit(|tx| {
        let (row, page) = (tx.row(), tx.schema().structure(PAGE).unwrap().value.clone());
        let space = tx.schema().space.value.clone();
        tx.put_structure(Structure { title: "Leaf".to_owned(), ..page.clone() });
        tx.put_space(palimpsest_model::Space { title: "other".to_owned(), ..space.clone() });
        assert!(tx.changes_anything() && tx.row().schema == tx.revision());
        tx.put_structure(page);
        tx.put_space(space);
        assert!(!tx.changes_anything() && tx.row().schema == row.schema);
        Ok(Arc::clone(tx.schema()))
    });
    let answer = answer.unwrap();
    assert_eq!((answer.changed, answer.revision, answer.value.unwrap()), (false, Revision(1), before));
}

/// A policy is put by a commit as well, with the rest of it or alone; alone it takes no revision.
pub fn a_policy_is_put_with_a_commit(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let policy = || {
        let row = block_on(bench.store.read(bench.space, |snapshot| snapshot.row())).unwrap().value;
        let head = store.current(bench.space, None).map_or(row, |current| current.space);
        assert_eq!(head, row);
        row.policy
    };
    let strict = Policy::RequireCondition;
    let answer = bench.commit(move |tx| {
        tx.put_policy(strict);
        Ok((tx.row().policy, tx.before_row().policy))
    });
    let answer = answer.unwrap();
    assert_eq!((answer.changed, answer.revision), (false, Revision(1)));
    assert_eq!((answer.value, policy(), bench.log().len()), (Ok((strict, Policy::LastWriteWins)), strict, 1));
    let refused = bench.commit(|tx| {
        tx.put_policy(Policy::LastWriteWins);
        Err::<(), _>("no".to_owned())
    });
    assert_eq!((refused.unwrap().value.is_err(), policy()), (true, strict));
    let both = bench.commit(|tx| {
        tx.put_policy(Policy::LastWriteWins);
        put(tx, page(1, "a"))
    });
    assert_eq!((both.unwrap().revision, policy()), (Revision(2), Policy::LastWriteWins));
    bench.put(&page(1, "b"));
    assert_eq!(policy(), Policy::LastWriteWins);
}

/// Who looks through a list meets its members, what is in the trash and what the transaction put, each once, in order; what is
/// deleted not.
pub fn a_look_through_a_list_misses_nothing(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    for number in 1..=250 {
        bench.put(&page(number, "member"));
    }
    let state = |number: u128, state: State, kind: ChangeKind| {
        let change = bench.commit(move |tx| {
            let found = tx.object(object_id(number)).map_err(|error| error.to_string())?.unwrap();
            tx.put((*found.object).clone(), state, kind).map_err(|error| error.to_string())
        });
        change.unwrap().value.unwrap();
    };
    state(3, State::Trashed, ChangeKind::Trashed);
    state(4, State::Deleted, ChangeKind::Deleted);
    let seen = bench.commit(|tx| {
        put(tx, page(300, "new"))?;
        put(tx, page(5, "changed"))?;
        let mut found = tx.object(object_id(6)).map_err(|error| error.to_string())?.unwrap();
        tx.put((*found.object).clone(), State::Deleted, ChangeKind::Deleted).map_err(|error| error.to_string())?;
        let mut seen = Vec::new();
        tx.look_through(List::Structure(PAGE), |one| seen.push((one.object.id, one.object.title().to_owned())))
            .map_err(|error| error.to_string())?;
        found = tx.glance(object_id(4)).map_err(|error| error.to_string())?.unwrap();
        assert_eq!(found.state, State::Deleted);
        assert!(tx.glance(object_id(999)).map_err(|error| error.to_string())?.is_none());
        Ok(seen)
    });
    let seen = seen.unwrap().value.unwrap();
    let expected = (1..=250).chain([300]).filter(|number| ![4, 6].contains(number));
    let title = |number| {
        if number == 300 {
            "new"
        } else if number == 5 {
            "changed"
        } else {
            "member"
        }
    };
    let expected: Vec<_> = expected.map(|number| (object_id(number), title(number).to_owned())).collect();
    assert_eq!(seen, expected);
}
