//! Opening a data folder: the lock, the connections, and what is checked before anything is served.
//!
//! Checked: that no other process has the folder; that the file is SQLite, ours, and not of a newer format (before anything is
//! written to it); the checksums of its migrations; that each log is gapless from the horizon
//! up to the revision of its space; that each schema
//! can be read. Of files up to [`DEEP`] bytes also: that they end where a page ends, SQLite's own `quick_check`, that every
//! document, log entry and stored answer is whole JSON, that no document is newer than its log.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Read;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use palimpsest_model::Object;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Row};

use crate::encoding::OBJECT;
use crate::error::OpenError;
use crate::migrate::{FORMAT, MigrateError, migrate};

/// The name of the database in its folder.
pub(crate) const FILE: &str = "palimpsest.db";
/// Marks the file as ours: "PALI".
const APPLICATION: i32 = 0x5041_4c49;
/// Files up to this size are read whole at open to find damage; larger ones by `palimpsest verify` (a later command).
const DEEP: u64 = 256 * 1024 * 1024;
/// How long a connection waits for a lock that another one has.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// A data folder that this process owns.
pub(crate) struct Folder {
    /// The database file.
    pub(crate) file: PathBuf,
    /// Held as long as the folder is open; the system drops it when the process ends, however it ends.
    _lock: File,
}

/// Takes the lock, creates what is missing, checks what is there.
pub(crate) fn open_folder(path: &Path) -> Result<Folder, OpenError> {
    let lock = lock(path)?;
    let file = path.join(FILE);
    if has_content(&file)? {
        check_identity(&file)?;
    }
    let mut connection = connect(&file, false).map_err(|source| OpenError::Sqlite { path: file.clone(), source })?;
    let deep = std::fs::metadata(&file).is_ok_and(|file| file.len() <= DEEP);
    check(&mut connection, &file, deep)?;
    sync_folder(path).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
    Ok(Folder { file, _lock: lock })
}

/// Creates a folder where there is none, and takes its lock.
pub(crate) fn lock(path: &Path) -> Result<File, OpenError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| OpenError::Io { path, source }
    };
    // What is inside is for its owner: everything that was ever written, and hashes of secrets.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io(path))?;
    let lock_path = path.join("lock");
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path).map_err(io(&lock_path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(OpenError::Io { path: lock_path, source }),
    }
}

/// The names of new files are durable only once their folder is synced.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(path)?.sync_all()
}

/// So many statements are kept prepared: more than there are.
const STATEMENTS: usize = 256;
/// KiB of pages that a connection keeps, at most. The one that writes goes through all of them at the end of many commits, so that more
/// would cost what they save.
const CACHE: i64 = 4 * 1024;

/// Opens a connection with the settings every one of them has.
pub(crate) fn connect(file: &Path, read_only: bool) -> rusqlite::Result<Connection> {
    let access = if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    };
    let connection = Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Else a statement is prepared again whenever a limit or the bound of a range is another one.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "cache_size", -CACHE)?;
    if !read_only {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Pages that are no longer used are not blanked: that wrote a large object twice. An erasure makes the file anew.
        connection.pragma_update(None, "secure_delete", "FAST")?;
        // Checkpoints are made by their own thread, after the answers went out.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    }
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// Whether there is anything in the file yet; refuses what does not begin like a database.
pub(crate) fn has_content(file: &Path) -> Result<bool, OpenError> {
    let mut opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(source) => return Err(OpenError::Io { path: file.to_owned(), source }),
    };
    let mut magic = Vec::new();
    let read = opened.by_ref().take(16).read_to_end(&mut magic);
    read.map_err(|source| OpenError::Io { path: file.to_owned(), source })?;
    if !magic.is_empty() && magic != b"SQLite format 3\0" {
        let what = "it does not begin like a database".to_owned();
        return Err(OpenError::Damaged { path: file.to_owned(), what });
    }
    Ok(!magic.is_empty())
}

/// Refuses the database of another program or of a newer version, without changing it. Whether it is a store already.
pub(crate) fn check_identity(file: &Path) -> Result<bool, OpenError> {
    let path = || file.to_owned();
    let look = || {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok((pragma("application_id")?, pragma("user_version")?, tables))
    };
    let (application, format, tables) = look().map_err(|error| refusal(file, error))?;
    let ours = application == i64::from(APPLICATION);
    if tables > 0 && !ours {
        return Err(OpenError::Foreign(path()));
    }
    if format > FORMAT {
        return Err(OpenError::Newer { path: path(), found: format, known: FORMAT });
    }
    Ok(ours)
}

