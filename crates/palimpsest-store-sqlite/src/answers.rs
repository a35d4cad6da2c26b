//! The rows of stored answers.

use palimpsest_model::{SpaceId, Timestamp, TokenId};
use palimpsest_store::{AnswerChange, StoredAnswer};
use rusqlite::{Connection, OptionalExtension, params};

use crate::encoding::{conversion, number, revision_of, uuid_of};

/// Stores an answer that was given in a space, by its number, and removes those that go with it.
pub(crate) fn write(connection: &Connection, space: i64, change: &AnswerChange) -> rusqlite::Result<()> {
    for (token, key) in &change.expired {
        let sql = "DELETE FROM answers WHERE token = ?1 AND key = ?2";
        connection.prepare_cached(sql)?.execute(params![token.0.as_bytes(), key])?;
    }
    let StoredAnswer { token, key, space: _, fingerprint, at, revision, body } = &change.stored;
    let sql = "INSERT OR REPLACE INTO answers (token, key, space, fingerprint, at, revision, body) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let values = params![token.0.as_bytes(), key, space, fingerprint, at.0, number(*revision), body];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// The answer stored for a key of a token.
pub(crate) fn read(connection: &Connection, token: TokenId, key: &str) -> rusqlite::Result<Option<StoredAnswer>> {
    let sql = "SELECT spaces.id, fingerprint, answers.at, answers.revision, body \
               FROM answers JOIN spaces ON spaces.no = answers.space WHERE token = ?1 AND key = ?2";
    let values = params![token.0.as_bytes(), key];
    let read = |row: &rusqlite::Row<'_>| {
        Ok(StoredAnswer {
            token,
            key: key.to_owned(),
            space: SpaceId(uuid_of(row, 0)?),
            fingerprint: row.get_ref(1)?.as_blob()?.try_into().map_err(|error| conversion(1, error))?,
            at: Timestamp(row.get(2)?),
            revision: revision_of(row.get(3)?),
            body: row.get(4)?,
        })
    };
    connection.prepare_cached(sql)?.query_row(values, read).optional()
}

/// Keys of answers stored in a space, by its number, before a time, the oldest first.
pub(crate) fn before(
    connection: &Connection,
    space: i64,
    at: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<(TokenId, String)>> {
    let sql = "SELECT token, key FROM answers WHERE space = ?1 AND at < ?2 ORDER BY at LIMIT ?3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(sql)?;
    let keys = statement.query_map(params![space, at.0, limit], |row| Ok((TokenId(uuid_of(row, 0)?), row.get(1)?)))?;
    keys.collect()
}

/// Removes answers that were given before a time, at most `limit`; how many.
pub(crate) fn expire(connection: &Connection, at: Timestamp, limit: usize) -> rusqlite::Result<usize> {
    // Space by space, as their index has them.
    let spaces: Vec<i64> = connection
        .prepare_cached("SELECT no FROM spaces")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let sql = "DELETE FROM answers WHERE (token, key) IN \
               (SELECT token, key FROM answers WHERE space = ?1 AND at < ?2 ORDER BY at LIMIT ?3)";
    let mut removed = 0;
    for space in spaces {
        let left = i64::try_from(limit - removed).unwrap_or(i64::MAX);
        removed += connection.prepare_cached(sql)?.execute(params![space, at.0, left])?;
    }
    Ok(removed)
}
