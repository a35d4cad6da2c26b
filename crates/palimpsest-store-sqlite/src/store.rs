//! The store: its threads and queues.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use palimpsest_model::{FileHash, ObjectId, Revision, SpaceId};
use palimpsest_store::{
    AdminToken, Current, Heads, Lookup, Moves, ObjectHead, REMEMBERED, ReadJob, Store, StoreError, TokenHash,
    TokenRecord, WriteJob,
};

use crate::backup;
use crate::error::{BackupError, OpenError};
use crate::glances::Glances;
use crate::open::{FILE, Folder, connect, open_folder};
use crate::reader::Reader;
use crate::writer::{Shared, Writer};

/// How a store is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many threads read.
    pub readers: usize,
    /// How many reads of a few rows are done at a time on the threads that ask for them.
    pub glances: usize,
    /// Of how many objects it is remembered where they stand.
    pub remembered: usize,
    /// How many commits, and how many reads, may wait; more are refused as busy.
    pub queue: usize,
    /// Guards that are switched off.
    #[cfg(feature = "faults")]
    pub faults: Arc<crate::faults::Faults>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 2,
            // With one for each thread that a runtime has, none goes without.
            glances: std::thread::available_parallelism().map_or(2, usize::from),
            remembered: REMEMBERED,
            queue: 1024,
            #[cfg(feature = "faults")]
            faults: Arc::default(),
        }
    }
}

/// A data folder, open.
pub struct SqliteStore {
    shared: Arc<Shared>,
    queues: Mutex<Option<Queues>>,
    glances: Glances,
    threads: Mutex<Vec<JoinHandle<()>>>,
    folder: Folder,
}

#[derive(Clone)]
struct Queues {
    writes: SyncSender<Box<dyn WriteJob>>,
    reads: SyncSender<Box<dyn ReadJob>>,
}

impl SqliteStore {
    /// Opens a data folder, creating what is missing; see [`OpenError`] for what is refused.
    pub fn open(path: &Path, options: &Options) -> Result<Self, OpenError> {
        let folder = open_folder(path)?;
        let shared = Arc::new(Shared {
            file: folder.file.clone(),
            heads: Heads::remembering(options.remembered),
            healthy: AtomicBool::new(true),
            #[cfg(feature = "faults")]
            faults: Arc::clone(&options.faults),
        });
        let sqlite = |source| OpenError::Sqlite { path: folder.file.clone(), source };
        let (checkpoint, checkpoints) = sync_channel(1);
        let mut writer = Writer::new(Arc::clone(&shared), checkpoint).map_err(sqlite)?;
        writer.load().map_err(|error| OpenError::Damaged { path: folder.file.clone(), what: error.to_string() })?;
        let (writes, write_queue) = sync_channel(options.queue);
        let (reads, read_queue) = sync_channel(options.queue);
        let read_queue = Arc::new(Mutex::new(read_queue));
        let mut threads = vec![spawn("writer", move || writer.run(&write_queue))];
        for _ in 0..options.readers.max(1) {
            let reader = Reader::new(&folder.file, Arc::clone(&shared)).map_err(sqlite)?;
            let queue = Arc::clone(&read_queue);
            threads.push(spawn("reader", move || reader.run(&queue)));
        }
        let glances = Glances::open(&folder.file, &shared, options.glances).map_err(sqlite)?;
        let connection = connect(&folder.file, false).map_err(sqlite)?;
        threads.push(spawn("checkpoint", move || checkpoint_when_asked(&connection, &checkpoints)));
        let threads = threads
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
        let queues = Mutex::new(Some(Queues { writes, reads }));
        Ok(Self { shared, queues, glances, threads: Mutex::new(threads), folder })
    }

    /// Whether there is a store in a folder.
    #[must_use]
    pub fn exists(path: &Path) -> bool {
        path.join(FILE).exists()
    }

    /// Writes what the store holds at this moment to a new file, for its owner only; its length. Writes go on meanwhile. The file
    /// is on disk when this returns. Before it gets its name `copy` is told the contents it names; it is not made when that fails.
    pub fn backup<T, E: From<BackupError>>(
        &self,
        to: &Path,
        copy: impl FnOnce(BTreeSet<FileHash>) -> Result<T, E>,
    ) -> Result<(u64, T), E> {
        backup::write(&self.folder.file, to, copy)
    }

    /// Looks through everything that the store holds, as it stands at this moment, for what contradicts itself. Writes go on
    /// meanwhile; it takes as long as reading everything does.
    pub fn verify(&self) -> Result<palimpsest_store::Verified, palimpsest_store::StoreError> {
        crate::verify::verify(&self.folder.file)
    }

    fn queues(&self) -> Option<Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run)
}

fn checkpoint_when_asked(connection: &rusqlite::Connection, asked: &Receiver<()>) {
    let checkpoint = |mode: &str| {
        // A failure costs nothing but a longer write-ahead log; the next one tries again.
        if let Err(error) = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(())) {
            tracing::warn!(%error, "a checkpoint failed");
        }
    };
    while asked.recv().is_ok() {
        checkpoint("PASSIVE");
    }
    checkpoint("TRUNCATE");
}

impl Store for SqliteStore {
    fn submit(&self, job: Box<dyn WriteJob>) {
        let Some(queues) = self.queues() else { return job.finish(Err(StoreError::Closed)) };
        match queues.writes.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(job)) => job.finish(Err(StoreError::Busy)),
            Err(TrySendError::Disconnected(job)) => job.finish(Err(StoreError::Closed)),
        }
    }

    fn inspect(&self, job: Box<dyn ReadJob>) {
        let Some(queues) = self.queues() else { return job.finish(Err(StoreError::Closed)) };
        match queues.reads.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(job)) => job.finish(Err(StoreError::Busy)),
            Err(TrySendError::Disconnected(job)) => job.finish(Err(StoreError::Closed)),
        }
    }

    fn glance(&self, job: Box<dyn ReadJob>) {
        if let Some(job) = self.glances.take(job) {
            self.inspect(job);
        }
    }

    fn current(&self, space: SpaceId, object: Option<ObjectId>) -> Option<Current> {
        self.shared.heads.current(space, object)
    }

    fn remember(&self, space: SpaceId, seen: Revision, id: ObjectId, object: ObjectHead) {
        self.shared.heads.remember(space, seen, id, object);
    }

    fn moved(&self, space: SpaceId) -> Option<Moves> {
        self.shared.heads.moved(space)
    }

    fn token<'a>(&'a self, hash: &'a TokenHash) -> Lookup<'a, Option<Arc<TokenRecord>>> {
        Box::pin(std::future::ready(Ok(self.shared.heads.token(hash))))
    }

    fn admin_token<'a>(&'a self, hash: &'a TokenHash) -> Lookup<'a, Option<Arc<AdminToken>>> {
        Box::pin(std::future::ready(Ok(self.shared.heads.admin_token(hash))))
    }

    fn is_ready(&self) -> bool {
        self.shared.healthy.load(Ordering::Acquire) && self.queues().is_some()
    }

    fn close(&self) {
        drop(self.queues.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.glances.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
        tracing::debug!(file = %self.folder.file.display(), "the store is closed");
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.close();
    }
}
