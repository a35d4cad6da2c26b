//! Looks at one object, done on the thread that asks: to hand one over and to be woken costs more than the look. Whatever would have
//! to wait, and whatever is not plain, is left to the reader threads.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use palimpsest_model::ObjectId;
use palimpsest_store::{DocKey, Found, SpaceRow, StoredObject};
use rusqlite::{Connection, OptionalExtension, params};

use crate::encoding::{OBJECT, read_doc};
use crate::open::connect;

/// The connections that nobody looks through at the moment: as many as there were threads that looked at once.
pub(crate) struct Glances {
    is_open: RwLock<bool>,
    idle: Mutex<Vec<Connection>>,
}

impl Glances {
    pub(crate) fn new() -> Self {
        Self { is_open: RwLock::new(true), idle: Mutex::default() }
    }

    /// An object of the space whose log this is, as the last commit left it; nothing when it is not there or a look does not do.
    pub(crate) fn find(&self, file: &Path, row: &SpaceRow, object: ObjectId) -> Option<Found> {
        // Held until the connection is back, so that closing waits for it.
        let is_open = self.is_open.read().unwrap_or_else(PoisonError::into_inner);
        if !*is_open {
            return None;
        }
        let idle = self.idle().pop();
        let connection = idle.or_else(|| open(file).ok())?;
        let found = look(&connection, row, object);
        self.idle().push(connection);
        found.ok()?
    }

    /// Closes all connections; none is opened as long as what is given is held.
    pub(crate) fn shut(&self) -> RwLockWriteGuard<'_, bool> {
        let guard = self.is_open.write().unwrap_or_else(PoisonError::into_inner);
        self.idle().clear();
        guard
    }

    /// Closes them for ever.
    pub(crate) fn close(&self) {
        *self.shut() = false;
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that waits for no lock.
fn open(file: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(file, true)?;
    connection.busy_timeout(Duration::ZERO)?;
    Ok(connection)
}

/// One statement, which is a snapshot of its own.
fn look(connection: &Connection, row: &SpaceRow, object: ObjectId) -> rusqlite::Result<Option<Found>> {
    let sql = "SELECT created, revision, at, state, body, erased FROM docs \
               WHERE space = (SELECT no FROM spaces WHERE id = ?1 AND log = ?2) AND kind = ?3 AND id = ?4";
    let values = params![row.id.0.as_bytes(), row.log.0.cast_signed(), OBJECT, object.0.as_bytes()];
    let mut look = connection.prepare_cached(sql)?;
    let doc = look.query_row(values, |row| read_doc(row, DocKey::Object(object))).optional()?;
    Ok(doc.and_then(|doc| StoredObject::read(doc).ok()).map(|stored| stored.found))
}
