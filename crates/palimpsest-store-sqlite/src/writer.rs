//! The writer thread: all waiting commits run one after another in one transaction and share one sync.
//!
//! A group that only writes to spaces is committed without a sync and handed to the syncing thread, which syncs, publishes and
//! answers in order (see [`crate::wal`] for why that is sound). The next group meanwhile runs on top of it: what it sees is answered
//! only after that is synced, refusals, replays and answers that write nothing too. Readers see it as well, and wait for the head.
//! Where commits come one by one, each after the answer of the one before, the writer syncs them itself.
//!
//! A group with a change of the registry waits until all before it are answered, and is committed with a sync, before anybody can
//! see it: what it changes has no revision that readers could wait for. So do erasures, which rewrite the files.
//!
//! Batches are applied without savepoints. After each error in the midst of writing the group begins again without the culprit. If
//! a COMMIT or a sync fails, all that were not synced are answered with an error and nothing is accepted until the file was opened
//! anew, without them, and its logs re-read.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use palimpsest_model::{Revision, Schema, SpaceId};
use palimpsest_store::{
    Batch, Heads, Ran, RegistryRows, Rows, SpaceRow, StoreError, Target, WriteJob, load_schema, run_job,
};
use rusqlite::Connection;

use crate::checkpoint::{FRAMES, restart};
use crate::error::store_error;
use crate::fresh::Fresh;
use crate::objects::Objects;
use crate::open::connect;
use crate::retention::scrub;
use crate::rows::SqlRows;
use crate::shared::{Shared, leave_log};
use crate::syncer::{Flight, Settled, land, refuse};
use crate::wal::Place;
use crate::words::Words;

/// After opening anew failed, it is tried at most this often.
const REOPEN_EVERY: Duration = Duration::from_millis(200);

/// After so many commits that came one after the other, the next ones are expected to.
const LONE: u32 = 8;

type Job = Box<dyn WriteJob>;

/// What a group has written so far.
#[derive(Default)]
struct Written {
    batches: Vec<Batch>,
    schemas: HashMap<SpaceId, Arc<Schema>>,
    /// Whether caches of the registry must be filled anew.
    registry: bool,
}

/// The threads that go on with what was committed.
pub(crate) struct Outlets {
    pub(crate) flights: SyncSender<Flight>,
    pub(crate) checkpoint: SyncSender<()>,
}

