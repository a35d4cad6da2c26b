//! Jobs that share a COMMIT come to what they come to one by one, as in the in-memory twin: commits, refusals and panics, changes of
//! the registry that are kept or taken back, spaces that end and begin anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::path::Path;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use palimpsest_model::{
    BuiltIn, CollectionId, LogId, Object, ObjectId, Revision, Sections, Space, SpaceId, State, StructureId, Timestamp, Value,
    builtin_structures,
};
use palimpsest_store::{Actor, ChangeKind, Intent, List, MemoryStore, Policy, Snapshot, Store, StoreError, Tx};
use palimpsest_store_sqlite::{Options, SqliteStore};
use tokio::runtime::Runtime;
use uuid::Uuid;

const SPACES: u64 = 3;
const SHELVES: u128 = 3;

/// What may be asked of the writer.
#[derive(Clone, Copy, Debug)]
enum Job {
    Begin(u64),
    Put { space: u64, object: u128, round: u128 },
    PutPolicy { space: u64, round: u128 },
    Refused { space: u64 },
    Panics { space: u64 },
    Register { space: u64, kept: bool },
    Compact { space: u64 },
    Remove { space: u64, kept: bool },
}

fn id(space: u64) -> SpaceId {
    SpaceId(Uuid::from_u128(u128::from(space)))
}

fn object(number: u128, round: u128) -> Object {
    Object {
        id: ObjectId(Uuid::from_u128(7_000 + number)),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: vec![CollectionId(Uuid::from_u128(round % SHELVES))],
        properties: [("title".into(), Value::Title(Some(format!("{number} in round {}", round / 2))))].into(),
        blocks: Sections::default(),
        files: Vec::new(),
    }
}

fn policy(round: u128) -> Policy {
    if round.is_multiple_of(2) { Policy::RequireCondition } else { Policy::default() }
}

/// Numbers that repeat from run to run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % count
    }

    fn job(&mut self, round: u128) -> Job {
        let (space, kept) = (1 + self.below(SPACES), self.below(2) == 0);
        match self.below(24) {
            0 | 1 => Job::Begin(space),
            2 => Job::Refused { space },
            3 => Job::Panics { space },
            4 | 5 => Job::Register { space, kept },
            6 => Job::Compact { space },
            7 => Job::Remove { space, kept },
            8 => Job::PutPolicy { space, round },
            _ => Job::Put { space, object: u128::from(self.below(6)), round },
        }
    }
}

/// Does a job; what it came to, in words.
async fn run(store: Arc<dyn Store>, job: Job, round: u128) -> String {
    let intent = |space, begins| Intent { space: id(space), actor: Actor::operator(), at: Timestamp(5), begins };
    match job {
        Job::Begin(space) => {
            let begin = move |tx: &mut Tx<'_>| {
                tx.put_space(Space { id: id(space), title: "a space".to_owned(), icon: None, timezone: None });
                builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
                Ok::<_, StoreError>(())
            };
            told(store.commit(intent(space, Some(LogId(space))), begin).await)
        }
        Job::Put { space, object: number, round } => {
            let put = move |tx: &mut Tx<'_>| tx.put(object(number, round), State::Live, ChangeKind::Updated);
            told(store.commit(intent(space, None), put).await)
        }
        Job::PutPolicy { space, round } => {
            let put = move |tx: &mut Tx<'_>| {
                tx.put_policy(policy(round));
                Ok::<_, StoreError>(())
            };
            told(store.commit(intent(space, None), put).await)
        }
        Job::Refused { space } => {
            let refuse = move |tx: &mut Tx<'_>| {
                tx.put(object(1, round), State::Live, ChangeKind::Updated).map_err(|error| error.to_string())?;
                Err::<(), _>("no".to_owned())
            };
            told(store.commit(intent(space, None), refuse).await)
        }
        Job::Panics { space } => {
            told(store.commit(intent(space, None), |_| -> Result<(), ()> { panic!("on purpose") }).await)
        }
        Job::Register { space, kept } => {
            let register = move |registry: &mut palimpsest_store::Registry<'_>| {
                let policy = registry.put_policy(id(space), policy(round)).map_err(|error| error.to_string());
                let mut rows = registry.spaces().map_err(|error| error.to_string())?;
                rows.sort_by_key(|row| row.id);
                if kept { policy.map(|()| rows) } else { Err(format!("no: {rows:?}")) }
            };
            format!("{:?}", store.administer(register).await)
        }
        Job::Compact { space } => {
            let compact = move |registry: &mut palimpsest_store::Registry<'_>| {
                let rows = registry.spaces().map_err(|error| error.to_string())?;
                let head = rows.iter().find(|row| row.id == id(space)).map(|row| row.revision.0);
                let horizon = Revision(head.unwrap_or(1).saturating_sub(2));
                registry.compact(id(space), horizon, 3).map_err(|error| error.to_string())
            };
            format!("{:?}", store.administer(compact).await)
        }
        Job::Remove { space, kept } => {
            let remove = move |registry: &mut palimpsest_store::Registry<'_>| {
                registry.remove_space(id(space)).map_err(|error| error.to_string())?;
                if kept { Ok(()) } else { Err("no".to_owned()) }
            };
            format!("{:?}", store.administer(remove).await)
        }
    }
}

