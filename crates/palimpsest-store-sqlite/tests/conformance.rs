//! SQLite passes the suite of the contract.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::ops::Deref;
use std::sync::Arc;

use palimpsest_store::Store;
use palimpsest_store_sqlite::{Options, SqliteStore};

/// A store in a folder that goes with it.
struct Opened {
    store: Arc<dyn Store>,
    _folder: tempfile::TempDir,
}

impl Deref for Opened {
    type Target = Arc<dyn Store>;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

fn open() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), &Options::default()).unwrap();
    Opened { store: Arc::new(store), _folder: folder }
}

palimpsest_store::conformance!(open());

/// A head that moves before COMMIT is found out: who follows it looks for what is not there yet.
#[cfg(feature = "faults")]
#[test]
#[should_panic(expected = "was the last to be read")]
fn a_head_that_is_published_early_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let faults = palimpsest_store_sqlite::Faults { publish_early: true, ..Default::default() };
    let options = Options { faults: Arc::new(faults), ..Options::default() };
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), &options).unwrap());
    palimpsest_store::conformance::who_waits_for_the_head_is_told_what_is_there(&store);
}
