//! What is kept across opening, what is refused at opening, and what happens when writing fails.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use palimpsest_model::{
    BuiltIn, LogId, Object, ObjectId, Revision, Space, SpaceId, State, StructureId, Timestamp, Value,
    builtin_structures,
};
use palimpsest_store::{Actor, Answer, ChangeKind, Intent, List, Policy, Snapshot, Store, StoreError};
use palimpsest_store_sqlite::{OpenError, Options, SqliteStore};
use tokio::runtime::Runtime;
use uuid::Uuid;

const SPACE: SpaceId = SpaceId(Uuid::from_u128(1));

struct Bench {
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

impl Bench {
    fn open(folder: &Path, options: &Options) -> Result<Self, OpenError> {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder, options)?);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Ok(Self { store, runtime })
    }

    fn begin(folder: &Path, options: &Options) -> Self {
        let bench = Self::open(folder, options).unwrap();
        let begin = |tx: &mut palimpsest_store::Tx<'_>| {
            tx.put_space(Space { id: SPACE, title: "kept".to_owned(), icon: None, timezone: None });
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            Ok::<_, StoreError>(())
        };
        bench.runtime.block_on(bench.store.commit(intent(Some(LogId(7))), begin)).unwrap().value.unwrap();
        bench
    }

    fn put(&self, number: u128, title: &str) -> Result<Answer<Result<(), StoreError>>, StoreError> {
        let object = page(number, title);
        self.runtime.block_on(
            self.store.commit(intent(None), move |tx| tx.put(object.clone(), State::Live, ChangeKind::Updated)),
        )
    }

    fn title(&self, number: u128) -> Option<String> {
        let id = ObjectId(Uuid::from_u128(number));
        let found = self.runtime.block_on(self.store.read(SPACE, move |snapshot| snapshot.object(id)));
        found.unwrap().value.unwrap().map(|found| found.object.title().to_owned())
    }

    fn put_policy(&self, policy: Policy) -> Result<(), StoreError> {
        let put = move |registry: &mut palimpsest_store::Registry<'_>| registry.put_policy(SPACE, policy);
        self.runtime.block_on(self.store.administer(put))?
    }

    fn policy(&self) -> Policy {
        self.runtime.block_on(self.store.read(SPACE, |snapshot| snapshot.row())).unwrap().value.policy
    }

    fn list_changed(&self) -> Revision {
        let look = |snapshot: &mut palimpsest_store::Snapshot<'_>| snapshot.list_changed(List::All);
        self.runtime.block_on(self.store.read(SPACE, look)).unwrap().value.unwrap()
    }

    fn head(&self) -> Revision {
        self.runtime.block_on(self.store.read(SPACE, |_| ())).unwrap().revision
    }
}

fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::begin(folder.path(), &Options::default());
    (1..=200).for_each(|number| assert!(bench.put(number, &format!("page {number}")).unwrap().changed));
    bench.store.close();
    folder
}

