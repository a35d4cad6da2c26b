//! The write-ahead log as a file: how far it is synced, and how it is taken back to there when a sync fails.
//!
//! SQLite runs the writer with synchronous=NORMAL: COMMIT writes frames to the log and makes them visible, and the log is synced
//! here, by a descriptor of our own (SQLite's locks are on the database and its -shm, so that closing this one loses none).
//!
//! - Frames count only as a prefix: each has the running checksum of all before it. One sync therefore covers every commit before
//!   it, and what a power cut leaves is always the state after some commit.
//! - SQLite begins the log anew only when all of it is in the database and the database is synced; it syncs the new header before
//!   frames follow. A commit whose log has begun anew meanwhile is thus as durable as a synced one.
//! - A checkpoint syncs the log before it copies. What it copied must not be taken out of the log again: [`Wal::copied`].
//! - Readers see commits that are not synced, and wait for the published head before they look. What has no revision to wait for
//!   (the registry) is committed with a sync. Only a policy that a transaction on a space gives, and nothing else, may be shown to the
//!   operator a sync early.
//! - After a failed sync the system may have dropped what it could not write, and the next sync says nothing of that. So the log is
//!   *torn*: nothing is synced any more, until everything behind the last good sync is cut off, while nobody has the file open.
//!   That is what a COMMIT with synchronous=FULL promises too: what was refused is gone, reads go on at what was acknowledged, and
//!   nothing rests on pages that were not written.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use palimpsest_store::StoreError;
use rusqlite::Connection;

use crate::error::store_error;
use crate::open::sync_folder;

/// The header of the log, and of each frame in it.
const HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;

/// A place in the log: after so many frames since it was begun anew, which gave it this salt.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Place {
    salt: u64,
    frames: u64,
}

/// Where the log ends, and how many of its frames the database does not have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) place: Place,
    pub(crate) uncopied: u64,
}

pub(crate) struct Wal {
    file: File,
    synced: Mutex<Place>,
    torn: AtomicBool,
    /// A checkpoint failed half-way in what may not be synced: the log must stay as it is.
    stuck: AtomicBool,
}

impl Wal {
    /// Opens and syncs the log of a store that has a connection. What a process that was killed left in it may never have been
    /// synced, and will be read.
    pub(crate) fn open(database: &Path, connection: &Connection) -> Result<Self, StoreError> {
        // Reading makes the file.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(store_error)?;
        let open = || {
            let file = OpenOptions::new().read(true).write(true).open(database.with_extension("db-wal"))?;
            file.sync_data()?;
            sync_folder(database.parent().unwrap_or(Path::new(".")))?;
            Ok(file)
        };
        let file = open().map_err(io)?;
        let (synced, torn, stuck) = (Mutex::default(), AtomicBool::new(false), AtomicBool::new(false));
        let wal = Self { file, synced, torn, stuck };
        *wal.synced() = wal.end(connection)?.place;
        Ok(wal)
    }

