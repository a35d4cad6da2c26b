//! Reader threads: each runs closures on a snapshot of its own connection. A commit can be seen before it is synced; so a closure
//! runs when the published head has come to what its snapshot sees. What it makes of it may be kept and given away. A connection whose
//! thread has nothing to do is lent to those who look for a moment on their own thread.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use palimpsest_model::{Revision, Schema, SpaceId};
use palimpsest_store::{ReadJob, Rows, Snapshot, SpaceRow, StoreError, guarded};

use crate::error::store_error;
use crate::open::{self, connect};
use crate::rows::SqlRows;
use crate::shared::Shared;

/// How long a read waits for the head; the head follows each sync, so only a failing store takes this long.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it looks whether it waits in vain, and how soon it tries again then.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

pub(crate) struct Reader {
    number: usize,
    shared: Arc<Shared>,
}

impl Reader {
    pub(crate) fn new(number: usize, shared: Arc<Shared>) -> Self {
        Self { number, shared }
    }

    /// Serves jobs until every sender is gone and the queue is empty.
    pub(crate) fn run(self, jobs: &Mutex<Receiver<Box<dyn ReadJob>>>) {
        loop {
            let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(mut job) = next else { return };
            if !job.is_withdrawn() {
                let outcome = self.look(&mut *job);
                job.finish(outcome);
            }
        }
    }

    fn look(&self, job: &mut dyn ReadJob) -> Result<Revision, StoreError> {
        let begun = Instant::now();
        loop {
            if let Some(revision) = self.look_once(job, begun)? {
                return Ok(revision);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Runs a closure on a snapshot; nothing when the snapshot saw what will be taken back.
    fn look_once(&self, job: &mut dyn ReadJob, begun: Instant) -> Result<Option<Revision>, StoreError> {
        let closed = || StoreError::Unavailable("the store is closed".to_owned());
        let mut door = self.shared.doors.reader(self.number).ok_or_else(closed)?;
        if door.is_none() {
            *door = Some(SqlRows::new(connect(&self.shared.file, true).map_err(store_error)?));
        }
        let rows = door.as_mut().ok_or_else(closed)?;
        rows.begin_snapshot()?;
        let seen = run_job(rows, &self.shared, job, begun);
        let ended = rows.execute("ROLLBACK", []);
        let seen = seen?;
        ended?;
        Ok(seen)
    }
}

/// Looks on the calling thread: through the connection of a reader that has nothing to do, when what it sees is published and nothing
/// long has to be read before.
pub(crate) fn peek(shared: &Shared, space: SpaceId, look: &mut dyn FnMut(&mut Snapshot<'_>)) -> Option<Revision> {
    let mut door = shared.doors.idle_reader()?;
    let seen = guarded(|| peek_through(door.as_mut()?, shared, space, look));
    if door.as_ref().is_some_and(|rows| !rows.connection.is_autocommit()) {
        // Whoever comes next opens another one.
        *door = None;
    }
    seen.ok()?
}

fn peek_through(
    rows: &mut SqlRows,
    shared: &Shared,
    space: SpaceId,
    look: &mut dyn FnMut(&mut Snapshot<'_>),
) -> Option<Revision> {
    rows.connection.busy_timeout(Duration::ZERO).ok()?;
    let seen = rows.begin_snapshot().ok().and_then(|()| {
        let row = rows.space(space).ok()??;
        let schema = known_schema(shared, &row)?;
        if !rows.fresh.is_near(&rows.connection).ok()? || !shared.heads.reach(row.id, row.revision, Duration::ZERO) {
            return None;
        }
        look(&mut Snapshot::over(rows, row, schema));
        Some(row.revision)
    });
    let has_ended = rows.connection.is_autocommit() || rows.execute("ROLLBACK", []).is_ok();
    rows.connection.busy_timeout(open::PATIENCE).ok()?;
    seen.filter(|_| has_ended)
}

/// The schema as of a row, if it is the published one.
fn known_schema(shared: &Shared, row: &SpaceRow) -> Option<Arc<Schema>> {
    let current = shared.heads.current(row.id, None)?;
    (current.space.log == row.log && current.space.schema == row.schema).then_some(current.schema)
}

fn run_job(
    rows: &mut SqlRows,
    shared: &Shared,
    job: &mut dyn ReadJob,
    begun: Instant,
) -> Result<Option<Revision>, StoreError> {
    let mut snapshot = Snapshot::open(rows, job.space(), |row| known_schema(shared, row))?;
    let row = snapshot.row();
    if !is_published(shared, &row, begun)? {
        return Ok(None);
    }
    guarded(|| job.run(&mut snapshot))?;
    Ok(Some(row.revision))
}

/// Waits until the head has come to where a snapshot saw a space; `false` when a sync failed, so that it may never.
fn is_published(shared: &Shared, row: &SpaceRow, begun: Instant) -> Result<bool, StoreError> {
    while !shared.heads.reach(row.id, row.revision, LOOK_EVERY) {
        if begun.elapsed() > PATIENCE || shared.heads.current(row.id, None).is_none() {
            return Err(StoreError::Unavailable("what was read is not published yet".to_owned()));
        }
        if shared.wal.is_torn() {
            return Ok(false);
        }
    }
    Ok(true)
}