fn refused(folder: &Path) -> String {
    match Bench::open(folder, &Options::default()) {
        Ok(_) => panic!("a folder was opened that must be refused"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn everything_is_there_after_opening_again() {
    let folder = filled();
    let bench = Bench::open(folder.path(), &Options::default()).unwrap();
    assert_eq!(bench.head(), Revision(201));
    assert_eq!(bench.store.current(SPACE, None).unwrap().space.log, LogId(7));
    assert!((1..=200).all(|number| bench.title(number).unwrap() == format!("page {number}")));
    assert_eq!(bench.put(201, "next").unwrap().revision, Revision(202));
}

#[test]
fn what_was_trashed_before_the_trash_was_a_list_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::begin(folder.path(), &Options::default());
    for (number, state) in [(1, State::Trashed), (2, State::Live), (3, State::Deleted), (4, State::Trashed)] {
        bench.put(number, "a page").unwrap();
        let change =
            move |tx: &mut palimpsest_store::Tx<'_>| tx.put(page(number, "a page"), state, ChangeKind::Trashed);
        bench.runtime.block_on(bench.store.commit(intent(None), change)).unwrap().value.unwrap();
    }
    let trash = |bench: &Bench| {
        let look = |snapshot: &mut Snapshot<'_>| {
            let head = snapshot.row().revision;
            snapshot.list_at(List::Trash, head, None, 100)
        };
        let found = bench.runtime.block_on(bench.store.read(SPACE, look)).unwrap().value.unwrap();
        found.into_iter().map(|found| found.object.id.0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(trash(&bench), [1, 4]);
    bench.store.close();
    drop(bench);
    // As it was before.
    let file = rusqlite::Connection::open(folder.path().join("palimpsest.db")).unwrap();
    assert_eq!(file.execute("DELETE FROM members WHERE list = X'04'", []).unwrap(), 2);
    file.execute("DELETE FROM migrations WHERE number = 2", []).unwrap();
    drop(file);
    assert_eq!(trash(&Bench::open(folder.path(), &Options::default()).unwrap()), [1, 4]);
}

#[test]
fn policies_and_the_changes_of_lists_are_there_after_opening_again() {
    let folder = filled();
    let bench = Bench::open(folder.path(), &Options::default()).unwrap();
    assert_eq!((bench.policy(), bench.list_changed()), (Policy::LastWriteWins, Revision(201)));
    bench.put_policy(Policy::RequireCondition).unwrap();
    bench.put(7, "written").unwrap();
    bench.store.close();
    drop(bench);
    let again = Bench::open(folder.path(), &Options::default()).unwrap();
    assert_eq!((again.policy(), again.list_changed()), (Policy::RequireCondition, Revision(202)));
    assert_eq!(again.store.current(SPACE, None).unwrap().space.policy, Policy::RequireCondition);
}

#[test]
fn a_folder_is_opened_once() {
    let folder = filled();
    let _first = Bench::open(folder.path(), &Options::default()).unwrap();
    let second = Bench::open(folder.path(), &Options::default());
    assert!(matches!(second, Err(OpenError::Locked(_))));
}

#[test]
fn a_file_of_a_newer_version_is_refused() {
    let folder = filled();
    let file = rusqlite::Connection::open(folder.path().join("palimpsest.db")).unwrap();
    file.pragma_update(None, "user_version", 999).unwrap();
    drop(file);
    assert!(refused(folder.path()).contains("newer version (format 999"));
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(folder.path().join("palimpsest.db")).unwrap();
    file.execute_batch("CREATE TABLE notes (text)").unwrap();
    drop(file);
    assert!(refused(folder.path()).contains("is not a Palimpsest store"));
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("palimpsest.db"), "a shopping list, not a database").unwrap();
    assert!(refused(folder.path()).contains("does not begin like a database"));
}

#[test]
fn a_damaged_file_is_refused() {
    let folder = filled();
    let path = folder.path().join("palimpsest.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    assert!(refused(folder.path()).contains("is damaged"));
}

#[test]
fn a_log_with_a_gap_is_refused() {
    let folder = filled();
    let file = rusqlite::Connection::open(folder.path().join("palimpsest.db")).unwrap();
    file.execute("DELETE FROM log WHERE revision = 100", []).unwrap();
    drop(file);
    let message = refused(folder.path());
    assert!(message.contains("is at revision 201, but its log has 200 entries up to 201"), "{message}");
}

#[test]
fn a_changed_migration_is_refused() {
    let folder = filled();
    let file = rusqlite::Connection::open(folder.path().join("palimpsest.db")).unwrap();
    file.execute("UPDATE migrations SET checksum = x'00' WHERE number = 1", []).unwrap();
    drop(file);
    assert!(refused(folder.path()).contains("migration 1"));
}

#[test]
fn a_commit_that_nobody_waits_for_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::begin(folder.path(), &Options::default());
    bench.runtime.block_on(async {
        let held = Held::begin(&bench.store).await;
        // The writer is busy with the first commit: the second waits in the queue, and is dropped there.
        let second = page(2, "withdrawn");
        let put = move |tx: &mut palimpsest_store::Tx<'_>| tx.put(second.clone(), State::Live, ChangeKind::Created);
        let mut waiting = Box::pin(bench.store.commit(intent(None), put));
        assert!(look(&mut waiting).is_pending());
        drop(waiting);
        held.end().await;
    });
    assert_eq!(bench.title(2), None);
    assert_eq!(bench.put(3, "next").unwrap().revision, Revision(2));
}

/// A commit that keeps the writer busy until it is released, for tests that need a queue behind it.
struct Held {
    commit: tokio::task::JoinHandle<Result<Answer<Result<(), ()>>, StoreError>>,
    release: std::sync::mpsc::Sender<()>,
}

impl Held {
    /// Returns when the writer has begun a group of this commit alone: what is committed now waits behind it.
    async fn begin(store: &Arc<dyn Store>) -> Self {
        let (entered, mut has_entered) = tokio::sync::mpsc::unbounded_channel();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let hold = move |_: &mut palimpsest_store::Tx<'_>| {
            let _ = entered.send(());
            // It may run again with others, when nothing is left to receive.
            let _ = released.recv_timeout(Duration::from_secs(20));
            Ok::<_, ()>(())
        };
        let store = Arc::clone(store);
        let commit = tokio::spawn(async move { store.commit(intent(None), hold).await });
        has_entered.recv().await.unwrap();
        Self { commit, release }
    }

    async fn end(self) {
        drop(self.release);
        self.commit.await.unwrap().unwrap().value.unwrap();
    }
}

/// Polls once: a commit is queued, or refused, by its first poll.
fn look<F: Future + Unpin>(future: &mut F) -> std::task::Poll<F::Output> {
    std::pin::Pin::new(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
}

#[test]
fn a_full_queue_is_busy() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::begin(folder.path(), &Options { queue: 1, ..Options::default() });
    bench.runtime.block_on(async {
        let held = Held::begin(&bench.store).await;
        let nothing = |_: &mut palimpsest_store::Tx<'_>| Ok::<_, ()>(());
        let mut waiting = Box::pin(bench.store.commit(intent(None), nothing));
        assert!(look(&mut waiting).is_pending(), "the queue takes one");
        let mut refused = Box::pin(bench.store.commit(intent(None), nothing));
        assert!(matches!(look(&mut refused), std::task::Poll::Ready(Err(StoreError::Busy))), "and not a second");
        held.end().await;
        waiting.await.unwrap().value.unwrap();
    });
}

#[cfg(feature = "faults")]
mod faults {
    use std::sync::atomic::Ordering;

    use palimpsest_store_sqlite::Faults;

    use super::*;

    fn with_faults() -> (tempfile::TempDir, Arc<Faults>, Bench) {
        let folder = tempfile::tempdir().unwrap();
        let faults = Arc::new(Faults::default());
        let bench = Bench::begin(folder.path(), &Options { faults: Arc::clone(&faults), ..Options::default() });
        (folder, faults, bench)
    }

    #[test]
    fn when_the_transaction_is_lost_only_the_culprit_fails() {
        let (_folder, faults, bench) = with_faults();
        let results: Vec<_> = bench.runtime.block_on(async {
            let held = Held::begin(&bench.store).await;
            let mut commits: Vec<_> = (1..=20)
                .map(|number| {
                    let put = move |tx: &mut palimpsest_store::Tx<'_>| {
                        tx.put(page(number, "grouped"), State::Live, ChangeKind::Created)
                    };
                    Box::pin(bench.store.commit(intent(None), put))
                })
                .collect();
            for commit in &mut commits {
                assert!(look(commit).is_pending(), "they form one group behind the first");
            }
            faults.lose_transaction.store(true, Ordering::SeqCst);
            held.end().await;
            let mut results = Vec::new();
            for commit in commits {
                results.push(commit.await);
            }
            results
        });
        let failed = results.iter().filter(|result| matches!(result, Err(StoreError::Unavailable(_)))).count();
        assert_eq!(failed, 1);
        let mut revisions: Vec<_> = results.iter().flatten().map(|answer| answer.revision.0).collect();
        revisions.sort_unstable();
        assert_eq!(revisions, (2..=20).collect::<Vec<_>>(), "the others took gapless revisions");
        let present = (1..=20).filter(|number| bench.title(*number).is_some()).count();
        assert_eq!(present, 19);
        assert!(bench.store.is_ready());
    }

    #[test]
    fn an_answer_goes_with_the_group_that_lost_it_and_is_stored_once() {
        let (_folder, faults, bench) = with_faults();
        let token = Actor { id: Some(palimpsest_model::TokenId(Uuid::from_u128(5))), name: "retries".to_owned() };
        let results: Vec<_> = bench.runtime.block_on(async {
            let held = Held::begin(&bench.store).await;
            let mut commits: Vec<_> = (1..=10)
                .map(|number| {
                    let once = move |tx: &mut palimpsest_store::Tx<'_>| {
                        let stored = tx.stored_answer("key")?;
                        if stored.is_none() {
                            tx.put(page(number, "once"), State::Live, ChangeKind::Created)?;
                            tx.store_answer("key", [0; 32], number.to_string());
                        }
                        Ok::<_, StoreError>(stored)
                    };
                    Box::pin(bench.store.commit(Intent { actor: token.clone(), ..intent(None) }, once))
                })
                .collect();
            for commit in &mut commits {
                assert!(look(commit).is_pending(), "they form one group behind the first");
            }
            faults.lose_transaction.store(true, Ordering::SeqCst);
            held.end().await;
            let mut results = Vec::new();
            for commit in commits {
                results.push(commit.await);
            }
            results
        });
        assert!(matches!(results[0], Err(StoreError::Unavailable(_))), "the first is the culprit");
        let answers: Vec<_> = results[1..].iter().map(|result| result.as_ref().unwrap()).collect();
        let first = answers[0];
        assert_eq!((first.changed, first.revision, first.value.as_ref().unwrap()), (true, Revision(2), &None));
        for answer in &answers[1..] {
            let stored = answer.value.as_ref().unwrap().as_ref().unwrap();
            assert_eq!((answer.changed, stored.revision, &*stored.body), (false, Revision(2), "2"));
        }
        assert_eq!((bench.head(), bench.title(1), bench.title(2)), (Revision(2), None, Some("once".to_owned())));
    }

    #[test]
    fn a_policy_outlives_the_loss_of_the_group_it_was_given_in() {
        let (folder, faults, bench) = with_faults();
        bench.runtime.block_on(async {
            let held = Held::begin(&bench.store).await;
            let give =
                |registry: &mut palimpsest_store::Registry<'_>| registry.put_policy(SPACE, Policy::RequireCondition);
            let mut given = Box::pin(bench.store.administer(give));
            assert!(look(&mut given).is_pending());
            let put = |tx: &mut palimpsest_store::Tx<'_>| tx.put(page(1, "lost"), State::Live, ChangeKind::Created);
            let mut culprit = Box::pin(bench.store.commit(intent(None), put));
            assert!(look(&mut culprit).is_pending(), "it is the one that loses the transaction");
            faults.lose_transaction.store(true, Ordering::SeqCst);
            held.end().await;
            assert!(matches!(culprit.await, Err(StoreError::Unavailable(_))));
            given.await.unwrap().unwrap();
        });
        assert_eq!((bench.policy(), bench.list_changed()), (Policy::RequireCondition, Revision(1)));
        faults.fail_commit.store(true, Ordering::SeqCst);
        assert!(matches!(bench.put(2, "lost too"), Err(StoreError::Unavailable(_))));
        assert_eq!((bench.policy(), bench.list_changed()), (Policy::RequireCondition, Revision(1)));
        bench.store.close();
        drop(bench);
        let again = Bench::open(folder.path(), &Options::default()).unwrap();
        assert_eq!((again.policy(), again.list_changed()), (Policy::RequireCondition, Revision(1)));
    }

    /// Adds a letter to the title of page 1, as the transaction finds it.
    fn longer(tx: &mut palimpsest_store::Tx<'_>) -> Result<(), StoreError> {
        let found = tx.object(ObjectId(Uuid::from_u128(1)))?.unwrap();
        tx.put(page(1, &format!("{}x", found.object.title())), State::Live, ChangeKind::Updated)
    }

    #[test]
    fn what_a_lost_group_made_of_an_object_is_built_on_by_nobody() {
        let (_folder, faults, bench) = with_faults();
        bench.put(1, "").unwrap();
        let failed = bench.runtime.block_on(async {
            let held = Held::begin(&bench.store).await;
            let mut commits: Vec<_> = (1..=20)
                .map(|number| {
                    let (faults, mut runs) = (Arc::clone(&faults), 0);
                    let put = move |tx: &mut palimpsest_store::Tx<'_>| {
                        runs += 1;
                        faults.lose_transaction.store(number == 10 && runs == 1, Ordering::SeqCst);
                        longer(tx)
                    };
                    Box::pin(bench.store.commit(intent(None), put))
                })
                .collect();
            for commit in &mut commits {
                assert!(look(commit).is_pending(), "they form one group behind the first");
            }
            held.end().await;
            let mut failed = Vec::new();
            for (commit, number) in commits.into_iter().zip(1..) {
                if commit.await.is_err() {
                    failed.push(number);
                }
            }
            failed
        });
        assert_eq!((failed, bench.title(1)), (vec![10], Some("x".repeat(19))));
        faults.fail_commit.store(true, Ordering::SeqCst);
        bench.runtime.block_on(bench.store.commit(intent(None), longer)).unwrap_err();
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        while !bench.store.is_ready() {
            assert!(std::time::Instant::now() < deadline, "the store did not reopen");
            std::thread::sleep(Duration::from_millis(10));
        }
        bench.runtime.block_on(bench.store.commit(intent(None), longer)).unwrap().value.unwrap();
        assert_eq!(bench.title(1), Some("x".repeat(20)));
        for earlier in 0..20 {
            let look = move |snapshot: &mut Snapshot<'_>| {
                snapshot.object_at(ObjectId(Uuid::from_u128(1)), Revision(2 + earlier)).unwrap().unwrap()
            };
            let found = bench.runtime.block_on(bench.store.read(SPACE, look)).unwrap().value;
            assert_eq!(found.object.title().len() as u64, earlier);
        }
    }

    #[test]
    fn when_commit_fails_all_fail_and_the_store_reopens_itself() {
        let (folder, faults, bench) = with_faults();
        bench.put(1, "before").unwrap();
        faults.fail_commit.store(true, Ordering::SeqCst);
        assert!(matches!(bench.put(1, "lost"), Err(StoreError::Unavailable(_))));
        assert_eq!(bench.title(1).unwrap(), "before", "reads go on at the last published head");
        assert_eq!(bench.store.current(SPACE, None).unwrap().space.revision, Revision(2));
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        while !bench.store.is_ready() {
            assert!(std::time::Instant::now() < deadline, "the store did not reopen");
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(bench.put(1, "after").unwrap().revision, Revision(3));
        bench.store.close();
        drop(bench);
        let again = Bench::open(folder.path(), &Options::default()).unwrap();
        assert_eq!((again.title(1).as_deref(), again.head()), (Some("after"), Revision(3)));
    }
}
