//! Commits are answered and published once they are synced, in order; what could not be synced is gone.

#![cfg(feature = "faults")]
#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use palimpsest_model::{
    BuiltIn, LogId, Object, ObjectId, Revision, Space, SpaceId, State, StructureId, Timestamp, Value,
    builtin_structures,
};
use palimpsest_store::{Actor, Answer, ChangeKind, Intent, Policy, Store, StoreError, Tx};
use palimpsest_store_sqlite::{Faults, Options, SqliteStore};
use rusqlite::{Connection, OpenFlags};
use tokio::runtime::Runtime;
use uuid::Uuid;

const SPACE: SpaceId = SpaceId(Uuid::from_u128(1));

type Answered = Result<Answer<Result<(), StoreError>>, StoreError>;
type Waiting<'s> = Pin<Box<dyn Future<Output = Answered> + 's>>;

/// A store whose syncs are held, and made to fail, from outside.
struct Bench {
    folder: tempfile::TempDir,
    faults: Arc<Faults>,
    store: Arc<dyn Store>,
    runtime: Runtime,
}

fn intent(begins: Option<LogId>) -> Intent {
    Intent { space: SPACE, actor: Actor::operator(), at: Timestamp(1_795_000_000_000), begins }
}

fn page(number: u128, title: &str) -> Object {
    Object {
        id: ObjectId(Uuid::from_u128(number)),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties: [("title".into(), Value::Title(Some(title.to_owned())))].into(),
        blocks: [].into(),
        files: Vec::new(),
    }
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// The revision that stands in the file, synced or not, as another connection sees it.
fn committed(folder: &Path) -> i64 {
    let file = folder.join("palimpsest.db");
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    connection.query_row("SELECT revision FROM spaces", [], |row| row.get(0)).unwrap()
}

impl Bench {
    fn begin(faults: Faults, commits_per_sync: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let faults = Arc::new(faults);
        let options = Options { faults: Arc::clone(&faults), commits_per_sync, ..Options::default() };
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), &options).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let begin = |tx: &mut Tx<'_>| {
            tx.put_space(Space { id: SPACE, title: "synced".to_owned(), icon: None, timezone: None });
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            Ok::<_, StoreError>(())
        };
        runtime.block_on(store.commit(intent(Some(LogId(7))), begin)).unwrap().value.unwrap();
        Self { folder, faults, store, runtime }
    }

    /// Asks for a commit, without waiting for it.
    fn ask(&self, number: u128, title: &str) -> Waiting<'_> {
        let object = page(number, title);
        let put = move |tx: &mut Tx<'_>| tx.put(object.clone(), State::Live, ChangeKind::Updated);
        let mut waiting: Waiting<'_> = Box::pin(self.store.commit(intent(None), put));
        // It is asked for by the first poll.
        match poll(&mut waiting) {
            Poll::Pending => waiting,
            Poll::Ready(answer) => Box::pin(std::future::ready(answer)),
        }
    }

    fn put(&self, number: u128, title: &str) -> Answered {
        let object = page(number, title);
        let put = move |tx: &mut Tx<'_>| tx.put(object.clone(), State::Live, ChangeKind::Updated);
        self.runtime.block_on(self.store.commit(intent(None), put))
    }

    fn title(&self, number: u128) -> Option<String> {
        let id = ObjectId(Uuid::from_u128(number));
        let found = self.runtime.block_on(self.store.read(SPACE, move |snapshot| snapshot.object(id)));
        found.unwrap().value.unwrap().map(|found| found.object.title().to_owned())
    }

    fn published(&self) -> Revision {
        self.store.current(SPACE, None).unwrap().space.revision
    }

    fn wait_for_commit(&self, revision: i64) {
        wait_until("it is committed", || committed(self.folder.path()) == revision);
    }

    fn wait_for_readiness(&self) {
        wait_until("the store is ready", || self.store.is_ready());
    }
}

#[test]
fn what_is_committed_is_neither_published_nor_answered_nor_read_before_it_is_synced() {
    check_that_all_wait_for_the_sync(Faults::default());
}

/// The control: a head that moves before is found out.
#[test]
#[should_panic(expected = "it was published before it was synced")]
fn a_head_that_does_not_wait_for_the_sync_does_not_pass() {
    check_that_all_wait_for_the_sync(Faults { publish_early: true, ..Faults::default() });
}

