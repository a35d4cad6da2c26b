//! The in-memory twin passes the suite it is the oracle of.

use std::sync::Arc;

use palimpsest_store::{MemoryStore, Store};

fn open() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

palimpsest_store::conformance!(open());

mod files {
    palimpsest_store::files_conformance!(palimpsest_store::MemoryFiles::default());
}
