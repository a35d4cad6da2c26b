//! The embedded store: SQLite in WAL mode with synchronous=FULL, one writer thread that commits in groups, reader threads on
//! snapshots, connections for short reads on the threads that ask, a checkpoint thread, and a file lock so that one process
//! owns the data folder.

mod answers;
mod backup;
mod error;
#[cfg(feature = "faults")]
mod faults;
mod files;
mod glances;
mod migrate;
mod open;
mod reader;
mod retention;
mod rows;
mod store;
mod verify;
mod webhooks;
mod writer;

pub use backup::restore;
pub use error::{BackupError, OpenError};
#[cfg(feature = "faults")]
pub use faults::Faults;
pub use store::{Options, SqliteStore};
