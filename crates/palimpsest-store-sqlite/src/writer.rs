//! The writer thread: all waiting commits run one after another in one transaction and share one fsync.
//!
//! Each batch is written inside a savepoint. Every answer of a group, refusals too, goes out after its COMMIT. After each
//! error the thread asks whether the transaction still stands; if not, the group begins again without the culprit. If COMMIT
//! itself fails, all are answered with an error and nothing is accepted until the file was opened anew and its logs re-read.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use palimpsest_model::{Revision, Schema, SpaceId};
use palimpsest_store::{
    Batch, Heads, Ran, RegistryRows, Rows, SpaceRow, StoreError, Target, WriteJob, load_schema, run_job,
};

use crate::error::store_error;
use crate::objects::Objects;
use crate::open::connect;
use crate::retention::scrub;
use crate::rows::SqlRows;

/// At most so many commits share one fsync.
const GROUP: usize = 256;
/// The checkpoint thread is woken after so many bytes of commits.
const CHECKPOINT_AFTER: usize = 4 * 1024 * 1024;
/// About how many bytes a step of a compaction adds to the write-ahead log, which is the most a change of the registry does.
const REGISTERED: usize = 1024 * 1024;
/// After a failed COMMIT, opening anew is tried at most this often.
const REOPEN_EVERY: Duration = Duration::from_millis(200);

type Job = Box<dyn WriteJob>;

/// What the thread shares with the rest of the store.
pub(crate) struct Shared {
    pub(crate) file: PathBuf,
    pub(crate) heads: Heads,
    pub(crate) healthy: AtomicBool,
    #[cfg(feature = "faults")]
    pub(crate) faults: Arc<crate::faults::Faults>,
}

/// A job that ran in the present group, and what it came to.
struct Settled {
    job: Job,
    outcome: Result<(Revision, bool), StoreError>,
}

/// What a group has written so far.
#[derive(Default)]
struct Written {
    batches: Vec<Batch>,
    schemas: HashMap<SpaceId, Arc<Schema>>,
    registry: bool,
}

