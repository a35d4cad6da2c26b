//! Backups: a store as it stood at one moment, in one file, and a folder that is made of one. Whoever makes either is told which
//! contents it names before it gets its name, so that their bytes are there when it is.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use palimpsest_model::{FileHash, LogId};
use palimpsest_store::{RegistryRows, SpaceRow, load_schema};
use rusqlite::{Connection, OpenFlags};

use crate::error::{BackupError, OpenError};
use crate::files::all_named;
use crate::open::{FILE, check, check_identity, connect, has_content, lock, sync_folder};
use crate::rows::SqlRows;

/// A file that is made, and goes again unless it is kept.
struct Made {
    path: PathBuf,
    kept: bool,
}

impl Made {
    /// Makes an empty file for its owner only; one that is there already is left alone.
    fn new(path: PathBuf) -> Result<Self, BackupError> {
        match OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path) {
            Ok(_) => Ok(Self { path, kept: false }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(BackupError::Exists(path)),
            Err(source) => Err(BackupError::Io { path, source }),
        }
    }

    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed is in the way of the next backup, which says so.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A path with an ending more.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The error of the system at a path.
fn io(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Io { path, source }
}

/// Syncs a file and gives it its name, durably.
fn settle(file: Made, to: &Path) -> Result<(), BackupError> {
    File::open(&file.path).and_then(|file| file.sync_all()).map_err(io(&file.path))?;
    std::fs::rename(&file.path, to).map_err(io(to))?;
    file.keep();
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync_folder(folder).map_err(io(folder))
}

/// Writes what a store holds at this moment to a new file, on a connection of its own; its length.
pub(crate) fn write<T, E: From<BackupError>>(
    store: &Path,
    to: &Path,
    copy: impl FnOnce(BTreeSet<FileHash>) -> Result<T, E>,
) -> Result<(u64, T), E> {
    let partial = Made::new(beside(to, ".partial"))?;
    // Takes the name, so that it cannot come to be another file's meanwhile.
    let reserved = Made::new(to.to_owned())?;
    let copied = copy(snapshot(store, &partial.path, to)?)?;
    settle(partial, to)?;
    reserved.keep();
    Ok((std::fs::metadata(to).map_err(io(to))?.len(), copied))
}

/// Writes it to an empty file, on the way to another name; which contents are named in it.
fn snapshot(store: &Path, partial: &Path, to: &Path) -> Result<BTreeSet<FileHash>, BackupError> {
    let sqlite = |source| BackupError::Sqlite { path: to.to_owned(), source };
    let name = partial.to_str().ok_or_else(|| BackupError::Unreadable(to.to_owned()))?;
    let connection = connect(store, true).map_err(sqlite)?;
    // One read transaction: a snapshot that holds no writer up, and nothing of what was removed.
    connection.execute("VACUUM INTO ?1", [name]).map_err(sqlite)?;
    connect(partial, true).and_then(|written| all_named(&written)).map_err(sqlite)
}

/// Makes a store of a backup in a folder that has none. Each space begins another life, under the log id that `log` gives it: what
/// was said of versions and positions of the one before no longer fits. Nothing is made when `fill`, which is told the contents
/// that it names, fails.
pub fn restore<T, E: From<BackupError>>(
    folder: &Path,
    from: &Path,
    log: impl FnMut() -> LogId,
    fill: impl FnOnce(BTreeSet<FileHash>) -> Result<T, E>,
) -> Result<(Vec<SpaceRow>, T), E> {
    let _lock = lock(folder).map_err(BackupError::from)?;
    let file = folder.join(FILE);
    let (copy, spaces, named) = copy_anew(&file, from, log)?;
    let filled = fill(named)?;
    settle(copy, &file)?;
    Ok((spaces, filled))
}

/// A copy of a backup that is fit to become a store, the spaces in it, and the contents it names.
fn copy_anew(
    file: &Path,
    from: &Path,
    log: impl FnMut() -> LogId,
) -> Result<(Made, Vec<SpaceRow>, BTreeSet<FileHash>), BackupError> {
    // A write-ahead log that was left behind would be taken for that of the new file.
    if let Some(found) = [file.to_owned(), beside(file, "-wal")].into_iter().find(|path| path.exists()) {
        return Err(BackupError::Exists(found));
    }
    let open = [beside(from, "-wal"), beside(from, "-journal")];
    if open.iter().any(|path| std::fs::metadata(path).is_ok_and(|file| file.len() > 0)) {
        return Err(BackupError::Open(from.to_owned()));
    }
    let path = beside(file, ".restoring");
    // Of a restore that was cut short; nobody else is at it, as the lock says.
    let _ = std::fs::remove_file(&path);
    let copy = Made::new(path)?;
    let mut source = File::open(from).map_err(io(from))?;
    let mut target = OpenOptions::new().write(true).open(&copy.path).map_err(io(&copy.path))?;
    std::io::copy(&mut source, &mut target).map_err(io(&copy.path))?;
    drop(target);
    let (spaces, named) = begin_anew(&copy.path, log).map_err(|error| match error {
        BackupError::Unfit(error) => BackupError::Unfit(at(error, from)),
        other => other,
    })?;
    Ok((copy, spaces, named))
}

/// Checks the copy of a backup as a store is checked when it is opened, and gives its spaces their new logs; these, and the contents
/// it names.
fn begin_anew(file: &Path, mut log: impl FnMut() -> LogId) -> Result<(Vec<SpaceRow>, BTreeSet<FileHash>), BackupError> {
    if !has_content(file)? || !check_identity(file)? {
        return Err(OpenError::Foreign(file.to_owned()).into());
    }
    let sqlite = |source| BackupError::Sqlite { path: file.to_owned(), source };
    let damaged =
        |error: palimpsest_store::StoreError| OpenError::Damaged { path: file.to_owned(), what: error.to_string() };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(file, flags).map_err(sqlite)?;
    // All in one file until it has its name. A backup has it so; any other copy of a store may not.
    connection.pragma_update(None, "journal_mode", "DELETE").map_err(sqlite)?;
    check(&mut connection, file, true)?;
    let mut rows = SqlRows::new(connection);
    let mut spaces = rows.spaces().map_err(damaged)?;
    for space in &mut spaces {
        load_schema(&mut rows, space.id).map_err(damaged)?;
        space.log = log();
    }
    let transaction = rows.connection.transaction().map_err(sqlite)?;
    for SpaceRow { id, log, .. } in &spaces {
        let sql = "UPDATE spaces SET log = ?2 WHERE id = ?1";
        transaction.execute(sql, (id.0.as_bytes(), log.0.cast_signed())).map_err(sqlite)?;
    }
    // Links that the other life signs say nothing here, and files that it owns are not ours: another is drawn at the first need.
    transaction.execute("DELETE FROM secret", []).map_err(sqlite)?;
    transaction.commit().map_err(sqlite)?;
    let named = all_named(&rows.connection).map_err(sqlite)?;
    rows.connection.close().map_err(|(_, error)| sqlite(error))?;
    Ok((spaces, named))
}

/// The same refusal, of the file that was named.
fn at(error: OpenError, named: &Path) -> OpenError {
    let path = named.to_owned();
    match error {
        OpenError::Foreign(_) => OpenError::Foreign(path),
        OpenError::Damaged { what, .. } => OpenError::Damaged { path, what },
        OpenError::Newer { found, known, .. } => OpenError::Newer { path, found, known },
        OpenError::Sqlite { source, .. } => OpenError::Sqlite { path, source },
        other @ (OpenError::Locked(_) | OpenError::Io { .. }) => other,
    }
}
