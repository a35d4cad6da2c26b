//! What a store is made of again, what is refused, and that nothing is left of what was refused.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use palimpsest_model::{
    BuiltIn, LogId, Object, ObjectId, Revision, Space, SpaceId, State, StructureId, Timestamp, Value,
    builtin_structures,
};
use palimpsest_store::{Actor, ChangeKind, Intent, SpaceRow, Store, StoreError, Tx};
use palimpsest_store_sqlite::{BackupError, OpenError, Options, SqliteStore, restore};
use uuid::Uuid;

const SPACES: [SpaceId; 2] = [SpaceId(Uuid::from_u128(1)), SpaceId(Uuid::from_u128(2))];

/// A folder for everything, with a store and a backup of it.
struct Bench {
    folder: tempfile::TempDir,
    store: Arc<SqliteStore>,
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn commit(store: &SqliteStore, space: SpaceId, begins: Option<LogId>, put: fn(&mut Tx<'_>) -> Result<(), StoreError>) {
    let intent = Intent { space, actor: Actor::operator(), at: Timestamp(1_795_000_000_000), begins };
    let store: &dyn Store = store;
    block_on(store.commit(intent, put)).unwrap().value.unwrap();
}

/// Writes a page with a long and random title, so that it has pages of the file to itself.
fn put(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let number = u128::from(tx.row().revision.0);
    let title: String = (0..200).map(|index| format!("{:x}", (number + 1).wrapping_pow(index + 3))).collect();
    let object = Object {
        id: ObjectId(Uuid::from_u128(number)),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties: [("title".into(), Value::Title(Some(title)))].into(),
        blocks: [].into(),
        files: Vec::new(),
    };
    tx.put(object, State::Live, ChangeKind::Created)
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("data"), &Options::default()).unwrap());
        for space in SPACES {
            commit(&store, space, Some(LogId(7)), |tx| {
                let id = tx.space();
                tx.put_space(Space { id, title: "kept".to_owned(), icon: None, timezone: None });
                builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
                Ok(())
            });
        }
        (0..20).for_each(|_| commit(&store, SPACES[0], None, put));
        let bench = Self { folder, store };
        bench.backup(&bench.path("backup")).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn backup(&self, to: &Path) -> Result<u64, BackupError> {
        self.store.backup(to, |_| Ok(())).map(|(bytes, ())| bytes)
    }

    /// Restores a file to a new folder, where each space gets the next log.
    fn restore(&self, from: &Path, to: &str) -> Result<Vec<SpaceRow>, BackupError> {
        let mut log = 100;
        let next = || {
            log += 1;
            LogId(log)
        };
        restore(&self.path(to), from, next, |_| Ok(())).map(|(spaces, ())| spaces)
    }

    /// A file that has to be refused, and leaves nothing in the way of another one.
    fn refuses(&self, from: &Path) -> BackupError {
        let Err(error) = self.restore(from, "refused") else { panic!("{} was restored", from.display()) };
        assert_eq!(names(&self.path("refused")), ["lock"], "{error}");
        error
    }
}

fn names(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn a_store_is_made_again_and_every_space_begins_another_life() {
    let bench = Bench::new();
    commit(&bench.store, SPACES[0], None, put);
    let spaces = bench.restore(&bench.path("backup"), "restored").unwrap();
    let rows: Vec<_> = spaces.iter().map(|row| (row.id, row.log, row.revision)).collect();
    let expected = [(SPACES[0], LogId(101), Revision(21)), (SPACES[1], LogId(102), Revision(1))];
    assert_eq!(rows, expected);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&bench.path("restored"), &Options::default()).unwrap());
    for (id, log, revision) in expected {
        let row = store.current(id, None).unwrap().space;
        assert_eq!((row.log, row.revision), (log, revision));
    }
    let all = |snapshot: &mut palimpsest_store::Snapshot<'_>| snapshot.entries(Revision(0), 100).unwrap().len();
    assert_eq!(block_on(store.read(SPACES[0], all)).unwrap().value, 21);
    // The other one goes on as it was.
    assert_eq!(bench.store.current(SPACES[0], None).unwrap().space.log, LogId(7));
    assert!(matches!(bench.restore(&bench.path("backup"), "restored"), Err(BackupError::Unfit(OpenError::Locked(_)))));
}

