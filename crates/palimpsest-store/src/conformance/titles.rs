//! The index of titles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use palimpsest_model::{BuiltIn, CollectionId, Object, ObjectId, State, StructureId, Value};

use super::{Bench, block_on, object_id, page};
use crate::title::{TermRange, parts_of_word, terms_of, titled_as};
use crate::{ChangeKind, Found, List, NO_OBJECT, Store, Term, Titled};

const PAGE: StructureId = StructureId::BuiltIn(BuiltIn::RootPage);

impl Bench<'_> {
    fn called(&self, name: &str) -> Vec<ObjectId> {
        let name = name.to_owned();
        let called = block_on(self.store.read(self.space, move |snapshot| snapshot.called(&name))).unwrap();
        called.value.unwrap().iter().map(|found| found.object.id).collect()
    }

    fn structures(&self) -> BTreeSet<StructureId> {
        let read = self.store.read(self.space, |snapshot| snapshot.titled_structures());
        block_on(read).unwrap().value.unwrap().into_iter().collect()
    }

    fn recent(&self, structure: StructureId, page: usize) -> Vec<Titled> {
        let read = move |snapshot: &mut crate::Snapshot<'_>| {
            let mut all: Vec<Titled> = Vec::new();
            loop {
                let after = all.last().map(|titled| (titled.named, titled.id));
                let next = snapshot.recent(structure, after, page).unwrap();
                if next.is_empty() {
                    return all;
                }
                all.extend(next);
            }
        };
        block_on(self.store.read(self.space, read)).unwrap().value
    }

    /// Every term, read in pages.
    fn terms(&self, page: usize) -> BTreeSet<(Term, ObjectId)> {
        let everything = TermRange { from: Vec::new(), to: vec![0xff] };
        let read = move |snapshot: &mut crate::Snapshot<'_>| {
            let mut all: Vec<(Term, ObjectId)> = Vec::new();
            loop {
                let next = snapshot.terms(&everything, all.last(), page).unwrap();
                if next.is_empty() {
                    return all;
                }
                all.extend(next);
            }
        };
        let all = block_on(self.store.read(self.space, read)).unwrap().value;
        assert!(all.is_sorted(), "in order");
        all.into_iter().collect()
    }

    /// What can be seen now.
    fn all(&self) -> Vec<Found> {
        let all = block_on(self.store.read(self.space, |snapshot| {
            let head = snapshot.row().revision;
            snapshot.list_at(List::All, head, None, 1000)
        }));
        all.unwrap().value.unwrap()
    }

    fn move_to(&self, object: &Object, state: State, kind: ChangeKind) {
        let object = object.clone();
        let put = move |tx: &mut crate::Tx<'_>| tx.put(object.clone(), state, kind).map_err(|error| error.to_string());
        self.commit(put).unwrap().value.unwrap();
    }
}

fn ids(numbers: &[u128]) -> Vec<ObjectId> {
    numbers.iter().map(|number| object_id(*number)).collect()
}

/// A title leads to the objects that have it, in any case and with any accents, as long as they can be seen.
pub fn a_title_leads_to_what_is_called_so(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&page(1, "Crème Brûlée"));
    bench.put(&page(2, "creme: BRULEE!"));
    bench.put(&page(3, "creme"));
    assert_eq!(bench.called("creme brulee"), ids(&[1, 2]));
    assert_eq!(bench.called("CRÈME"), ids(&[3]));
    assert_eq!(bench.called("crem"), []);
    bench.move_to(&page(1, "Crème Brûlée"), State::Trashed, ChangeKind::Trashed);
    assert_eq!(bench.called("Crème Brûlée"), ids(&[2]));
    bench.move_to(&page(1, "Crème Brûlée"), State::Live, ChangeKind::Restored);
    bench.move_to(&page(2, "creme: BRULEE!"), State::Deleted, ChangeKind::Deleted);
    assert_eq!(bench.called("creme brulee"), ids(&[1]));
    bench.put(&page(1, "Flan"));
    assert_eq!((bench.called("creme brulee"), bench.called("flan")), (vec![], ids(&[1])));
    let mut named = page(1, "Flan");
    named.properties.insert("aliases".into(), Value::Aliases(vec!["Caramel custard".to_owned()]));
    bench.put(&named);
    assert_eq!(bench.called("caramel custard"), ids(&[1]));
    let mut note = page(4, "2026-11-22T00:00:00.000Z");
    note.structure = StructureId::BuiltIn(BuiltIn::RootDailyNote);
    let mut date = page(5, "2026-11-22");
    date.structure = StructureId::BuiltIn(BuiltIn::UtilDate);
    bench.put(&note);
    bench.put(&date);
    assert_eq!(bench.called("2026-11-22"), ids(&[4]), "a daily note by its day; dates are not in the index");
    assert_eq!(bench.structures(), BTreeSet::from([PAGE, note.structure]));
    bench.move_to(&page(1, "Flan"), State::Trashed, ChangeKind::Trashed);
    bench.move_to(&page(3, "CRÈME"), State::Deleted, ChangeKind::Deleted);
    assert_eq!(bench.structures(), BTreeSet::from([note.structure]), "of no page that can be seen");
}

