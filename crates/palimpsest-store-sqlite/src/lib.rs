//! The embedded store: SQLite in WAL mode, one writer thread that commits in groups, a thread that syncs them before they are
//! answered, reader threads on snapshots, looks at one object and short looks at more on the threads that ask, a checkpoint thread,
//! and a file lock so that one process owns the data folder.

mod answers;
mod backup;
mod changes;
mod checkpoint;
mod encoding;
mod error;
#[cfg(feature = "faults")]
mod faults;
mod files;
mod fresh;
mod glances;
mod merging;
mod migrate;
mod objects;
mod open;
mod reader;
mod retention;
mod rows;
mod shared;
mod store;
mod syncer;
mod terms;
mod verify;
mod versions;
mod waiting;
mod wal;
mod webhooks;
mod words;
mod writer;

pub use backup::restore;
pub use error::{BackupError, OpenError};
#[cfg(feature = "faults")]
pub use faults::Faults;
pub use store::{Options, SqliteStore};
