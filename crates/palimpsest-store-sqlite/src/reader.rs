//! Readers: each runs closures on a snapshot of its own connection. What a snapshot saw leaves only when the published head has
//! come as far.

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use palimpsest_model::Revision;
use palimpsest_store::{ReadJob, Snapshot, SpaceRow, StoreError, guarded};

use crate::open::connect;
use crate::rows::SqlRows;
use crate::writer::Shared;

/// How long a read waits for the head; the writer publishes right after COMMIT, so only a failing store takes this long.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Reader {
    rows: SqlRows,
    shared: Arc<Shared>,
}

impl Reader {
    pub(crate) fn new(file: &Path, shared: Arc<Shared>) -> Result<Self, rusqlite::Error> {
        Ok(Self { rows: SqlRows::new(connect(file, true)?), shared })
    }

    /// The same, of which nothing waits for a lock of SQLite.
    pub(crate) fn impatient(file: &Path, shared: Arc<Shared>) -> Result<Self, rusqlite::Error> {
        let reader = Self::new(file, shared)?;
        reader.rows.connection.busy_timeout(Duration::ZERO)?;
        Ok(reader)
    }

    /// Serves jobs until every sender is gone and the queue is empty.
    pub(crate) fn run(mut self, jobs: &Mutex<Receiver<Box<dyn ReadJob>>>) {
        loop {
            let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(mut job) = next else { return };
            if !job.is_withdrawn() {
                let outcome = self.look(&mut *job);
                job.finish(outcome);
            }
        }
    }

    /// Runs a job, and waits until what it saw is published.
    fn look(&mut self, job: &mut dyn ReadJob) -> Result<Revision, StoreError> {
        let row = self.see(job)?;
        if self.shared.heads.reach(row.id, row.revision, PATIENCE) {
            return Ok(row.revision);
        }
        Err(StoreError::Unavailable("what was read is not published yet".to_owned()))
    }

    /// Runs a job without waiting for anybody; nothing when the answer takes a wait.
    pub(crate) fn glance(&mut self, job: &mut dyn ReadJob) -> Option<Result<Revision, StoreError>> {
        match self.see(job) {
            Ok(row) => self.shared.heads.reach(row.id, row.revision, Duration::ZERO).then_some(Ok(row.revision)),
            Err(StoreError::Unavailable(_)) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// Runs a job on a snapshot.
    fn see(&mut self, job: &mut dyn ReadJob) -> Result<SpaceRow, StoreError> {
        self.rows.execute("BEGIN", [])?;
        let seen = self.run_job(job);
        let ended = self.rows.execute("ROLLBACK", []);
        let row = seen?;
        ended?;
        Ok(row)
    }

    fn run_job(&mut self, job: &mut dyn ReadJob) -> Result<SpaceRow, StoreError> {
        let heads = &self.shared.heads;
        let known = |row: &SpaceRow| {
            let current = heads.current(row.id, None)?;
            (current.space.log == row.log && current.space.schema == row.schema).then_some(current.schema)
        };
        let mut snapshot = Snapshot::open(&mut self.rows, job.space(), known)?;
        let row = snapshot.row();
        guarded(|| job.run(&mut snapshot))?;
        Ok(row)
    }
}