/// Links that the other one signs are void here, and files that it owns are not ours.
#[test]
fn a_store_that_is_made_again_has_another_secret() {
    let bench = Bench::new();
    let secret = |store: &SqliteStore, fresh: u8| {
        let store: &dyn Store = store;
        block_on(store.administer(move |registry| registry.server_secret([fresh; 32]))).unwrap().unwrap()
    };
    assert_eq!((secret(&bench.store, 1), secret(&bench.store, 2)), ([1; 32], [1; 32]));
    bench.backup(&bench.path("later")).unwrap();
    bench.restore(&bench.path("later"), "restored").unwrap();
    let restored = SqliteStore::open(&bench.path("restored"), &Options::default()).unwrap();
    let restored = Arc::new(restored);
    assert_eq!((secret(&restored, 3), secret(&bench.store, 4)), ([3; 32], [1; 32]));
}

#[test]
fn nothing_is_overwritten() {
    let bench = Bench::new();
    for name in ["backup", "other.partial"] {
        std::fs::write(bench.path(name), "kept").unwrap();
    }
    for name in ["backup", "other"] {
        assert!(matches!(bench.backup(&bench.path(name)), Err(BackupError::Exists(_))), "{name}");
    }
    assert!(bench.backup(&bench.path("no such folder/backup")).is_err());
    assert_eq!(names(bench.folder.path()), ["backup", "data", "other.partial"]);
    assert_eq!(std::fs::read(bench.path("backup")).unwrap(), b"kept");
    let good = bench.path("good");
    bench.backup(&good).unwrap();
    // A log that was left behind would be read as that of the restored file.
    for name in ["palimpsest.db", "palimpsest.db-wal"] {
        let folder = bench.path(name);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join(name), "").unwrap();
        assert!(matches!(restore(&folder, &good, || LogId(1), |_| Ok(())), Err(BackupError::Exists(_))), "{name}");
        assert_eq!(names(&folder), ["lock", name]);
    }
}

#[test]
fn what_is_no_backup_is_refused_and_leaves_nothing() {
    let bench = Bench::new();
    let other = bench.path("other");
    assert!(matches!(bench.refuses(&other), BackupError::Io { .. }));
    std::fs::write(&other, "").unwrap();
    assert!(matches!(bench.refuses(&other), BackupError::Unfit(OpenError::Foreign(path)) if path == other));
    std::fs::write(&other, "not a database, but long enough to look like one").unwrap();
    assert!(matches!(bench.refuses(&other), BackupError::Unfit(OpenError::Damaged { path, .. }) if path == other));
    std::fs::remove_file(&other).unwrap();
    let open = |sql: &str| rusqlite::Connection::open(&other).unwrap().execute_batch(sql).unwrap();
    open("PRAGMA user_version = 1");
    assert!(matches!(bench.refuses(&other), BackupError::Unfit(OpenError::Foreign(_))), "an empty database");
    open("CREATE TABLE foreign_one (x)");
    assert!(matches!(bench.refuses(&other), BackupError::Unfit(OpenError::Foreign(_))));
    std::fs::copy(bench.path("backup"), &other).unwrap();
    open("PRAGMA user_version = 1000");
    assert!(matches!(bench.refuses(&other), BackupError::Unfit(OpenError::Newer { found: 1000, .. })));
    std::fs::copy(bench.path("backup"), &other).unwrap();
    open("DELETE FROM log WHERE revision = 12");
    assert!(matches!(bench.refuses(&other), BackupError::Unfit(OpenError::Damaged { .. })));
    // The file of a store that is open: what it holds stands in the log beside it.
    assert!(matches!(bench.refuses(&bench.path("data/palimpsest.db")), BackupError::Open(_)));
    assert!(bench.restore(&bench.path("backup"), "refused").is_ok(), "nothing was left in its way");
}

#[test]
fn a_backup_that_is_cut_short_anywhere_is_refused() {
    let bench = Bench::new();
    let bytes = std::fs::read(bench.path("backup")).unwrap();
    let broken = bench.path("broken");
    for length in (0..bytes.len()).step_by(9_973) {
        std::fs::write(&broken, &bytes[..length]).unwrap();
        bench.refuses(&broken);
    }
}
