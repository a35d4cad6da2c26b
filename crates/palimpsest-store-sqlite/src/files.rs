//! The names of files, uploads and the secret of the server in SQL.

use std::collections::BTreeSet;

use palimpsest_model::{FileHash, ObjectId};
use palimpsest_store::Upload;
use rusqlite::{Connection, OptionalExtension, params};

use crate::encoding::json_of;

/// Names contents for objects of a space, by its number.
pub(crate) fn name(connection: &Connection, space: i64, files: &[(ObjectId, FileHash)]) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO files (space, object, hash) VALUES (?1, ?2, ?3)";
    for (object, hash) in files {
        connection.prepare_cached(sql)?.execute(params![space, object.0.as_bytes(), hash.0])?;
    }
    Ok(())
}

/// Removes the names of the files of an object.
pub(crate) fn forget(connection: &Connection, space: i64, object: ObjectId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM files WHERE space = ?1 AND object = ?2";
    connection.prepare_cached(sql)?.execute(params![space, object.0.as_bytes()])?;
    Ok(())
}

/// Which of these are named.
pub(crate) fn named(connection: &Connection, hashes: &[FileHash]) -> rusqlite::Result<BTreeSet<FileHash>> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM files WHERE hash = ?1")?;
    let mut named = BTreeSet::new();
    for hash in hashes {
        if statement.exists([hash.0])? {
            named.insert(*hash);
        }
    }
    Ok(named)
}

/// Every content that is named.
pub(crate) fn all_named(connection: &Connection) -> rusqlite::Result<BTreeSet<FileHash>> {
    let mut statement = connection.prepare("SELECT DISTINCT hash FROM files")?;
    statement.query_map([], |row| row.get(0).map(FileHash))?.collect()
}

/// Every upload.
pub(crate) fn uploads(connection: &Connection) -> rusqlite::Result<Vec<Upload>> {
    let mut statement = connection.prepare_cached("SELECT body FROM uploads ORDER BY id")?;
    statement.query_map([], |row| json_of(row, 0))?.collect()
}

/// One of them.
pub(crate) fn upload(connection: &Connection, id: ObjectId) -> rusqlite::Result<Option<Upload>> {
    let sql = "SELECT body FROM uploads WHERE id = ?1";
    connection.prepare_cached(sql)?.query_row([id.0.as_bytes()], |row| json_of(row, 0)).optional()
}

/// Writes an upload of a space, by its number.
pub(crate) fn put_upload(connection: &Connection, space: i64, upload: &Upload) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO uploads (id, space, token, body) VALUES (?1, ?2, ?3, ?4)";
    let body = serde_json::to_string(upload).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    connection.prepare_cached(sql)?.execute(params![upload.id.0.as_bytes(), space, upload.token.0.as_bytes(), body])?;
    Ok(())
}

/// The secret of the server.
pub(crate) fn secret(connection: &Connection) -> rusqlite::Result<Option<[u8; 32]>> {
    connection.prepare_cached("SELECT bytes FROM secret")?.query_row([], |row| row.get(0)).optional()
}
