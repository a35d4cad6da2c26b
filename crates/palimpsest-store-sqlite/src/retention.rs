//! What is taken out of a log, in SQL, and how it leaves the files.

use palimpsest_store::StoreError;
use rusqlite::{Connection, params};

use crate::encoding::Key;
use crate::error::store_error;
use crate::versions;

/// Notes that an object is erased, and replaces the ways back from its versions.
pub(crate) fn erase(connection: &Connection, space: i64, key: &Key<'_>, way_back: &[u8]) -> rusqlite::Result<()> {
    versions::replace_ways(connection, space, key, way_back)?;
    let sql = "UPDATE docs SET erased = 1 WHERE space = ?1 AND kind = ?2 AND id = ?3";
    let (kind, id) = key;
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