fn check_that_all_wait_for_the_sync(faults: Faults) {
    let bench = Bench::begin(faults, 256);
    let held = bench.faults.hold_sync.lock().unwrap();
    let mut first = bench.ask(1, "first");
    bench.wait_for_commit(2);
    let mut second = bench.ask(2, "second");
    bench.wait_for_commit(3);
    let nothing = |_: &mut Tx<'_>| Ok::<_, StoreError>(());
    let mut refusal = Box::pin(bench.store.commit(intent(None), nothing));
    let mut read = Box::pin(bench.store.read(SPACE, |snapshot| snapshot.row().revision));
    // Both are asked for; whether they wait is looked at below.
    let _ = (poll(&mut refusal), poll(&mut read));
    // Long enough for whoever would not wait; whoever waits passes however long it takes.
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(bench.published(), Revision(1), "it was published before it was synced");
    assert!(poll(&mut first).is_pending() && poll(&mut second).is_pending(), "nobody was answered");
    assert!(poll(&mut refusal).is_pending(), "nor who changed nothing after having seen what is not synced");
    assert!(poll(&mut read).is_pending(), "nor who read it");
    drop(held);
    bench.runtime.block_on(async {
        assert_eq!(second.await.unwrap().revision, Revision(3));
        assert_eq!(first.await.unwrap().revision, Revision(2), "whoever was before it was answered before it");
        assert_eq!(refusal.await.unwrap().revision, Revision(3));
        assert_eq!(read.await.unwrap().value, Revision(3));
    });
    assert_eq!(bench.published(), Revision(3));
}

/// Those that come one after the other are synced without being handed over.
#[test]
fn what_comes_alone_waits_for_its_sync_too() {
    let bench = Bench::begin(Faults::default(), 256);
    for number in 0..20 {
        bench.put(1, &number.to_string()).unwrap();
    }
    let last = bench.put(1, "before").unwrap().revision;
    let held = bench.faults.hold_sync.lock().unwrap();
    let mut waiting = bench.ask(1, "refused");
    bench.wait_for_commit(last.0 as i64 + 1);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(bench.published(), last, "it was published before it was synced");
    assert!(poll(&mut waiting).is_pending(), "it was answered before it was synced");
    bench.faults.fail_sync.store(true, Ordering::SeqCst);
    drop(held);
    assert!(matches!(bench.runtime.block_on(waiting), Err(StoreError::Unavailable(_))));
    bench.wait_for_readiness();
    assert_eq!((bench.published(), &*bench.title(1).unwrap()), (last, "before"));
    assert_eq!(bench.put(1, "after").unwrap().revision, last.next(), "the revision is given again");
}

#[test]
fn answers_come_in_the_order_of_the_commits() {
    for commits_per_sync in [1, 256] {
        let bench = Bench::begin(Faults::default(), commits_per_sync);
        let mut waiting: Vec<_> =
            (1..=40).map(|number| Some((number + 1, bench.ask(number.into(), "in order")))).collect();
        wait_until("all are answered", || {
            let mut is_answered = false;
            // Backwards: who is looked at later was asked for earlier.
            for place in waiting.iter_mut().rev() {
                let Some((revision, commit)) = place else { continue };
                match poll(commit) {
                    Poll::Pending => assert!(!is_answered, "a later one was answered"),
                    Poll::Ready(answer) => {
                        assert_eq!(answer.unwrap().revision, Revision(*revision));
                        assert!(bench.published() >= Revision(*revision), "it was published before");
                        is_answered = true;
                        *place = None;
                    }
                }
            }
            waiting.iter().all(Option::is_none)
        });
    }
}

