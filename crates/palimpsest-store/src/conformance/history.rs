//! Every version can be had again.

use std::collections::BTreeMap;
use std::sync::Arc;

use palimpsest_model::arbitrary::histories;
use palimpsest_model::{BuiltIn, Object, ObjectId, Revision, State, StructureId};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};

use super::{Bench, NOON, block_on, object_id, page, paragraph};
use crate::{ChangeKind, Made, Snapshot, Store, StoreError, make_delta};

/// How many random histories are tried.
const HISTORIES: u32 = 24;

/// Every version of random edit histories is rebuilt byte for byte, also those before and after others changed.
pub fn random_histories_are_rebuilt_byte_for_byte(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let mut runner = TestRunner::new(Config::with_cases(HISTORIES));
    for round in 0..HISTORIES {
        let versions = histories(30).new_tree(&mut runner).unwrap().current();
        let written: Vec<(Revision, Object)> = versions
            .into_iter()
            .map(|version| {
                let revision = bench.put(&version);
                bench.put(&page(u128::from(round), &format!("noise at {revision}")));
                (revision, version)
            })
            .collect();
        let id = written[0].1.id;
        for (revision, version) in &written {
            let revision = *revision;
            let found = block_on(store.read(bench.space, move |snapshot| snapshot.object_at(id, revision)));
            let found = found.unwrap().value.unwrap().unwrap();
            assert_eq!(serde_json::to_string(&*found.object).unwrap(), serde_json::to_string(version).unwrap());
            assert_eq!(found.state, State::Live);
            assert!(found.revision <= revision, "{} after {revision}", found.revision);
        }
        all_at_once(&bench, id, &written);
        let before = Revision(written[0].0.0 - 1);
        let found = block_on(store.read(bench.space, move |snapshot| snapshot.object_at(id, before)));
        assert!(found.unwrap().value.unwrap().is_none(), "it was not there yet");
    }
}

/// One walk back gives the same versions, any number of them, and their sizes are known before.
fn all_at_once(bench: &Bench<'_>, id: ObjectId, written: &[(Revision, Object)]) {
    let mut last: BTreeMap<Revision, &Object> = BTreeMap::new();
    written.iter().for_each(|(revision, version)| _ = last.entry(*revision).or_insert(version));
    for step in [1, 3] {
        let wanted: BTreeMap<_, _> = last.keys().step_by(step).map(|revision| (*revision, NOON)).collect();
        let asked = wanted.clone();
        let look = move |snapshot: &mut Snapshot<'_>| {
            Ok::<_, StoreError>((snapshot.versions_at(id, &asked)?, snapshot.version_sizes(id, Revision(0))?))
        };
        let (found, sizes) = block_on(bench.store.read(bench.space, look)).unwrap().value.unwrap();
        assert!(found.iter().rev().map(|found| found.revision).eq(wanted.into_keys()));
        assert!(sizes.iter().rev().map(|(revision, _)| revision).eq(last.keys()));
        for found in found {
            let body = found.object.to_stored();
            assert_eq!(body, last[&found.revision].to_stored());
            assert!(sizes.contains(&(found.revision, body.len())), "{} has {}", found.revision, body.len());
        }
    }
}

/// The commits that changed an object are read newest first, those of a range and no more than asked for.
pub fn a_history_is_read_in_pieces(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let mut made = Vec::new();
    for number in 0..10 {
        made.push(bench.put(&page(1, &format!("version {number}"))));
        bench.put(&page(2, &format!("noise {number}")));
    }
    made.reverse();
    let read = |from: Revision, to: Revision, limit: usize| {
        let look = move |snapshot: &mut Snapshot<'_>| snapshot.history(object_id(1), from..=to, limit);
        block_on(store.read(bench.space, look)).unwrap().value.unwrap()
    };
    let revisions = |list: Vec<Made>| list.into_iter().map(|made| made.revision).collect::<Vec<_>>();
    for (from, to) in [(0, 99), (0, u64::MAX), (5, 12), (6, 6), (7, 7), (12, 5), (u64::MAX, u64::MAX)] {
        for limit in [0, 1, 3, usize::MAX] {
            let (from, to) = (Revision(from), Revision(to));
            let within = |revision: &Revision| (from..=to).contains(revision);
            let expected: Vec<_> = made.iter().copied().filter(within).take(limit).collect();
            assert_eq!(revisions(read(from, to, limit)), expected, "{from}..={to}, {limit}");
        }
    }
    let all = read(Revision(0), Revision(99), 100);
    let (last, others) = all.split_last().unwrap();
    assert_eq!((last.change.kind, &*last.change.paths), (ChangeKind::Created, &[][..]));
    for made in others {
        assert_eq!(
            (made.change.kind, made.change.id, &*made.actor.name),
            (ChangeKind::Updated, object_id(1), "tester")
        );
        assert_eq!(made.change.paths[0], "blocks.RootPage_content.00000000-0000-b10c-0000-000100000000.content");
    }
    let nobody =
        block_on(store.read(bench.space, |snapshot| snapshot.history(object_id(9), Revision(0)..=Revision(99), 9)));
    assert_eq!(nobody.unwrap().value.unwrap(), []);
}

