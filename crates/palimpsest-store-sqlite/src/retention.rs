//! What is taken out of a log, in SQL, and how it leaves the files.

use palimpsest_model::{Revision, Timestamp};
use palimpsest_store::{LogEntry, Origin, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::store_error;
use crate::rows::{encode_actor, number, read_actor};

/// A document by its kind and id.
type Key = (i64, Vec<u8>);

/// Its number, for statements whose first parameters are the space and the key.
const DOC: &str = "(SELECT no FROM docs WHERE space = ?1 AND kind = ?2 AND id = ?3)";

/// When and by whom a version was committed that compaction made the first one.
pub(crate) fn made(
    connection: &Connection,
    space: i64,
    (kind, id): &Key,
    revision: Revision,
) -> rusqlite::Result<Option<Origin>> {
    let sql =
        format!("SELECT at, actor, actor_name FROM versions WHERE doc = {DOC} AND revision = ?4 AND at IS NOT NULL");
    let mut statement = connection.prepare_cached(&sql)?;
    let read = |row: &Row<'_>| Ok(Origin { revision, at: Timestamp(row.get(0)?), actor: read_actor(row, 1)? });
    statement.query_row(params![space, kind, id, number(revision)], read).optional()
}

/// Makes the version of an entry the first one of its document.
pub(crate) fn forget_before(
    connection: &Connection,
    space: i64,
    (kind, id): &Key,
    entry: &LogEntry,
) -> rusqlite::Result<()> {
    let revision = number(entry.revision);
    let sql = format!("DELETE FROM versions WHERE doc = {DOC} AND revision < ?4");
    connection.prepare_cached(&sql)?.execute(params![space, kind, id, revision])?;
    let sql = format!(
        "UPDATE versions SET previous = NULL, state = NULL, delta = x'', at = ?5, actor = ?6, actor_name = ?7 \
         WHERE doc = {DOC} AND revision = ?4"
    );
    let (at, actor, name) = (entry.at.0, encode_actor(&entry.actor), &entry.actor.name);
    connection.prepare_cached(&sql)?.execute(params![space, kind, id, revision, at, actor, name])?;
    Ok(())
}

/// Notes that an object is erased, and replaces the ways back from its versions.
pub(crate) fn erase(connection: &Connection, space: i64, (kind, id): &Key, way_back: &[u8]) -> rusqlite::Result<()> {
    let sql = format!("UPDATE versions SET delta = ?4 WHERE doc = {DOC} AND previous IS NOT NULL");
    connection.prepare_cached(&sql)?.execute(params![space, kind, id, way_back])?;
    let sql = "UPDATE docs SET erased = 1 WHERE space = ?1 AND kind = ?2 AND id = ?3";
    connection.prepare_cached(sql)?.execute(params![space, kind, id])?;
    Ok(())
}

/// Makes the files anew of what is in them. `secure_delete` alone is not enough: where SQLite spreads the rows of a full page
/// over others, it leaves copies behind, and the write-ahead log keeps pages as they were.
pub(crate) fn scrub(connection: &Connection) -> Result<(), StoreError> {
    // A copy of everything but what was erased is made on the way: not in memory.
    connection.execute_batch("PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY").map_err(store_error)?;
    let busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(store_error)?;
    if busy {
        return Err(StoreError::Unavailable("a reader holds the write-ahead log: erase it again".to_owned()));
    }
    Ok(())
}