    /// Where the log ends; for the writer between its transactions, as nobody else begins it anew.
    pub(crate) fn end(&self, connection: &Connection) -> Result<End, StoreError> {
        let mut look = connection.prepare_cached("PRAGMA wal_checkpoint(NOOP)").map_err(store_error)?;
        let numbers = look.query_row([], |row| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)));
        let (frames, copied) = numbers.map_err(store_error)?;
        let frames = u64::try_from(frames).unwrap_or_default();
        let uncopied = frames.saturating_sub(u64::try_from(copied).unwrap_or_default());
        Ok(End { place: Place { salt: self.header().map_err(io)?.salt, frames }, uncopied })
    }

    /// Notes where a commit ended. When the log was begun anew for it, everything before is in the database.
    pub(crate) fn committed(&self, at: Place) {
        let mut synced = self.synced();
        if synced.salt != at.salt {
            *synced = Place { salt: at.salt, frames: 0 };
        }
    }

    /// Makes every commit up to a place durable. When that fails the log is torn.
    pub(crate) fn sync(&self, to: Place) -> Result<(), StoreError> {
        self.settle(to, self.file.sync_data())
    }

    /// Notes that everything up to a place is durable, or that it is not. A torn log is not synced by trying again.
    pub(crate) fn settle(&self, to: Place, synced: std::io::Result<()>) -> Result<(), StoreError> {
        if let Err(error) = synced {
            self.tear();
            return Err(io(error));
        }
        if self.is_torn() {
            return Err(StoreError::Unavailable("an earlier sync failed".to_owned()));
        }
        let mut synced = self.synced();
        if synced.salt == to.salt {
            synced.frames = synced.frames.max(to.frames);
        }
        Ok(())
    }

    /// The salt of the log as it is now.
    pub(crate) fn salt(&self) -> Result<u64, StoreError> {
        Ok(self.header().map_err(io)?.salt)
    }

    /// Notes what a checkpoint of the log with this salt has synced and copied.
    pub(crate) fn copied(&self, salt: u64, frames: u64) {
        let mut synced = self.synced();
        // With the lock held: no commit that begins the log anew can be noted meanwhile.
        if !matches!(self.header(), Ok(header) if header.salt == salt) {
            return;
        }
        let before = if synced.salt == salt { synced.frames } else { 0 };
        *synced = Place { salt, frames: before.max(frames) };
    }

    /// Notes that a checkpoint failed, who knows where: what it may have copied is made durable, or the log is never cut again.
    pub(crate) fn copied_in_part(&self, connection: &Connection) {
        if self.end(connection).and_then(|end| self.sync(end.place)).is_err() {
            self.stuck.store(true, Ordering::Release);
            self.tear();
        }
    }

    /// Gives up what is behind the last good sync.
    pub(crate) fn tear(&self) {
        self.torn.store(true, Ordering::Release);
    }

    pub(crate) fn is_torn(&self) -> bool {
        self.torn.load(Ordering::Acquire)
    }

    /// Takes out what is behind the last good sync. Nobody may have the database open.
    pub(crate) fn cut(&self) -> Result<(), StoreError> {
        if self.stuck.load(Ordering::Acquire) {
            let what = "a sync failed in the midst of a checkpoint: the server must be started anew";
            return Err(StoreError::Unavailable(what.to_owned()));
        }
        let mut synced = self.synced();
        let header = self.header().map_err(io)?;
        // Begun anew for what was refused: everything else is in the database.
        if header.salt != synced.salt {
            *synced = Place::default();
        }
        let length = match synced.frames {
            0 => 0,
            frames => HEADER + frames * (FRAME_HEADER + header.page),
        };
        self.file.set_len(length).map_err(io)
    }

    /// The log was cut, and SQLite sees it so.
    pub(crate) fn mended(&self, end: Place) -> Result<(), StoreError> {
        let mut synced = self.synced();
        if end.frames != synced.frames {
            return Err(StoreError::Unavailable("another process has the database open".to_owned()));
        }
        *synced = end;
        self.torn.store(false, Ordering::Release);
        Ok(())
    }

    fn header(&self) -> std::io::Result<Header> {
        let mut bytes = [0; 24];
        match self.file.read_exact_at(&mut bytes, 0) {
            Ok(()) => {
                let [.., p0, p1, p2, p3, _, _, _, _, s0, s1, s2, s3, s4, s5, s6, s7] = bytes;
                let page = u64::from(u32::from_be_bytes([p0, p1, p2, p3]));
                Ok(Header { page, salt: u64::from_be_bytes([s0, s1, s2, s3, s4, s5, s6, s7]) })
            }
            // It is empty until the first commit.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(Header { page: 0, salt: 0 }),
            Err(error) => Err(error),
        }
    }

    fn synced(&self) -> MutexGuard<'_, Place> {
        self.synced.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Header {
    page: u64,
    salt: u64,
}

fn io(error: std::io::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
