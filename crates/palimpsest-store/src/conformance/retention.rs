//! The horizon: what lies below it is gone, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use palimpsest_model::arbitrary::histories;
use palimpsest_model::{BuiltIn, Collection, CollectionId, Object, ObjectId, Revision, State, StructureId, Timestamp};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use super::{Bench, NOON, block_on, by, object_id, page, put};
use crate::{ChangeKind, Found, List, Snapshot, Store, StoreError};

/// How many random histories are tried.
const HISTORIES: u32 = 8;
const PAGE: StructureId = StructureId::BuiltIn(BuiltIn::RootPage);
const PAGES: List = List::Structure(PAGE);

/// Everything that can be read of a revision, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Readable {
    objects: Vec<Option<String>>,
    lists: Vec<Vec<String>>,
    entries: String,
}

impl Bench<'_> {
    /// One step; whether it was the last.
    pub(crate) fn compact(&self, horizon: u64, limit: usize) -> bool {
        let space = self.space;
        block_on(self.store.administer(move |registry| registry.compact(space, Revision(horizon), limit)))
            .unwrap()
            .unwrap()
    }

    pub(crate) fn look<T: Send + 'static>(
        &self,
        look: impl FnMut(&mut Snapshot<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        block_on(self.store.read(self.space, look)).unwrap().value
    }

    fn oldest(&self) -> u64 {
        self.look(|snapshot| Ok(snapshot.row().oldest.0)).unwrap()
    }

    fn state(&self, id: ObjectId, state: State, kind: ChangeKind) {
        let changed = self.commit(move |tx| {
            let found = tx.object(id).map_err(|error| error.to_string())?.unwrap();
            tx.put((*found.object).clone(), state, kind).map_err(|error| error.to_string())
        });
        changed.unwrap().value.unwrap();
    }

    /// Everything there is to read from a revision on.
    fn readable(&self, from: u64, to: u64, ids: &[ObjectId]) -> BTreeMap<u64, Readable> {
        let ids = ids.to_vec();
        let read = move |snapshot: &mut Snapshot<'_>| {
            (from..=to)
                .map(|number| {
                    let revision = Revision(number);
                    let objects = ids.iter().map(|id| Ok(snapshot.object_at(*id, revision)?.map(|found| told(&found))));
                    let objects = objects.collect::<Result<_, StoreError>>()?;
                    let mut lists = Vec::new();
                    for list in [List::All, PAGES] {
                        lists.push(snapshot.list_at(list, revision, None, 100)?.iter().map(told).collect());
                    }
                    let mut entries = snapshot.entries(Revision(number - 1), usize::MAX)?;
                    entries.retain(|entry| entry.revision.0 <= to);
                    let mut entries = format!("{entries:?}");
                    for id in &ids {
                        let mut changes = snapshot.changes_since(*id, Revision(number - 1))?;
                        changes.retain(|(entry, _)| entry.revision.0 <= to);
                        entries += &format!("{changes:?}");
                        entries += &format!("{:?}", snapshot.history(*id, revision..=Revision(to), usize::MAX)?);
                        let made = snapshot.versions_at(*id, &[(revision, NOON)].into())?;
                        entries.extend(made.iter().map(told));
                    }
                    entries += &format!("{:?}", snapshot.structure_at(PAGE, revision)?);
                    Ok((number, Readable { objects, lists, entries }))
                })
                .collect()
        };
        self.look(read).unwrap()
    }
}

/// What is read of an object. What a deleted one was is not: compaction takes it out.
fn told(found: &Found) -> String {
    let Found { object, state, created, revision, at } = found;
    let body = if *state == State::Deleted { String::new() } else { serde_json::to_string(&**object).unwrap() };
    format!("{} {state:?} {created} {revision} {at} {body}", object.structure)
}

fn assert_compacted<T: std::fmt::Debug>(result: Result<T, StoreError>, oldest: u64) {
    assert!(matches!(result, Err(StoreError::Compacted { oldest: Revision(at) }) if at == oldest), "{result:?}");
}

