//! The store: its threads and queues.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use palimpsest_model::{FileHash, ObjectId, Revision, SpaceId};
use palimpsest_store::{
    AdminToken, Current, Glimpse, Heads, Lookup, Moves, ObjectHead, REMEMBERED, ReadJob, Snapshot, Store, StoreError,
    TokenHash, TokenRecord, WriteJob,
};

use crate::backup;
use crate::checkpoint::checkpoint_when_asked;
use crate::error::{BackupError, OpenError};
use crate::open::{FILE, Folder, connect, open_folder};
use crate::reader::{Reader, peek};
use crate::rows::SqlRows;
use crate::shared::{Aloft, Doors, Shared};
use crate::syncer::sync_groups;
use crate::wal::Wal;
use crate::writer::{Outlets, Writer};

/// So many groups may wait while one is synced.
const WAITING_FLIGHTS: usize = 2;

/// How a store is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many threads read.
    pub readers: usize,
    /// Of how many objects it is remembered where they stand.
    pub remembered: usize,
    /// How many commits, and how many reads, may wait; more are refused as busy.
    pub queue: usize,
    /// At most so many commits share one sync.
    pub commits_per_sync: usize,
    /// So many changes of terms wait beside their table; more come into it.
    pub fresh_terms: usize,
    /// Guards that are switched off.
    #[cfg(feature = "faults")]
    pub faults: Arc<crate::faults::Faults>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 2,
            remembered: REMEMBERED,
            queue: 1024,
            commits_per_sync: 256,
            fresh_terms: 16_384,
            #[cfg(feature = "faults")]
            faults: Arc::default(),
        }
    }
}

/// A data folder, open.
pub struct SqliteStore {
    shared: Arc<Shared>,
    queues: Mutex<Option<Queues>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    folder: Folder,
    /// Closed last: see [`checkpoint_when_asked`].
    _database: Arc<File>,
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
        let (shared, database) = share(&folder, options)?;
        let damaged = |error: StoreError| OpenError::Damaged { path: folder.file.clone(), what: error.to_string() };
        let (checkpoint, checkpoints) = sync_channel(1);
        let (flights, flight_queue) = sync_channel(WAITING_FLIGHTS);
        let share = options.commits_per_sync.max(1);
        let outlets = Outlets { flights, checkpoint };
        let mut writer = Writer::new(Arc::clone(&shared), share, outlets)
            .map_err(|source| OpenError::Sqlite { path: folder.file.clone(), source })?;
        writer.load().map_err(damaged)?;
        let (writes, write_queue) = sync_channel(options.queue);
        let (reads, read_queue) = sync_channel(options.queue);
        let read_queue = Arc::new(Mutex::new(read_queue));
        let mut threads = vec![spawn("writer", move || writer.run(&write_queue))];
        for number in 0..options.readers.max(1) {
            let reader = Reader::new(number, Arc::clone(&shared));
            let queue = Arc::clone(&read_queue);
            threads.push(spawn("reader", move || reader.run(&queue)));
        }
        let syncing = Arc::clone(&shared);
        threads.push(spawn("sync", move || sync_groups(&syncing, &flight_queue, share)));
        let copying = (Arc::clone(&shared), Arc::clone(&database));
        threads.push(spawn("checkpoint", move || checkpoint_when_asked(&copying.0, &copying.1, &checkpoints)));
        let threads = threads
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
        let queues = Mutex::new(Some(Queues { writes, reads }));
        Ok(Self { shared, queues, threads: Mutex::new(threads), folder, _database: database })
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
        let _visit = self.shared.doors.visit();
        backup::write(&self.folder.file, to, copy)
    }

    /// Looks through everything that the store holds, as it stands at this moment, for what contradicts itself. Writes go on
    /// meanwhile; it takes as long as reading everything does.
    pub fn verify(&self) -> Result<palimpsest_store::Verified, palimpsest_store::StoreError> {
        let _visit = self.shared.doors.visit();
        crate::verify::verify(&self.folder.file)
    }

    fn queues(&self) -> Option<Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run)
}

/// What the threads share, with connections for all of them but the writer, and the database as a file.
fn share(folder: &Folder, options: &Options) -> Result<(Arc<Shared>, Arc<File>), OpenError> {
    let path = || folder.file.clone();
    let sqlite = |source| OpenError::Sqlite { path: path(), source };
    let database = File::open(&folder.file).map_err(|source| OpenError::Io { path: path(), source })?;
    let checkpoint = connect(&folder.file, false).map_err(sqlite)?;
    let wal = Wal::open(&folder.file, &checkpoint)
        .map_err(|error| OpenError::Damaged { path: path(), what: error.to_string() })?;
    let readers = (0..options.readers.max(1)).map(|_| Ok(SqlRows::new(connect(&folder.file, true)?)));
    let readers = readers.collect::<Result<_, _>>().map_err(sqlite)?;
    let shared = Shared {
        file: path(),
        heads: Heads::remembering(options.remembered),
        healthy: AtomicBool::new(true),
        wal,
        doors: Doors::new(readers, checkpoint),
        aloft: Aloft::default(),
        nearly_copied: AtomicBool::new(false),
        fresh_terms: options.fresh_terms,
        #[cfg(feature = "faults")]
        faults: Arc::clone(&options.faults),
    };
    Ok((Arc::new(shared), Arc::new(database)))
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

    fn glance(&self, space: SpaceId, object: ObjectId) -> Option<Glimpse> {
        let Current { space: row, schema, .. } = self.shared.heads.current(space, None)?;
        let found = self.shared.doors.glances().find(&self.shared.file, &row, object)?;
        // What is newer was committed since, and is not published yet.
        (found.revision <= row.revision).then_some(Glimpse { row, schema, found })
    }

    fn peek(&self, space: SpaceId, look: &mut dyn FnMut(&mut Snapshot<'_>)) -> Option<Revision> {
        peek(&self.shared, space, look)
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
        self.shared.doors.glances().close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
        self.shared.doors.shut();
        tracing::debug!(file = %self.folder.file.display(), "the store is closed");
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.close();
    }
}