pub(crate) struct Writer {
    rows: SqlRows,
    shared: Arc<Shared>,
    checkpoint: SyncSender<()>,
    unchecked: usize,
    tried: Instant,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, checkpoint: SyncSender<()>) -> Result<Self, rusqlite::Error> {
        let rows = open_rows(&shared)?;
        Ok(Self { rows, shared, checkpoint, unchecked: 0, tried: Instant::now() })
    }

    /// Serves jobs until every sender is gone and the queue is empty.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            let next = if self.is_healthy() {
                jobs.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                jobs.recv_timeout(REOPEN_EVERY)
            };
            let mut group = match next {
                Ok(first) => vec![first],
                Err(RecvTimeoutError::Timeout) => {
                    self.recover();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            while group.len() < GROUP
                && let Ok(job) = jobs.try_recv()
            {
                group.push(job);
            }
            if self.is_healthy() || self.recover() {
                self.run_group(group);
            } else {
                refuse(
                    group,
                    &StoreError::Unavailable("a commit failed and the store could not be reopened".to_owned()),
                );
            }
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
        if self.tried.elapsed() < REOPEN_EVERY {
            return false;
        }
        self.tried = Instant::now();
        let reopened = open_rows(&self.shared).map_err(store_error).and_then(|rows| {
            self.rows = rows;
            self.load()
        });
        match reopened {
            Ok(()) => {
                tracing::info!("the store was reopened and its logs re-read");
                self.shared.healthy.store(true, Ordering::Release);
                true
            }
            Err(error) => {
                tracing::error!(%error, "the store could not be reopened");
                false
            }
        }
    }

    fn run_group(&mut self, group: Vec<Job>) {
        let mut waiting: Vec<Job> = group.into_iter().filter(|job| !job.is_withdrawn()).collect();
        while !waiting.is_empty() {
            if let Err(error) = self.rows.connection.execute_batch("BEGIN IMMEDIATE").map_err(store_error) {
                self.fail();
                return refuse(waiting, &error);
            }
            let mut written = Written::default();
            let mut settled = Vec::new();
            let mut queue = waiting.into_iter();
            let mut lost = None;
            for mut job in queue.by_ref() {
                let outcome = self.run_one(&mut *job, &mut written);
                if outcome.is_err() && self.rows.connection.is_autocommit() {
                    lost = Some(Settled { job, outcome });
                    break;
                }
                settled.push(Settled { job, outcome });
            }
            match lost {
                None => return self.commit(settled, written),
                // The transaction is gone, and with it what the others wrote: only the culprit fails, the rest run again.
                Some(culprit) => {
                    self.rows.forget();
                    culprit.job.finish(culprit.outcome);
                    waiting = settled.into_iter().map(|settled| settled.job).chain(queue).collect();
                }
            }
        }
    }

    /// Runs one job and writes its batch inside a savepoint.
    fn run_one(&mut self, job: &mut dyn WriteJob, written: &mut Written) -> Result<(Revision, bool), StoreError> {
        let registry = matches!(job.target(), Target::Registry);
        if registry {
            self.execute("SAVEPOINT job")?;
        }
        let heads = &self.shared.heads;
        let known = |row: &SpaceRow| known_schema(heads, &written.schemas, row);
        match run_job(job, &mut self.rows, known) {
            Ok(Ran::Write(batch)) => {
                self.execute("SAVEPOINT job")?;
                self.apply(&batch).or_else(|error| self.undo(error))?;
                self.execute("RELEASE job")?;
                let (revision, changes) = (batch.space.revision, batch.changes());
                if let Some(schema) = &batch.schema {
                    written.schemas.insert(batch.space.id, Arc::clone(schema));
                }
                written.batches.push(*batch);
                Ok((revision, changes))
            }
            Ok(Ran::Registered) => {
                self.execute("RELEASE job")?;
                written.registry = true;
                Ok((Revision::default(), true))
            }
            Ok(Ran::Kept) => {
                self.execute("RELEASE job")?;
                Ok((Revision::default(), true))
            }
            Ok(Ran::Nothing) => {
                if registry {
                    self.execute("ROLLBACK TO job; RELEASE job")?;
                }
                self.head_of(job).map(|revision| (revision, false))
            }
            Err(error) if registry => self.undo(error),
            Err(error) => Err(error),
        }
    }

    /// Takes back what a failed job wrote, unless the transaction has ended anyway.
    fn undo<T>(&mut self, error: StoreError) -> Result<T, StoreError> {
        if !self.rows.connection.is_autocommit() {
            self.execute("ROLLBACK TO job; RELEASE job")?;
        }
        self.rows.forget();
        Err(error)
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

    fn commit(&mut self, settled: Vec<Settled>, written: Written) {
        #[cfg(feature = "faults")]
        if self.shared.faults.publish_early {
            self.shared.heads.publish(&written.batches);
            // Long enough for whoever waits to look.
            std::thread::sleep(Duration::from_millis(2));
        }
        if let Err(error) = self.sync(&written) {
            tracing::error!(%error, "COMMIT failed");
            self.fail();
            return refuse(settled.into_iter().map(|settled| settled.job), &error);
        }
        #[cfg(feature = "faults")]
        let settled = if self.shared.faults.publish_late { answer_early(settled) } else { settled };
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
        for Settled { job, outcome } in settled {
            let registry = matches!(job.target(), Target::Registry);
            match &scrubbed {
                Err(error) if registry => job.finish(Err(error.clone())),
                _ => job.finish(outcome),
            }
        }
        self.unchecked += written.batches.iter().map(weight).sum::<usize>();
        self.unchecked += if written.registry { REGISTERED } else { 0 };
        if self.unchecked > CHECKPOINT_AFTER {
            self.unchecked = 0;
            // A full channel means that a checkpoint is asked for already.
            let _ = self.checkpoint.try_send(());
        }
    }

    /// Takes the bytes of what this group erased out of the files, before that is answered.
    fn scrub(&mut self) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.rows.erased) {
            return Ok(());
        }
        let done = scrub(&self.rows.connection);
        if let Err(error) = &done {
            tracing::error!(%error, "what was erased may still be in the files");
        }
        done
    }

    #[cfg_attr(not(feature = "faults"), expect(unused_variables, reason = "only a fault looks at it"))]
    fn sync(&self, written: &Written) -> Result<(), StoreError> {
        #[cfg(feature = "faults")]
        if !written.batches.is_empty() && crate::faults::Faults::fires(&self.shared.faults.fail_commit) {
            return Err(StoreError::Unavailable("disk I/O error".to_owned()));
        }
        #[cfg(feature = "faults")]
        if !written.batches.is_empty() {
            crate::faults::Faults::die(&self.shared.faults.die_before_commit);
        }
        self.execute("COMMIT")?;
        #[cfg(feature = "faults")]
        if !written.batches.is_empty() {
            crate::faults::Faults::die(&self.shared.faults.die_after_commit);
        }
        Ok(())
    }

    /// Gives up the connection's transaction and its trust in what it wrote.
    fn fail(&mut self) {
        self.shared.healthy.store(false, Ordering::Release);
        if !self.rows.connection.is_autocommit() {
            let _ = self.rows.connection.execute_batch("ROLLBACK");
        }
        self.rows.forget();
        self.tried = Instant::now().checked_sub(REOPEN_EVERY).unwrap_or_else(Instant::now);
    }

    fn execute(&self, sql: &str) -> Result<(), StoreError> {
        self.rows.connection.execute_batch(sql).map_err(store_error)
    }
}

/// Answers all, and leaves them time to look before the head moves.
#[cfg(feature = "faults")]
fn answer_early(settled: Vec<Settled>) -> Vec<Settled> {
    for Settled { job, outcome } in settled {
        job.finish(outcome);
    }
    std::thread::sleep(Duration::from_millis(10));
    Vec::new()
}

fn open_rows(shared: &Shared) -> Result<SqlRows, rusqlite::Error> {
    let connection = connect(&shared.file, false)?;
    #[cfg(feature = "faults")]
    if shared.faults.synchronous_off {
        connection.pragma_update(None, "synchronous", "OFF")?;
    }
    let mut rows = SqlRows::new(connection);
    rows.objects = Some(Objects::new());
    #[cfg(feature = "faults")]
    {
        rows.faults = Some(Arc::clone(&shared.faults));
    }
    Ok(rows)
}

/// The schema as of a row: what this group made of it, else the published one if it is still that.
fn known_schema(heads: &Heads, written: &HashMap<SpaceId, Arc<Schema>>, row: &SpaceRow) -> Option<Arc<Schema>> {
    if let Some(schema) = written.get(&row.id) {
        return Some(Arc::clone(schema));
    }
    let current = heads.current(row.id, None)?;
    (current.space.log == row.log && current.space.schema == row.schema).then_some(current.schema)
}

fn refuse(jobs: impl IntoIterator<Item = Job>, error: &StoreError) {
    for job in jobs {
        job.finish(Err(error.clone()));
    }
}

/// About how many bytes a batch adds to the write-ahead log.
fn weight(batch: &Batch) -> usize {
    let docs: usize = batch.docs.iter().map(|doc| doc.body.len()).sum();
    let deltas: usize = batch.versions.iter().map(|version| version.delta.len()).sum();
    docs + deltas + 4 * 4096
}