/// What an error of SQLite at opening means.
fn refusal(file: &Path, source: rusqlite::Error) -> OpenError {
    let path = file.to_owned();
    match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
            OpenError::Damaged { path, what: source.to_string() }
        }
        _ => OpenError::Sqlite { path, source },
    }
}

/// Migrates a store to the present format and refuses it when it contradicts itself; `deep`: it is read whole.
pub(crate) fn check(connection: &mut Connection, file: &Path, deep: bool) -> Result<(), OpenError> {
    let damaged = |what: String| OpenError::Damaged { path: file.to_owned(), what };
    let sqlite = |error| refusal(file, error);
    if deep && let Some(what) = check_pages(connection, file).map_err(sqlite)? {
        return Err(damaged(what));
    }
    migrate(connection, APPLICATION).map_err(|error| match error {
        MigrateError::Foreign(number) => damaged(format!("its migration {number} is not the one this version knows")),
        MigrateError::Sqlite(error) => sqlite(error),
    })?;
    if deep && let Some(what) = check_texts(connection).map_err(sqlite)? {
        return Err(damaged(what));
    }
    check_logs(connection, deep).map_err(sqlite)?.map_or(Ok(()), |what| Err(damaged(what)))
}

/// What is wrong with the file as a file, if anything.
fn check_pages(connection: &Connection, file: &Path) -> rusqlite::Result<Option<String>> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Ok(Some(verdict));
    }
    let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    // With a write-ahead log beside it, the last checkpoint may have been cut short: the log has those pages.
    let complete = length(&file.with_extension("db-wal")) == 0;
    if complete && !length(file).is_multiple_of(page.unsigned_abs().max(1)) {
        return Ok(Some("it ends within a page".to_owned()));
    }
    Ok(None)
}

/// What is wrong with the texts that are kept, if anything. Pages that only continue a text are not seen by `quick_check`.
fn check_texts(connection: &Connection) -> rusqlite::Result<Option<String>> {
    for (table, broken) in [
        ("docs", "kind <> 3 AND NOT json_valid(CAST(body AS TEXT))"),
        ("log", "NOT json_valid(body)"),
        ("answers", "NOT json_valid(body)"),
    ] {
        let sql = format!("SELECT count(*) FROM {table} WHERE {broken}");
        let broken: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        if broken > 0 {
            return Ok(Some(format!("{broken} rows of {table} are not whole")));
        }
    }
    let mut objects = connection.prepare("SELECT body FROM docs WHERE kind = ?1")?;
    let is_whole = |row: &Row<'_>| Ok(Object::from_stored(&row.get_ref(0)?.as_blob()?.into()).is_ok());
    let mut broken = 0;
    for is_whole in objects.query_map([OBJECT], is_whole)? {
        broken += u64::from(!is_whole?);
    }
    Ok((broken > 0).then(|| format!("{broken} rows of docs are not whole")))
}

/// What is wrong with the logs, if anything.
fn check_logs(connection: &Connection, deep: bool) -> rusqlite::Result<Option<String>> {
    let mut spaces = connection.prepare("SELECT no, hex(id), revision, oldest FROM spaces")?;
    let spaces: Vec<(i64, String, i64, i64)> = spaces
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    for (no, id, revision, oldest) in spaces {
        let (count, last): (i64, i64) = connection.query_row(
            "SELECT count(*), coalesce(max(revision), 0) FROM log WHERE space = ?1 AND revision >= ?2",
            [no, oldest],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if oldest < 1 || count != revision - oldest + 1 || last != revision {
            return Ok(Some(format!(
                "space {id} is at revision {revision}, but its log has {count} entries up to {last} (kept from {oldest})"
            )));
        }
        if deep {
            let newest: i64 =
                connection.query_row("SELECT coalesce(max(revision), 0) FROM docs WHERE space = ?1", [no], |row| {
                    row.get(0)
                })?;
            if newest > revision {
                return Ok(Some(format!("space {id} is at revision {revision}, but holds a document of {newest}")));
            }
        }
    }
    Ok(None)
}