/// After a compaction, and after each of its steps, every revision from the horizon on is read as before, byte for byte:
/// objects, lists, entries. Everything below is gone. Writes go on between the steps.
pub fn from_the_horizon_on_everything_is_read_as_before(store: &Arc<dyn Store>) {
    let mut runner = TestRunner::new(Config::with_cases(HISTORIES));
    for round in 0..HISTORIES {
        let bench = Bench::begin_as(store, u128::from(round) + 1);
        let ids = disturbed_history(&bench, &mut runner);
        let head = bench.head().0;
        let before = bench.readable(1, head, &ids);
        let draw = (0..=head).new_tree(&mut runner).unwrap().current();
        for horizon in [draw / 2, draw] {
            let oldest = horizon.max(1);
            for step in 0_u64.. {
                let finished = bench.compact(horizon, 3);
                bench.put(&page(9_000 + u128::from(step), "meanwhile"));
                let after = bench.readable(oldest, head, &ids);
                assert!(after.iter().all(|(revision, read)| before[revision] == *read), "kept from {oldest}");
                assert_eq!(bench.oldest(), oldest);
                if finished {
                    break;
                }
                assert!(step < 1000, "it never ends");
            }
            check_gone(&bench, oldest, &ids);
            assert!(bench.compact(0, 3), "all of it was taken out");
            assert_eq!(bench.oldest(), oldest, "the horizon never goes back");
        }
        assert!(bench.compact(u64::MAX, usize::MAX));
        assert_eq!(bench.oldest(), bench.head().0, "the head can always be read");
    }
}

/// Random versions of one object, and others that come, go, come back and change the schema; the ids of all.
fn disturbed_history(bench: &Bench<'_>, runner: &mut TestRunner) -> Vec<ObjectId> {
    let versions: Vec<Object> = histories(12).new_tree(runner).unwrap().current();
    let ids = vec![versions[0].id, object_id(1), object_id(2), object_id(3), object_id(4)];
    for (round, version) in versions.iter().enumerate() {
        bench.put(version);
        bench.put(&page(1, &format!("round {round}")));
        match round % 6 {
            0 => drop(bench.put(&page(2, &format!("restored in {round}")))),
            2 => bench.state(object_id(2), State::Trashed, ChangeKind::Trashed),
            3 if round == 3 => drop(bench.put(&page(3, "for a while"))),
            4 if round == 4 => bench.state(object_id(3), State::Deleted, ChangeKind::Deleted),
            5 => {
                let id = CollectionId(Uuid::from_u128(round as u128 / 8));
                let shelved = bench.commit(move |tx| {
                    let structure = tx.schema().structures[0].value.id;
                    tx.put_collection(Collection { id, structure, title: format!("shelf of {round}") });
                    Ok(())
                });
                shelved.unwrap().value.unwrap();
            }
            _ => {}
        }
    }
    ids
}

fn check_gone(bench: &Bench<'_>, oldest: u64, ids: &[ObjectId]) {
    let first = if oldest > 1 { 0 } else { 1 };
    for number in first..oldest {
        let revision = Revision(number);
        for id in ids.iter().copied() {
            assert_compacted(bench.look(move |snapshot| snapshot.object_at(id, revision)), oldest);
        }
        assert_compacted(bench.look(move |snapshot| snapshot.list_at(List::All, revision, None, 10)), oldest);
        assert_compacted(bench.look(move |snapshot| snapshot.entry(revision)), oldest);
        assert_compacted(bench.look(move |snapshot| snapshot.structure_at(PAGE, revision)), oldest);
        let (id, all) = (ids[0], revision..=Revision(u64::MAX));
        assert_compacted(bench.look(move |snapshot| snapshot.history(id, all.clone(), 10)), oldest);
        assert_compacted(bench.look(move |snapshot| snapshot.versions_at(id, &[(revision, NOON)].into())), oldest);
        if number + 1 < oldest {
            assert_compacted(bench.look(move |snapshot| snapshot.entries(revision, 10)), oldest);
            assert_compacted(bench.look(move |snapshot| snapshot.version_sizes(id, revision)), oldest);
            assert_compacted(bench.look(move |snapshot| snapshot.changes_since(id, revision)), oldest);
        }
    }
}