/// A transaction finds by title what it put itself, and no longer what it renamed.
pub fn a_transaction_finds_its_own_titles(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&page(1, "old"));
    let write = |tx: &mut crate::Tx<'_>| {
        let text = |error: crate::StoreError| error.to_string();
        tx.put(page(1, "new"), State::Live, ChangeKind::Updated).map_err(text)?;
        tx.put(page(2, "NEW"), State::Live, ChangeKind::Created).map_err(text)?;
        tx.put(page(3, "new"), State::Trashed, ChangeKind::Created).map_err(text)?;
        let id = |found: Vec<Found>| found.iter().map(|found| found.object.id).collect::<Vec<_>>();
        Ok((id(tx.called("new").map_err(text)?), id(tx.called("old").map_err(text)?)))
    };
    let called = bench.commit(write).unwrap().value.unwrap();
    assert_eq!(called, (ids(&[1, 2]), vec![]));
    assert_eq!((bench.called("new"), bench.called("old")), called);
}

/// Whatever is written, the index is that of the objects there are: who is called what, who was named last, every term.
pub fn the_index_of_titles_is_that_of_the_objects(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let words = ["salt", "salted", "salsa", "water", "wasser", "eau", "Äpfel", "go"];
    let word = move |seed: u128| words[usize::try_from(seed % words.len() as u128).unwrap()];
    let mut named: BTreeMap<ObjectId, Titled> = BTreeMap::new();
    for round in 0_u128..60 {
        let writes: Vec<_> = (0..=round % 3).map(|part| round * 31 + part * 17).collect();
        let write = move |tx: &mut crate::Tx<'_>| {
            for seed in &writes {
                let title = [word(*seed), word(seed / 3), word(seed / 7)][..1 + (seed % 3) as usize].join(" ");
                let (state, kind) = match seed % 5 {
                    0 => (State::Trashed, ChangeKind::Trashed),
                    1 if seed % 4 == 0 => (State::Deleted, ChangeKind::Deleted),
                    _ => (State::Live, ChangeKind::Updated),
                };
                tx.put(page(seed % 13, &title), state, kind).map_err(|error| error.to_string())?;
            }
            Ok(())
        };
        let revision = bench.commit(write).unwrap().revision;
        // One that stays what it is called keeps its place, whatever else changes of it.
        let shelf = CollectionId(uuid::Uuid::from_u128(round));
        for found in bench.all().into_iter().filter(|found| found.object.id.0.as_u128() % 5 == round % 5) {
            bench.put(&Object { collections: vec![shelf], ..Object::clone(&found.object) });
        }
        let all = bench.all();
        let called = all.iter().filter_map(|found| titled_as(&found.object, found.state, revision));
        named = called
            .map(|titled| match named.get(&titled.id) {
                Some(before) if before.names == titled.names => (titled.id, before.clone()),
                _ => (titled.id, titled),
            })
            .collect();
        if round % 10 != 9 {
            continue;
        }
        let mut titles: Vec<_> = named.values().cloned().collect();
        titles.sort_by_key(|titled| (std::cmp::Reverse(titled.named), titled.id));
        assert_eq!(bench.recent(PAGE, 4), titles);
        assert_eq!(bench.recent(PAGE, 1000), titles);
        let mut terms = BTreeSet::new();
        for titled in &titles {
            let of_this = terms_of(&titled.names);
            terms.extend(of_this.iter().flat_map(parts_of_word).map(|part| (part, NO_OBJECT)));
            terms.extend(of_this.into_iter().map(|term| (term, titled.id)));
        }
        assert_eq!(bench.terms(7), terms);
        assert_eq!(bench.terms(10_000), terms);
    }
}
