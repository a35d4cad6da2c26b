//! Checkpoints: what the write-ahead log holds comes into the database.
//!
//! The thread copies while writes go on, and never stalls them; but as long as there are writes, it never has all, and only a log
//! that was copied to its end is begun anew. So it copies the most, has the system write that to the disk, and leaves the little
//! that was committed meanwhile to the writer, which copies it between two groups. The log is never truncated while it is in
//! use: to write over blocks that a file has is cheaper to sync than to make it longer.

use std::fs::File;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use palimpsest_store::StoreError;
use rusqlite::Connection;

use crate::error::store_error;
use crate::open::{PATIENCE, connect};
use crate::shared::{Shared, leave_log};

/// A checkpoint is made after so many frames, which is 32 MiB.
pub(crate) const FRAMES: u64 = 8192;
/// How long the writer waits for readers that are in the log.
const RESTART_PATIENCE: Duration = Duration::from_millis(20);

/// Copies when asked. `database` is synced by a descriptor that is closed after every connection: closing it ends the locks of
/// this process on the file.
pub(crate) fn checkpoint_when_asked(shared: &Shared, database: &File, asked: &Receiver<()>) {
    while asked.recv().is_ok() {
        // A failure costs nothing but a longer write-ahead log; the next one tries again.
        if let Err(error) = copy(shared, database) {
            tracing::warn!(%error, "a checkpoint failed");
        }
    }
    if let Err(error) = end(shared) {
        tracing::warn!(%error, "the last checkpoint failed");
    }
}

fn copy(shared: &Shared, database: &File) -> Result<(), StoreError> {
    let mut door = shared.doors.checkpoint();
    if shared.wal.is_torn() {
        return Ok(());
    }
    let connection = opened(&mut door, shared)?;
    let salt = shared.wal.salt()?;
    match run(connection, "PASSIVE") {
        Ok((_, copied)) => shared.wal.copied(salt, copied),
        Err(error) => {
            shared.wal.copied_in_part(connection);
            return Err(error);
        }
    }
    drop(door);
    // Only so that the writer has less to wait for: SQLite syncs it again before it forgets the log.
    database.sync_data().map_err(|error| StoreError::Unavailable(error.to_string()))?;
    shared.nearly_copied.store(true, Ordering::Release);
    Ok(())
}

/// Leaves a store in one file, unless what was refused would get into it.
fn end(shared: &Shared) -> Result<(), StoreError> {
    let mut door = shared.doors.checkpoint();
    let connection = opened(&mut door, shared)?;
    match shared.wal.is_torn() {
        true => leave_log(connection),
        false => run(connection, "TRUNCATE").map(|_| ()),
    }
}

/// The connection behind the door, which is closed when the log was cut.
fn opened<'d>(door: &'d mut Option<Connection>, shared: &Shared) -> Result<&'d Connection, StoreError> {
    let connection = match door.take() {
        Some(connection) => connection,
        None => connect(&shared.file, false).map_err(store_error)?,
    };
    Ok(door.insert(connection))
}

/// Copies the rest and lets the log begin anew, on the writer's connection, when everything in the log is synced. Readers that are in
/// it for long have their way: then it goes on growing.
pub(crate) fn restart(connection: &Connection) -> Result<bool, StoreError> {
    connection.busy_timeout(RESTART_PATIENCE).map_err(store_error)?;
    let done = run(connection, "RESTART");
    connection.busy_timeout(PATIENCE).map_err(store_error)?;
    done.map(|(busy, _)| !busy)
}

/// Whether it was held up, and how many frames the database has now.
fn run(connection: &Connection, mode: &str) -> Result<(bool, u64), StoreError> {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(2)?));
    let (busy, copied) =
        connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], read).map_err(store_error)?;
    Ok((busy, u64::try_from(copied).unwrap_or_default()))
}
