//! What the threads of a store share.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use palimpsest_store::{Heads, StoreError};
use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::error::store_error;
use crate::glances::Glances;
use crate::rows::SqlRows;
use crate::wal::Wal;

pub(crate) struct Shared {
    pub(crate) file: PathBuf,
    pub(crate) heads: Heads,
    pub(crate) healthy: AtomicBool,
    pub(crate) wal: Wal,
    pub(crate) doors: Doors,
    pub(crate) aloft: Aloft,
    /// Whether nearly all of the write-ahead log is in the database, so that the writer should begin it anew.
    pub(crate) nearly_copied: AtomicBool,
    /// See [`crate::Options::fresh_terms`].
    pub(crate) fresh_terms: usize,
    #[cfg(feature = "faults")]
    pub(crate) faults: std::sync::Arc<crate::faults::Faults>,
}

/// The connections beside the writer's. All are closed when the write-ahead log is cut: revisions that were never published are
/// given again then, so nobody may still see what had them before.
pub(crate) struct Doors {
    readers: Vec<Mutex<Option<SqlRows>>>,
    glances: Glances,
    checkpoint: Mutex<Option<Connection>>,
    visitors: RwLock<()>,
}

/// All doors, closed for as long as this is kept.
pub(crate) struct Closed<'d> {
    _readers: Vec<MutexGuard<'d, Option<SqlRows>>>,
    _glances: RwLockWriteGuard<'d, bool>,
    _checkpoint: MutexGuard<'d, Option<Connection>>,
    _visitors: RwLockWriteGuard<'d, ()>,
}

impl Doors {
    pub(crate) fn new(readers: Vec<SqlRows>, checkpoint: Connection) -> Self {
        Self {
            readers: readers.into_iter().map(|rows| Mutex::new(Some(rows))).collect(),
            glances: Glances::new(),
            checkpoint: Mutex::new(Some(checkpoint)),
            visitors: RwLock::default(),
        }
    }

    /// The connection of a reader.
    pub(crate) fn reader(&self, number: usize) -> Option<MutexGuard<'_, Option<SqlRows>>> {
        self.readers.get(number).map(lock)
    }

    /// An open connection of a reader that has nothing to do.
    pub(crate) fn idle_reader(&self) -> Option<MutexGuard<'_, Option<SqlRows>>> {
        self.readers.iter().find_map(|rows| rows.try_lock().ok().filter(|rows| rows.is_some()))
    }

    /// The connections for looks at one object.
    pub(crate) fn glances(&self) -> &Glances {
        &self.glances
    }

    /// The connection for checkpoints.
    pub(crate) fn checkpoint(&self) -> MutexGuard<'_, Option<Connection>> {
        lock(&self.checkpoint)
    }

    /// Held by whoever opens a connection of their own, for as long as they have it.
    pub(crate) fn visit(&self) -> RwLockReadGuard<'_, ()> {
        self.visitors.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes all when the store ends; the last one to be closed copies what is left of the write-ahead log.
    pub(crate) fn shut(&self) {
        self.readers.iter().for_each(|rows| *lock(rows) = None);
        *self.checkpoint() = None;
    }

    /// Closes all, leaving the write-ahead log as it is; waits for readers, but not for visitors.
    pub(crate) fn close(&self) -> Result<Closed<'_>, StoreError> {
        let visitors = self.visitors.try_write();
        let visitors = visitors.map_err(|_| StoreError::Unavailable("a backup or a search is under way".to_owned()))?;
        let mut readers: Vec<_> = self.readers.iter().map(lock).collect();
        let glances = self.glances.shut();
        let mut checkpoint = self.checkpoint();
        if let Some(connection) = &*checkpoint {
            leave_log(connection)?;
        }
        *checkpoint = None;
        readers.iter_mut().for_each(|rows| **rows = None);
        Ok(Closed { _readers: readers, _glances: glances, _checkpoint: checkpoint, _visitors: visitors })
    }
}

/// Keeps a connection from copying the write-ahead log into the database when it is closed.
pub(crate) fn leave_log(connection: &Connection) -> Result<(), StoreError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map(|_| ()).map_err(store_error)
}

/// How many groups are committed but not answered yet.
#[derive(Default)]
pub(crate) struct Aloft {
    groups: Mutex<usize>,
    landed: Condvar,
}

impl Aloft {
    pub(crate) fn take_off(&self) {
        *lock(&self.groups) += 1;
    }

    pub(crate) fn land(&self) {
        *lock(&self.groups) -= 1;
        self.landed.notify_all();
    }

    pub(crate) fn is_empty(&self) -> bool {
        *lock(&self.groups) == 0
    }

    /// Waits until all have landed.
    pub(crate) fn wait(&self) {
        let groups = lock(&self.groups);
        drop(self.landed.wait_while(groups, |groups| *groups > 0).unwrap_or_else(PoisonError::into_inner));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
