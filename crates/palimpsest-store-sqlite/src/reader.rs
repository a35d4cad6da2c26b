//! Reader threads: each runs closures on a snapshot of its own connection. A commit can be seen before it is synced; so a closure
//! runs when the published head has come to what its snapshot sees. What it makes of it may be kept and given away.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use palimpsest_model::{Revision, SpaceId};
use palimpsest_store::{ReadJob, Snapshot, SpaceRow, StoreError, guarded};

use crate::error::store_error;
use crate::open::connect;
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

/// Looks on the calling thread: through the connection of a reader that has nothing to do, when what it sees is published.
pub(crate) fn peek(shared: &Shared, space: SpaceId, look: &mut dyn FnMut(&mut Snapshot<'_>)) -> Option<Revision> {
    let mut door = shared.doors.idle_reader()?;
    let rows = door.as_mut()?;
    rows.begin_snapshot().ok()?;
    let seen = open(rows, shared, space).and_then(|mut snapshot| {
        let row = snapshot.row();
        let is_published = shared.heads.reach(row.id, row.revision, Duration::ZERO);
        is_published.then(|| guarded(|| look(&mut snapshot))).transpose().map(|seen| seen.map(|()| row.revision))
    });
    let ended = rows.execute("ROLLBACK", []);
    seen.ok()?.filter(|_| ended.is_ok())
}

fn open<'r>(rows: &'r mut SqlRows, shared: &Shared, space: SpaceId) -> Result<Snapshot<'r>, StoreError> {
    let known = |row: &SpaceRow| {
        let current = shared.heads.current(row.id, None)?;
        (current.space.log == row.log && current.space.schema == row.schema).then_some(current.schema)
    };
    Snapshot::open(rows, space, known)
}

fn run_job(
    rows: &mut SqlRows,
    shared: &Shared,
    job: &mut dyn ReadJob,
    begun: Instant,
) -> Result<Option<Revision>, StoreError> {
    let mut snapshot = open(rows, shared, job.space())?;
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
