//! What a commit writes of its documents, and of what they are called.

use palimpsest_store::{Doc, TitleChanges, Version};
use rusqlite::{Connection, params};

use crate::encoding::{encode_key, encode_state, number};

/// Writes a document and its version; its row, which may be known before.
pub(super) fn write_doc(
    connection: &Connection,
    (space, known): (i64, Option<i64>),
    doc: &Doc,
    version: &Version,
) -> rusqlite::Result<i64> {
    let (kind, id) = encode_key(&doc.key);
    let (revision, at, state) = (number(doc.revision), doc.at.0, encode_state(doc.state));
    let no: i64 = if version.previous.is_none() {
        let sql = "INSERT INTO docs (space, kind, id, created, revision, at, state, body) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING no";
        let values = params![space, kind, id, number(doc.created), revision, at, state, &*doc.body];
        connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?
    } else if let Some(no) = known {
        let sql = "UPDATE docs SET revision = ?2, at = ?3, state = ?4, body = ?5 WHERE no = ?1";
        match connection.prepare_cached(sql)?.execute(params![no, revision, at, state, &*doc.body])? {
            1 => no,
            _ => return Err(rusqlite::Error::QueryReturnedNoRows),
        }
    } else {
        let sql = "UPDATE docs SET revision = ?4, at = ?5, state = ?6, body = ?7 \
                   WHERE space = ?1 AND kind = ?2 AND id = ?3 RETURNING no";
        let values = params![space, kind, id, revision, at, state, &*doc.body];
        connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?
    };
    let (previous, state) = version.previous.map(|(revision, state)| (number(revision), encode_state(state))).unzip();
    let sql = "INSERT INTO versions (space, revision, doc, previous, state, delta) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    connection.prepare_cached(sql)?.execute(params![space, revision, no, previous, state, version.delta])?;
    Ok(no)
}

/// Writes what objects are called; what that does to terms waits.
pub(super) fn write_titles(connection: &Connection, space: i64, titles: &TitleChanges) -> rusqlite::Result<()> {
    let sql = "INSERT INTO titles (space, object, structure, changed, names) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (space, object) DO UPDATE SET structure = ?3, changed = ?4, names = ?5";
    for titled in &titles.titled {
        let names = serde_json::to_string(&titled.names)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let (object, structure) = (titled.id.0.as_bytes(), titled.structure.to_string());
        connection.prepare_cached(sql)?.execute(params![space, object, structure, number(titled.named), names])?;
    }
    let sql = "DELETE FROM titles WHERE space = ?1 AND object = ?2";
    for object in &titles.untitled {
        connection.prepare_cached(sql)?.execute(params![space, object.0.as_bytes()])?;
    }
    Ok(())
}