/// A commit that meets the horizon, or what was erased, is none that failed.
pub fn a_commit_goes_on_where_the_past_is_gone(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    for number in 1..5 {
        bench.put(&page(number, "there"));
    }
    assert!(bench.compact(4, 100));
    let known = store.current(bench.space, Some(object_id(4)));
    assert!(known.is_none_or(|head| head.space.oldest == Revision(4) && head.object.is_some()), "the head moves along");
    let decided = bench.commit(|tx| {
        assert_compacted(tx.object_at(object_id(1), Revision(3)), 4);
        assert_compacted(tx.changes_since(object_id(1), Revision(2)), 4);
        assert_eq!(tx.changes_since(object_id(1), Revision(3)).unwrap().len(), 0);
        assert_compacted(tx.structure_at(PAGE, Revision(3)), 4);
        let stood = tx.version(object_id(1), Revision(2)).unwrap().unwrap();
        assert_eq!((stood.revision, stood.object.title()), (Revision(2), "there"), "it stood at the horizon");
        assert!(tx.version(object_id(1), Revision(4)).unwrap().is_none(), "it made another object");
        assert_compacted(tx.version(object_id(1), Revision(3)), 4);
        assert!(tx.version(object_id(1), Revision(1)).unwrap().is_none(), "it was not there yet");
        put(tx, page(9, "written all the same"))
    });
    decided.unwrap().value.unwrap();
    assert_eq!(bench.found(object_id(9)).unwrap().object.title(), "written all the same");
}

/// What was deleted at or below the horizon has no content left; its id and its block ids stay its own. What was deleted after
/// it, or came back, can still be read.
pub fn what_was_deleted_below_the_horizon_loses_its_content(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    for number in 1..=3 {
        bench.put(&page(number, "once"));
        bench.state(object_id(number), State::Deleted, ChangeKind::Deleted);
    }
    bench.put(&page(2, "back"));
    let horizon = bench.head().0 - 1;
    assert!(bench.compact(horizon, 100));
    let titles = [1, 2, 3].map(|number| bench.found(object_id(number)).unwrap().object.title().to_owned());
    assert_eq!(titles, ["", "back", ""]);
    let gone = bench.found(object_id(1)).unwrap();
    assert_eq!((gone.state, gone.object.block_count()), (State::Deleted, 0));
    let free = bench.commit(|tx| tx.block_is_free(super::block_id(1 << 32), object_id(9)).map_err(|e| e.to_string()));
    assert!(!free.unwrap().value.unwrap(), "a block id belongs to its object for ever");
    let of_the_horizon = bench.look(move |snapshot| snapshot.object_at(object_id(2), Revision(horizon)));
    assert_eq!(of_the_horizon.unwrap().unwrap().object.title(), "once");
}

/// The last revision committed at a time or before, by looking at few entries.
pub fn a_time_leads_to_its_revision(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    for (number, seconds) in [(1, 10), (2, 10), (3, 20), (4, 40)] {
        let intent = by("tester", bench.space, Timestamp(NOON.0 + seconds * 1000));
        block_on(store.commit(intent, move |tx| put(tx, page(number, "timed")))).unwrap().value.unwrap();
    }
    let at = |seconds: i64| {
        let time = Timestamp(NOON.0 + seconds * 1000);
        bench.look(move |snapshot| snapshot.revision_at(time)).unwrap().map(|revision| revision.0)
    };
    let all = [-1, 0, 9, 10, 19, 20, 39, 40, 99].map(at);
    assert_eq!(all, [None, Some(1), Some(1), Some(3), Some(3), Some(4), Some(4), Some(5), Some(5)]);
    assert!(bench.compact(4, 100));
    assert_eq!([19, 20, 40].map(at), [None, Some(4), Some(5)]);
}