/// The way back leads through more versions than are read at once.
pub fn very_many_versions_lead_back_to_the_first(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let made: Vec<_> = (0..200).map(|number| bench.put(&page(1, &format!("version {number}")))).collect();
    for (number, revision) in made.iter().copied().enumerate().step_by(7) {
        let found = block_on(store.read(bench.space, move |snapshot| snapshot.object_at(object_id(1), revision)));
        let found = found.unwrap().value.unwrap().unwrap();
        assert_eq!((found.object.title(), found.revision), (&*format!("version {number}"), revision));
    }
}

/// A structure is had as it stood at a revision, as long as it was there.
pub fn structures_are_rebuilt_as_they_stood(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let id = StructureId::BuiltIn(BuiltIn::RootPage);
    let rename = |title: &'static str| {
        let rename = move |tx: &mut crate::Tx<'_>| {
            let mut page = tx.schema().structure(id).unwrap().value.clone();
            page.title = title.to_owned();
            tx.put_structure(page);
            Ok(())
        };
        bench.commit(rename).unwrap().revision
    };
    let (first, _, second) = (rename("Leaf"), bench.put(&page(1, "noise")), rename("Sheet"));
    bench.put(&page(2, "noise"));
    let at = |revision: Revision| {
        let look = move |snapshot: &mut Snapshot<'_>| snapshot.structure_at(id, revision);
        let found = block_on(store.read(bench.space, look)).unwrap().value.unwrap();
        found.map(|structure| (structure.value.title, structure.revision))
    };
    assert_eq!(at(Revision(0)), None);
    assert_eq!(at(Revision(1)).unwrap().1, Revision(1));
    for (revision, title, made) in [
        (first, "Leaf", first),
        (first.next(), "Leaf", first),
        (second, "Sheet", second),
        (second.next(), "Sheet", second),
    ] {
        assert_eq!(at(revision), Some((title.to_owned(), made)));
    }
}

/// One edited block of a 200 KB object adds at most 4 KB of history: the delta and the entry together.
pub fn one_edited_block_of_a_large_object_costs_little_history(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let mut object = page(1, "large");
    let text = "A sentence of a large page, long enough to be one. ".repeat(4);
    let list = (0..900).map(|number| paragraph(number + 10, &format!("{number} {text}"))).collect();
    object.blocks.insert("RootPage_content".into(), list);
    let before = object.to_stored();
    assert!(before.len() > 200_000, "{}", before.len());
    bench.put(&object);
    let edits: [fn(&mut Vec<palimpsest_model::Block>); 4] = [
        |list| list[450] = paragraph(460, "rewritten"),
        |list| list.insert(300, paragraph(5_000, "inserted")),
        |list| drop(list.remove(800)),
        |list| list.swap(5, 700),
    ];
    for edit in edits {
        let before = object.to_stored();
        edit(object.blocks.get_mut("RootPage_content").unwrap());
        bench.put(&object);
        let entry = bench.log().pop().unwrap();
        let delta = make_delta(&object.to_stored(), &before).len();
        let entry = serde_json::to_vec(&entry.objects).unwrap().len();
        assert!(delta + entry <= 4096, "{delta} + {entry} bytes");
    }
    let first = block_on(store.read(bench.space, |snapshot| snapshot.object_at(object_id(1), Revision(2))));
    let first = first.unwrap().value.unwrap().unwrap();
    assert_eq!(first.object.to_stored(), before);
}