pub(crate) struct Writer {
    rows: SqlRows,
    shared: Arc<Shared>,
    outlets: Outlets,
    /// At most so many commits are one group.
    share: usize,
    /// How many groups in a row were one commit that came while none was being synced.
    lone: u32,
    /// When opening anew failed last.
    failed: Option<Instant>,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, share: usize, outlets: Outlets) -> Result<Self, rusqlite::Error> {
        let rows = open_rows(&shared)?;
        Ok(Self { rows, shared, outlets, share, lone: 0, failed: None })
    }

    /// Serves jobs until every sender is gone and the queue is empty.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            // A sync may fail as long as one is under way.
            let next = if self.shared.aloft.is_empty() && self.is_healthy() {
                jobs.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                jobs.recv_timeout(REOPEN_EVERY)
            };
            match next {
                Ok(first) => {
                    let rest = jobs.try_iter().take(self.share - 1);
                    let group = std::iter::once(first).chain(rest).collect();
                    self.serve(group);
                }
                Err(RecvTimeoutError::Timeout) if self.is_healthy() => {}
                Err(RecvTimeoutError::Timeout) => {
                    self.recover();
                }
                Err(RecvTimeoutError::Disconnected) => return self.end(),
            }
        }
    }

    fn serve(&mut self, group: Vec<Job>) {
        let registry = group.iter().any(|job| matches!(job.target(), Target::Registry));
        if registry {
            self.shared.aloft.wait();
        }
        if !self.is_healthy() && !self.recover() {
            let what = "a commit failed and the store could not be reopened";
            return refuse(group, &StoreError::Unavailable(what.to_owned()));
        }
        self.begin_log_anew();
        match registry {
            true => self.run_registering(group),
            false => self.run_group(group, false),
        }
    }

    /// Reads every space and token into the heads, as they are on disk.
    pub(crate) fn load(&mut self) -> Result<(), StoreError> {
        let spaces = self.rows.spaces()?;
        for row in &spaces {
            let schema = load_schema(&mut self.rows, row.id)?;
            self.shared.heads.load(*row, Arc::new(schema));
        }
        self.shared.heads.retain(&spaces.iter().map(|row| row.id).collect::<Vec<_>>());
        self.shared.heads.set_tokens(self.rows.tokens()?);
        self.shared.heads.set_admin_tokens(self.rows.admin_tokens()?);
        Ok(())
    }

    fn is_healthy(&self) -> bool {
        self.shared.healthy.load(Ordering::Acquire)
    }

    /// Opens the file anew and re-reads its logs.
    fn recover(&mut self) -> bool {
        if self.failed.is_some_and(|failed| failed.elapsed() < REOPEN_EVERY) {
            return false;
        }
        self.shared.aloft.wait();
        match self.reopen() {
            Ok(()) => {
                tracing::info!("the store was reopened and its logs re-read");
                self.failed = None;
                self.shared.healthy.store(true, Ordering::Release);
                true
            }
            Err(error) => {
                tracing::error!(%error, "the store could not be reopened");
                self.failed = Some(Instant::now());
                false
            }
        }
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        match self.shared.wal.is_torn() {
            true => self.cut()?,
            false => {
                self.rows = open_rows(&self.shared).map_err(store_error)?;
                self.rows.spaces()?;
                let end = self.shared.wal.end(&self.rows.connection)?;
                self.shared.wal.committed(end.place);
            }
        }
        self.load()
    }

    /// Takes out of the log what could not be synced. For SQLite to look at the log anew, nobody may have the file open.
    fn cut(&mut self) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.shared);
        let _closed = shared.doors.close()?;
        leave_log(&self.rows.connection)?;
        self.rows = SqlRows::new(Connection::open_in_memory().map_err(store_error)?);
        shared.wal.cut()?;
        self.rows = open_rows(&shared).map_err(store_error)?;
        self.rows.spaces()?;
        shared.wal.mended(shared.wal.end(&self.rows.connection)?.place)
    }

    /// The last that is done: what could not be synced does not get into the database.
    fn end(mut self) {
        self.shared.aloft.wait();
        if self.shared.wal.is_torn()
            && let Err(error) = self.cut()
        {
            tracing::error!(%error, "what was refused may be there when the store is opened again");
            let _ = leave_log(&self.rows.connection);
        }
    }

    /// Runs a group that changes the registry: each COMMIT is synced before anybody can see it.
    fn run_registering(&mut self, group: Vec<Job>) {
        if let Err(error) = set_synchronous(&self.rows.connection, &self.shared, "FULL").map_err(store_error) {
            return refuse(group, &error);
        }
        self.run_group(group, true);
        if let Err(error) = set_synchronous(&self.rows.connection, &self.shared, "NORMAL").map_err(store_error) {
            // Slower than it need be, until the next time.
            tracing::warn!(%error, "every commit is synced by itself");
        }
    }

    fn run_group(&mut self, group: Vec<Job>, registering: bool) {
        let mut waiting: Vec<Job> = group.into_iter().filter(|job| !job.is_withdrawn()).collect();
        while !waiting.is_empty() {
            if let Err(error) = self.execute("BEGIN IMMEDIATE") {
                self.fail();
                return refuse(waiting, &error);
            }
            let mut written = Written::default();
            let mut settled = Vec::with_capacity(waiting.len());
            let mut queue = waiting.into_iter();
            let mut lost = None;
            for mut job in queue.by_ref() {
                match self.run_one(&mut *job, &mut written) {
                    Ok(outcome) => settled.push(Settled { job, outcome }),
                    Err(error) => {
                        lost = Some((job, error));
                        break;
                    }
                }
            }
            match lost {
                None if registering => return self.commit(settled, written),
                None => return self.hand_over(settled, written),
                // The transaction is gone, and with it what the others wrote: only the culprit fails, the rest run again.
                Some((culprit, error)) => {
                    self.roll_back();
                    culprit.finish(Err(error));
                    waiting = settled.into_iter().map(|settled| settled.job).chain(queue).collect();
                }
            }
        }
    }

    /// Runs one job and writes its batch. It fails when the transaction is gone or must go.
    fn run_one(
        &mut self,
        job: &mut dyn WriteJob,
        written: &mut Written,
    ) -> Result<Result<(Revision, bool), StoreError>, StoreError> {
        let registry = matches!(job.target(), Target::Registry);
        if registry {
            self.rows.begin_part()?;
        }
        let heads = &self.shared.heads;
        let known = |row: &SpaceRow| known_schema(heads, &written.schemas, row);
        let ran = run_job(job, &mut self.rows, known);
        if registry && !self.rows.connection.is_autocommit() {
            if !matches!(ran, Ok(Ran::Registered | Ran::Kept)) {
                self.execute("ROLLBACK TO job")?;
                self.rows.forget();
            }
            self.execute("RELEASE job")?;
        }
        let outcome = match ran {
            Ok(Ran::Write(batch)) => {
                self.apply(&batch)?;
                let (revision, changes) = (batch.space.revision, batch.changes());
                if let Some(schema) = &batch.schema {
                    written.schemas.insert(batch.space.id, Arc::clone(schema));
                }
                written.batches.push(*batch);
                Ok((revision, changes))
            }
            Ok(Ran::Registered) => {
                written.registry = true;
                Ok((Revision::default(), true))
            }
            Ok(Ran::Kept) => Ok((Revision::default(), true)),
            Ok(Ran::Nothing) => self.head_of(job).map(|revision| (revision, false)),
            Err(error) => Err(error),
        };
        match outcome {
            Err(error) if self.rows.connection.is_autocommit() => Err(error),
            outcome => Ok(outcome),
        }
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        #[cfg(feature = "faults")]
        if crate::faults::Faults::fires(&self.shared.faults.lose_transaction) {
            self.execute("ROLLBACK")?;
            return Err(StoreError::Unavailable("database or disk is full".to_owned()));
        }
        self.rows.apply(batch)?;
        #[cfg(feature = "faults")]
        if self.shared.faults.forget_versions {
            self.execute("DELETE FROM versions WHERE previous IS NOT NULL")?;
        }
        Ok(())
    }

    fn head_of(&mut self, job: &dyn WriteJob) -> Result<Revision, StoreError> {
        match job.target() {
            Target::Space(intent) => Ok(self.rows.space(intent.space)?.map_or(Revision::default(), |row| row.revision)),
            Target::Registry => Ok(Revision::default()),
        }
    }

    /// Commits a group and leaves the sync, and with it the answers, to the syncing thread.
    fn hand_over(&mut self, settled: Vec<Settled>, written: Written) {
        let end = match self.commit_rows(&written) {
            Ok(()) if written.batches.is_empty() => None,
            Ok(()) => match self.note_end() {
                Ok(end) => Some(end),
                Err(error) => {
                    // It is in the log, and nobody knows where.
                    self.shared.wal.tear();
                    self.fail();
                    return refuse(settled.into_iter().map(|settled| settled.job), &error);
                }
            },
            Err(error) => {
                tracing::error!(%error, "COMMIT failed");
                self.fail();
                return refuse(settled.into_iter().map(|settled| settled.job), &error);
            }
        };
        // Where one comes after the other, nobody waits behind them: to hand them over would only take time.
        let is_lone = settled.len() == 1 && self.shared.aloft.is_empty();
        self.lone = if is_lone { self.lone.saturating_add(1) } else { 0 };
        self.shared.aloft.take_off();
        let flight = Flight { settled, batches: written.batches, end };
        if self.lone > LONE {
            return land(&self.shared, vec![flight]);
        }
        if let Err(refused) = self.outlets.flights.send(flight) {
            self.shared.aloft.land();
            refuse(refused.0.settled.into_iter().map(|settled| settled.job), &StoreError::Closed);
        }
    }

    /// Commits a group with a sync, and answers it.
    fn commit(&mut self, settled: Vec<Settled>, written: Written) {
        if let Err(error) = self.commit_rows(&written) {
            tracing::error!(%error, "COMMIT failed");
            self.fail();
            return refuse(settled.into_iter().map(|settled| settled.job), &error);
        }
        #[cfg(feature = "faults")]
        let settled = if self.shared.faults.publish_late { crate::syncer::answer_early(settled) } else { settled };
        self.shared.heads.publish(&written.batches);
        if written.registry
            && let Err(error) = self.load()
        {
            // What the registry holds is on disk; only the view of it is missing, so it must not be trusted.
            tracing::error!(%error, "the registry could not be re-read");
            self.fail();
            return refuse(settled.into_iter().map(|settled| settled.job), &error);
        }
        let scrubbed = self.scrub();
        if let Err(error) = self.note_end().and_then(|end| self.shared.wal.settle(end, Ok(()))) {
            // What was committed is on disk; what comes next could not be taken back, so the log is looked at anew before.
            tracing::error!(%error, "the write-ahead log could not be read");
            self.fail();
        }
        for Settled { job, outcome } in settled {
            let registry = matches!(job.target(), Target::Registry);
            match &scrubbed {
                Err(error) if registry => job.finish(Err(error.clone())),
                _ => job.finish(outcome),
            }
        }
    }

    /// Takes the bytes of what this group erased out of the files, before that is answered.
    fn scrub(&mut self) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.rows.erased) {
            return Ok(());
        }
        let _no_checkpoint = self.shared.doors.checkpoint();
        let done = scrub(&self.rows.connection);
        if let Err(error) = &done {
            tracing::error!(%error, "what was erased may still be in the files");
        }
        done
    }

    #[cfg_attr(not(feature = "faults"), expect(unused_variables, reason = "only a fault looks at it"))]
    fn commit_rows(&mut self, written: &Written) -> Result<(), StoreError> {
        #[cfg(feature = "faults")]
        if !written.batches.is_empty() {
            let faults = &self.shared.faults;
            if faults.publish_early {
                self.shared.heads.publish(&written.batches);
                // Long enough for whoever waits to look.
                std::thread::sleep(Duration::from_millis(2));
            }
            if crate::faults::Faults::fires(&faults.fail_commit) {
                return Err(StoreError::Unavailable("disk I/O error".to_owned()));
            }
            crate::faults::Faults::die(&faults.die_before_commit);
        }
        self.rows.settle()?;
        self.execute("COMMIT")?;
        #[cfg(feature = "faults")]
        if !written.batches.is_empty() {
            crate::faults::Faults::die(&self.shared.faults.die_after_commit);
        }
        Ok(())
    }

    /// Notes where the last commit ended, and asks for a checkpoint when the log has become long.
    fn note_end(&mut self) -> Result<Place, StoreError> {
        let end = self.shared.wal.end(&self.rows.connection)?;
        self.shared.wal.committed(end.place);
        #[cfg(feature = "faults")]
        let frames = if self.shared.faults.short_log { 256 } else { FRAMES };
        #[cfg(not(feature = "faults"))]
        let frames = FRAMES;
        if end.uncopied > frames {
            // A full channel means that a checkpoint is asked for already.
            let _ = self.outlets.checkpoint.try_send(());
        }
        Ok(end.place)
    }

    /// When a checkpoint has copied nearly all of the log, copies the rest, so that the next commit begins it anew.
    fn begin_log_anew(&mut self) {
        if !self.shared.nearly_copied.swap(false, Ordering::AcqRel) {
            return;
        }
        self.shared.aloft.wait();
        if !self.is_healthy() {
            return;
        }
        match restart(&self.rows.connection) {
            Ok(begun) => tracing::debug!(begun, "the write-ahead log was copied"),
            Err(error) => tracing::warn!(%error, "a checkpoint failed"),
        }
    }

    /// Gives up the connection's transaction and its trust in what it wrote.
    fn fail(&mut self) {
        self.shared.healthy.store(false, Ordering::Release);
        self.roll_back();
    }

    fn roll_back(&mut self) {
        if !self.rows.connection.is_autocommit() {
            let _ = self.execute("ROLLBACK");
        }
        self.rows.forget();
    }

    fn execute(&self, sql: &str) -> Result<(), StoreError> {
        self.rows.execute(sql, []).map(|_| ())
    }
}

