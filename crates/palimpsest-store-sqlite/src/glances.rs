//! Reads of a few rows, done on the thread that asks: to hand one over and to be woken costs more than the read. Whatever would
//! have to wait for somebody, for a connection, a lock or the head, is left to the reader threads.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use palimpsest_store::ReadJob;

use crate::reader::Reader;
use crate::writer::Shared;

/// The connections that nobody is reading with; none at all once the store is closed.
pub(crate) struct Glances(RwLock<Option<Mutex<Vec<Reader>>>>);

impl Glances {
    /// So many at a time.
    pub(crate) fn open(file: &Path, shared: &Arc<Shared>, count: usize) -> Result<Self, rusqlite::Error> {
        let readers = (0..count).map(|_| Reader::impatient(file, Arc::clone(shared))).collect::<Result<_, _>>()?;
        Ok(Self(RwLock::new(Some(Mutex::new(readers)))))
    }

    /// Does a job, or gives it back.
    pub(crate) fn take(&self, mut job: Box<dyn ReadJob>) -> Option<Box<dyn ReadJob>> {
        // Held until the connection is back, so that closing waits for it.
        let open = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(idle) = &*open else { return Some(job) };
        let idle = || idle.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut reader) = idle().pop() else { return Some(job) };
        let outcome = reader.glance(&mut *job);
        idle().push(reader);
        match outcome {
            Some(outcome) => job.finish(outcome),
            None => return Some(job),
        }
        None
    }

    /// Waits for those that are under way, and lets the connections go.
    pub(crate) fn close(&self) {
        drop(self.0.write().unwrap_or_else(PoisonError::into_inner).take());
    }
}
