//! The versions of documents, in SQL. They lie in the order of the commits that made them; those of one document are found by
//! going back from its current one, each naming the one before.

use std::ops::RangeInclusive;

use palimpsest_model::{Revision, Timestamp};
use palimpsest_store::{LogEntry, Origin, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::encoding::{Key, encode_actor, number, read_actor};
use crate::error::store_error;

/// A document: its space, its number, and the revision of its current version.
#[derive(Clone, Copy)]
struct Head {
    space: i64,
    doc: i64,
    revision: i64,
}

/// What is read of each version, the revision and the one before it first.
pub(crate) const STEP: &str =
    "SELECT revision, previous, state FROM versions WHERE space = ?1 AND revision = ?2 AND doc = ?3";
pub(crate) const WHOLE: &str =
    "SELECT revision, previous, state, delta FROM versions WHERE space = ?1 AND revision = ?2 AND doc = ?3";

/// The versions of a document that revisions of a range made, newest first, at most `limit`.
pub(crate) fn walk<T>(
    connection: &Connection,
    (space, key): (i64, &Key<'_>),
    made: &RangeInclusive<Revision>,
    limit: usize,
    sql: &str,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let (first, last) = (number(*made.start()), number(*made.end()));
    let Some(head) = head(connection, space, key).map_err(store_error)? else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(sql).map_err(store_error)?;
    let mut next = head.at_most(connection, last).map_err(store_error)?;
    let mut versions = Vec::new();
    while let Some(revision) = next.filter(|revision| *revision >= first && versions.len() < limit) {
        let found = statement
            .query_row(params![space, revision, head.doc], |row| Ok((row.get::<_, Option<i64>>(1)?, read(row)?)))
            .optional();
        let Some((previous, version)) = found.map_err(store_error)? else {
            return Err(StoreError::Corrupt(format!("document {} has no version {revision}", head.doc)));
        };
        versions.push(version);
        next = before(revision, previous);
    }
    Ok(versions)
}

/// When and by whom a version was committed that compaction made the first one.
pub(crate) fn made(
    connection: &Connection,
    space: i64,
    key: &Key<'_>,
    revision: Revision,
) -> rusqlite::Result<Option<Origin>> {
    let Some(head) = head(connection, space, key)? else { return Ok(None) };
    let sql = "SELECT at, actor, actor_name FROM versions \
               WHERE space = ?1 AND revision = ?2 AND doc = ?3 AND at IS NOT NULL";
    let read = |row: &Row<'_>| Ok(Origin { revision, at: Timestamp(row.get(0)?), actor: read_actor(row, 1)? });
    connection.prepare_cached(sql)?.query_row(params![space, number(revision), head.doc], read).optional()
}

/// Makes the version of an entry the first one of its document.
pub(crate) fn forget_before(
    connection: &Connection,
    space: i64,
    key: &Key<'_>,
    entry: &LogEntry,
) -> rusqlite::Result<()> {
    let Some(head) = head(connection, space, key)? else { return Ok(()) };
    let revision = number(entry.revision);
    let mut remove = connection
        .prepare_cached("DELETE FROM versions WHERE space = ?1 AND revision = ?2 AND doc = ?3 RETURNING previous")?;
    let mut next = head.previous(connection, revision)?.and_then(|previous| before(revision, previous));
    while let Some(gone) = next {
        let previous = remove.query_row(params![space, gone, head.doc], |row| row.get(0)).optional()?;
        next = previous.and_then(|previous| before(gone, previous));
    }
    let sql = "UPDATE versions SET previous = NULL, state = NULL, delta = x'', at = ?4, actor = ?5, actor_name = ?6 \
               WHERE space = ?1 AND revision = ?2 AND doc = ?3";
    let (at, actor, name) = (entry.at.0, encode_actor(&entry.actor), &entry.actor.name);
    connection.prepare_cached(sql)?.execute(params![space, revision, head.doc, at, actor, name])?;
    Ok(())
}

/// Replaces the ways back from all versions of a document but the first.
pub(crate) fn replace_ways(
    connection: &Connection,
    space: i64,
    key: &Key<'_>,
    way_back: &[u8],
) -> rusqlite::Result<()> {
    let Some(head) = head(connection, space, key)? else { return Ok(()) };
    let sql = "UPDATE versions SET delta = ?4 \
               WHERE space = ?1 AND revision = ?2 AND doc = ?3 AND previous IS NOT NULL RETURNING previous";
    let mut replace = connection.prepare_cached(sql)?;
    let mut next = Some(head.revision);
    while let Some(revision) = next {
        let values = params![space, revision, head.doc, way_back];
        next = replace.query_row(values, |row| row.get(0)).optional()?.and_then(|previous| before(revision, previous));
    }
    Ok(())
}

fn head(connection: &Connection, space: i64, (kind, id): &Key<'_>) -> rusqlite::Result<Option<Head>> {
    let sql = "SELECT no, revision FROM docs WHERE space = ?1 AND kind = ?2 AND id = ?3";
    let read = |row: &Row<'_>| Ok(Head { space, doc: row.get(0)?, revision: row.get(1)? });
    connection.prepare_cached(sql)?.query_row(params![space, kind, id], read).optional()
}

impl Head {
    /// The last version that a revision made or one before it. Whoever goes on after a page asks for what lies before a version,
    /// and whoever checks one for itself: neither goes the whole way.
    fn at_most(self, connection: &Connection, last: i64) -> rusqlite::Result<Option<i64>> {
        if last >= self.revision {
            return Ok(Some(self.revision));
        }
        if self.previous(connection, last)?.is_some() {
            return Ok(Some(last));
        }
        if let Some(previous) = self.previous(connection, last + 1)? {
            return Ok(before(last + 1, previous));
        }
        let mut at = self.revision;
        while at > last {
            match self.previous(connection, at)?.and_then(|previous| before(at, previous)) {
                Some(previous) => at = previous,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// The version before that of a revision, if it has one; nothing when that revision made none.
    fn previous(self, connection: &Connection, revision: i64) -> rusqlite::Result<Option<Option<i64>>> {
        let sql = "SELECT previous FROM versions WHERE space = ?1 AND revision = ?2 AND doc = ?3";
        let values = params![self.space, revision, self.doc];
        connection.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()
    }
}

/// The version before one: of what is damaged, none that does not lie before it, so that every way ends.
fn before(revision: i64, previous: Option<i64>) -> Option<i64> {
    previous.filter(|previous| *previous < revision)
}