#[test]
fn when_a_sync_fails_it_and_all_behind_it_are_refused_and_gone() {
    let bench = Bench::begin(Faults::default(), 1);
    bench.put(1, "before").unwrap();
    let held = bench.faults.hold_sync.lock().unwrap();
    let syncing = bench.ask(1, "in flight");
    bench.wait_for_commit(3);
    let behind = bench.ask(1, "behind");
    bench.wait_for_commit(4);
    let glance = || bench.store.glance(SPACE, ObjectId(Uuid::from_u128(1)));
    assert!(glance().is_none(), "a glance does not show it either");
    let look = || bench.store.look(SPACE, |snapshot| snapshot.row().revision);
    assert!(look().is_none(), "nor does a short look");
    let mut read = Box::pin(bench.store.read(SPACE, |snapshot| snapshot.row().revision));
    assert!(poll(&mut read).is_pending());
    let changing = |registry: &mut palimpsest_store::Registry<'_>| registry.put_policy(SPACE, Policy::RequireCondition);
    let mut changed = Box::pin(bench.store.administer(changing));
    assert!(poll(&mut changed).is_pending(), "a change of the registry waits for those before it");
    bench.faults.fail_sync.store(true, Ordering::SeqCst);
    drop(held);
    bench.runtime.block_on(async {
        assert!(matches!(syncing.await, Err(StoreError::Unavailable(_))));
        assert!(matches!(behind.await, Err(StoreError::Unavailable(_))));
        changed.await.unwrap().unwrap();
        assert_eq!(read.await.unwrap().value, Revision(2), "who read what was refused looks again");
    });
    bench.wait_for_readiness();
    assert_eq!((bench.published(), committed(bench.folder.path())), (Revision(2), 2));
    assert_eq!(bench.title(1).unwrap(), "before");
    assert_eq!(glance().unwrap().found.object.title(), "before");
    assert_eq!(look().unwrap().value, Revision(2));
    assert_eq!(bench.put(1, "after").unwrap().revision, Revision(3), "the revision is given again");
    assert_eq!(glance().unwrap().found.object.title(), "after");
    assert_eq!(bench.title(1).unwrap(), "after");
    let Bench { folder, store, runtime, .. } = bench;
    drop(store);
    let again: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), &Options::default()).unwrap());
    let found = runtime.block_on(again.read(SPACE, |snapshot| snapshot.object(ObjectId(Uuid::from_u128(1)))));
    assert_eq!(found.unwrap().value.unwrap().unwrap().object.title(), "after");
}

#[test]
fn a_store_that_is_closed_after_a_failed_sync_keeps_nothing_of_what_was_refused() {
    let bench = Bench::begin(Faults::default(), 256);
    bench.put(1, "before").unwrap();
    bench.faults.fail_sync.store(true, Ordering::SeqCst);
    assert!(matches!(bench.put(1, "refused"), Err(StoreError::Unavailable(_))));
    let Bench { folder, store, .. } = bench;
    store.close();
    drop(store);
    assert_eq!(committed(folder.path()), 2);
}

/// Whatever a failed sync meets: a log that was just begun anew, one that is long, one that a checkpoint is at.
#[test]
fn failed_syncs_among_checkpoints_take_nothing_that_was_acknowledged() {
    let bench = Bench::begin(Faults { short_log: true, ..Faults::default() }, 256);
    let mut acknowledged = 0;
    for round in 0..40_u128 {
        let title = format!("{round} {}", "long ".repeat(2_000));
        let waiting: Vec<_> = (1..=12).map(|number| bench.ask(number, &title)).collect();
        if round % 3 == 2 {
            bench.faults.fail_sync.store(true, Ordering::SeqCst);
        }
        for commit in waiting {
            if let Ok(answer) = bench.runtime.block_on(commit) {
                assert!(answer.revision.0 > acknowledged, "a revision was given twice");
                acknowledged = answer.revision.0;
            }
        }
        bench.wait_for_readiness();
        assert!(bench.published().0 >= acknowledged);
    }
    assert!(acknowledged > 100);
    let Bench { folder, store, .. } = bench;
    store.close();
    drop(store);
    let again = SqliteStore::open(folder.path(), &Options::default()).unwrap();
    assert!(again.current(SPACE, None).unwrap().space.revision.0 >= acknowledged);
    assert_eq!(again.verify().unwrap().findings, Vec::<String>::new());
}

/// The log is written over, again and again, while somebody always writes and somebody always reads.
#[test]
fn under_load_the_log_does_not_grow_without_bound() {
    let bench = Bench::begin(Faults { short_log: true, ..Faults::default() }, 256);
    let log = bench.folder.path().join("palimpsest.db-wal");
    let mut written = 0;
    for round in 0..150_u128 {
        let title = format!("{round} {}", "long ".repeat(2_000));
        let waiting: Vec<_> = (1..=8).map(|number| bench.ask(number, &title)).collect();
        let reading = bench.store.read(SPACE, |snapshot| snapshot.row().revision);
        bench.runtime.block_on(async {
            for commit in waiting {
                commit.await.unwrap();
                written += title.len() as u64;
            }
            reading.await.unwrap();
        });
    }
    let length = std::fs::metadata(log).unwrap().len();
    assert!(length > 0 && length < written / 2, "{length} bytes of log for {written} bytes of titles");
}
