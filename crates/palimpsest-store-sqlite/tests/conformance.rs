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