fn told<T: std::fmt::Debug, E: std::fmt::Debug>(
    answer: Result<palimpsest_store::Answer<Result<T, E>>, StoreError>,
) -> String {
    match answer {
        Ok(answer) => format!("{} {} {:?}", answer.revision, answer.changed, answer.value),
        Err(error) => error.to_string(),
    }
}

/// What a store holds.
fn everything(runtime: &Runtime, store: &Arc<dyn Store>) -> Vec<String> {
    let look = |space| {
        let look = move |snapshot: &mut Snapshot<'_>| {
            let row = snapshot.row();
            let mut lists = vec![List::All, List::Structure(StructureId::BuiltIn(BuiltIn::RootPage))];
            lists.extend((0..SHELVES).map(|shelf| List::Collection(CollectionId(Uuid::from_u128(shelf)))));
            let changed: Vec<_> = lists.iter().map(|list| snapshot.list_changed(*list)).collect();
            let all = snapshot.list_at(List::All, row.revision, None, 100)?;
            let all: Vec<_> = all.iter().map(|found| (&found.object, found.revision)).collect();
            Ok::<_, StoreError>(format!("{row:?} {changed:?} {all:?}"))
        };
        format!("{:?}", runtime.block_on(store.read(id(space), look)).map(|answer| answer.value))
    };
    (1..=SPACES).map(look).collect()
}

/// Does all jobs, the first of them when all are asked.
fn run_together(runtime: &Runtime, store: &Arc<dyn Store>, jobs: &[(u128, Job)]) -> Vec<String> {
    let (open, gate) = channel::<()>();
    let gate = Mutex::new(gate);
    let held = Arc::clone(store);
    runtime.block_on(async {
        let first = tokio::spawn(async move {
            let wait = move |_: &mut palimpsest_store::Registry<'_>| {
                gate.lock().map(|gate| gate.recv().is_ok()).map_err(|_| ())
            };
            assert!(held.administer(wait).await.unwrap().unwrap());
        });
        let jobs: Vec<_> = jobs.iter().map(|(round, job)| tokio::spawn(run(Arc::clone(store), *job, *round))).collect();
        // The tasks of one thread begin in their order.
        let last = tokio::spawn(async move { open.send(()).unwrap() });
        last.await.unwrap();
        first.await.unwrap();
        let mut outcomes = Vec::new();
        for job in jobs {
            outcomes.push(job.await.unwrap());
        }
        outcomes
    })
}

fn open(folder: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(folder, &Options::default()).unwrap())
}

#[test]
fn jobs_that_share_a_commit_come_to_what_they_come_to_one_by_one() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for seed in 0..12 {
        let mut dice = Dice(seed);
        let folder = tempfile::tempdir().unwrap();
        let (mut sqlite, twin): (_, Arc<dyn Store>) = (open(folder.path()), Arc::new(MemoryStore::new()));
        let mut round = 0;
        for group in 0..6 {
            let store: Arc<dyn Store> = Arc::clone(&sqlite) as _;
            let first = (1..=SPACES).map(Job::Begin).filter(|_| group == 0);
            let jobs = first.collect::<Vec<_>>().into_iter().chain((0..40).map(|_| {
                round += 1;
                dice.job(round)
            }));
            let jobs: Vec<_> = (1..).zip(jobs).collect();
            let together = run_together(&runtime, &store, &jobs);
            let alone = jobs.iter().map(|(round, job)| runtime.block_on(run(Arc::clone(&twin), *job, *round)));
            for ((job, together), alone) in jobs.iter().zip(together).zip(alone) {
                assert_eq!(together, alone, "seed {seed}, group {group}: {job:?} of {jobs:?}");
            }
            assert_eq!(
                everything(&runtime, &store),
                everything(&runtime, &twin),
                "seed {seed}, group {group}: {jobs:?}"
            );
            let verified = sqlite.verify().unwrap();
            assert!(verified.is_sound(), "seed {seed}, group {group}: {:?}", verified.findings);
            drop(store);
            if group == 2 {
                drop(sqlite);
                sqlite = open(folder.path());
            }
        }
    }
}