fn open_rows(shared: &Shared) -> Result<SqlRows, rusqlite::Error> {
    let connection = connect(&shared.file, false)?;
    set_synchronous(&connection, shared, "NORMAL")?;
    let mut rows = SqlRows::new(connection);
    rows.objects = Some(Objects::new());
    rows.words = Some(Words::new());
    rows.fresh = Fresh::new(shared.fresh_terms);
    #[cfg(feature = "faults")]
    {
        rows.faults = Some(Arc::clone(&shared.faults));
    }
    Ok(rows)
}

#[cfg_attr(not(feature = "faults"), expect(unused_variables, reason = "only a fault looks at it"))]
fn set_synchronous(connection: &Connection, shared: &Shared, mode: &str) -> Result<(), rusqlite::Error> {
    #[cfg(feature = "faults")]
    let mode = if shared.faults.synchronous_off { "OFF" } else { mode };
    connection.pragma_update(None, "synchronous", mode)
}

/// The schema as of a row: what this group made of it, else the published one if it is still that.
fn known_schema(heads: &Heads, written: &HashMap<SpaceId, Arc<Schema>>, row: &SpaceRow) -> Option<Arc<Schema>> {
    if let Some(schema) = written.get(&row.id) {
        return Some(Arc::clone(schema));
    }
    let current = heads.current(row.id, None)?;
    (current.space.log == row.log && current.space.schema == row.schema).then_some(current.schema)
}
