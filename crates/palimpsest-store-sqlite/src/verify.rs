//! A search for damage: the file as a file, rows that belong to nothing, and everything the contract says of the rest.

use std::borrow::Cow;
use std::path::Path;

use palimpsest_model::{CollectionId, ObjectId, SpaceId};
use palimpsest_store::{AuditRows, Doc, DocKey, List, Place, Rows, StoreError, Term, TermRange, Titled, Verified};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::encoding::{decode_key, encode_key, encode_list, number, read_doc, read_titled, revision_of, uuid_of};
use crate::error::store_error;
use crate::open::connect;
use crate::rows::SqlRows;

/// So much of what is wrong with the file is told.
const TOLD: usize = 100;

/// No text has this byte, so that all terms come before it.
const BEYOND: [u8; 1] = [0xff];

/// What each row must belong to: a name, the table, and the condition under which a row of it is a stray.
const STRAYS: [(&str, &str, &str); 20] = [
    ("log entry", "log", "space NOT IN (SELECT no FROM spaces)"),
    ("document", "docs", "space NOT IN (SELECT no FROM spaces)"),
    ("version", "versions", "NOT EXISTS (SELECT 1 FROM docs WHERE docs.no = doc AND docs.space = versions.space)"),
    ("member of a list", "members", "space NOT IN (SELECT no FROM spaces)"),
    ("list", "lists", "space NOT IN (SELECT no FROM spaces)"),
    ("title", "titles", "space NOT IN (SELECT no FROM spaces)"),
    ("term", "terms", "space NOT IN (SELECT no FROM spaces)"),
    ("term that is none", "terms", "term >= X'FF'"),
    ("change of terms", "fresh_terms", "length(body) > 0 AND space NOT IN (SELECT no FROM spaces)"),
    ("block", "blocks", "(space, object) NOT IN (SELECT space, id FROM docs WHERE kind = 3)"),
    ("name of a file", "files", "(space, object) NOT IN (SELECT space, id FROM docs WHERE kind = 3)"),
    ("answer", "answers", "space NOT IN (SELECT no FROM spaces) OR token NOT IN (SELECT id FROM tokens)"),
    ("answer that is not whole", "answers", "NOT json_valid(body) OR length(fingerprint) <> 32"),
    ("webhook", "webhooks", "space NOT IN (SELECT no FROM spaces) OR token NOT IN (SELECT id FROM tokens)"),
    ("delivery", "deliveries", "webhook NOT IN (SELECT id FROM webhooks)"),
    ("upload", "uploads", "space NOT IN (SELECT no FROM spaces) OR token NOT IN (SELECT id FROM tokens)"),
    ("body of a document that is no text", "docs", "kind <> 3 AND NOT json_valid(CAST(body AS TEXT))"),
    ("log entry that is not whole", "log", "NOT json_valid(body)"),
    ("token that is not whole", "tokens", "NOT json_valid(body) OR length(hash) <> 32"),
    ("token of the operator that is not whole", "admin_tokens", "NOT json_valid(body) OR length(hash) <> 32"),
];

/// Looks at everything that a file holds, as it stands at this moment; writes go on meanwhile.
pub(crate) fn verify(file: &Path) -> Result<Verified, StoreError> {
    let connection = connect(file, true).map_err(store_error)?;
    // One read transaction: everything is seen at one moment.
    connection.execute_batch("BEGIN").map_err(store_error)?;
    let broken = check_file(&connection);
    let mut rows = SqlRows::new(connection);
    let mut verified = palimpsest_store::verify(&mut rows);
    match rows.query("SELECT count(*) FROM versions", [], |row| row.get::<_, i64>(0)).as_deref() {
        // Versions are found by going back, so that one to which nothing leads is seen by counting only.
        Ok([count]) if usize::try_from(*count).is_ok_and(|count| count > verified.versions) => {
            verified.find(format!("there are {count} versions, of which {} can be rebuilt", verified.versions));
        }
        Ok(_) => {}
        Err(error) => verified.find(format!("versions: {error}")),
    }
    match broken {
        Ok(broken) => broken.into_iter().for_each(|what| verified.find(format!("the file: {what}"))),
        Err(error) => verified.find(format!("the file: {error}")),
    }
    Ok(verified)
}

/// What SQLite says of its pages and indexes.
fn check_file(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({TOLD})"))?;
    let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

impl AuditRows for SqlRows {
    fn all_docs(&mut self, space: SpaceId, after: Option<DocKey>, limit: usize) -> Result<Vec<Doc>, StoreError> {
        let space = self.number(space)?;
        let (kind, id) = after.as_ref().map_or((-1, Cow::Borrowed(&[][..])), encode_key);
        let sql = "SELECT created, revision, at, state, body, erased, kind, id FROM docs \
                   WHERE space = ?1 AND (kind, id) > (?2, ?3) ORDER BY kind, id LIMIT ?4";
        self.query(sql, params![space, kind, id, most(limit)], |row| {
            let key = decode_key(row.get(6)?, row.get_ref(7)?.as_blob()?)?;
            read_doc(row, key)
        })
    }

    fn all_members(
        &mut self,
        space: SpaceId,
        after: Option<(List, Place)>,
        limit: usize,
    ) -> Result<Vec<(List, Place)>, StoreError> {
        let space = self.number(space)?;
        let first = (Vec::new(), -1, Uuid::nil());
        let (list, created, id) =
            after.map_or(first, |(list, (created, id))| (encode_list(&list), number(created), id.0));
        let sql = "SELECT list, created, object FROM members \
                   WHERE space = ?1 AND (list, created, object) > (?2, ?3, ?4) \
                   ORDER BY list, created, object LIMIT ?5";
        self.query(sql, params![space, list, created, id.as_bytes(), most(limit)], |row| {
            let place = (revision_of(row.get(1)?), ObjectId(uuid_of(row, 2)?));
            Ok((decode_list(row.get_ref(0)?.as_blob()?)?, place))
        })
    }

    fn all_titled(&mut self, space: SpaceId, after: Option<ObjectId>, limit: usize) -> Result<Vec<Titled>, StoreError> {
        let space = self.number(space)?;
        let after = after.map_or_else(Vec::new, |id| id.0.as_bytes().to_vec());
        let sql = "SELECT object, structure, changed, names FROM titles \
                   WHERE space = ?1 AND object > ?2 ORDER BY object LIMIT ?3";
        self.query(sql, params![space, after, most(limit)], read_titled)
    }

    fn all_terms(
        &mut self,
        space: SpaceId,
        after: Option<&(Term, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<(Term, ObjectId)>, StoreError> {
        let everything = TermRange { from: Vec::new(), to: BEYOND.to_vec() };
        self.terms(space, &everything, after, limit)
    }

    fn strays(&mut self) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        for (what, table, condition) in STRAYS {
            let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
            let count: i64 = self.query(&sql, [], |row| row.get::<_, i64>(0))?.into_iter().sum();
            if count > 0 {
                found.push(format!("{count} rows of {table} belong to nothing or are broken: {what}"));
            }
        }
        let sql = "SELECT hex(id) FROM spaces WHERE oldest < 1 OR oldest > revision OR schema > revision";
        let spaces: Vec<String> = self.query(sql, [], |row| row.get(0))?;
        found.extend(spaces.into_iter().map(|id| format!("space {id} says of itself what cannot be")));
        Ok(found)
    }
}

/// A list by its row.
fn decode_list(bytes: &[u8]) -> rusqlite::Result<List> {
    let unknown = || rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, "no list".into());
    let (kind, id) = bytes.split_first().ok_or_else(unknown)?;
    let uuid = || Uuid::from_slice(id).map_err(|_| unknown());
    Ok(match kind {
        0 => List::All,
        1 => {
            let id = std::str::from_utf8(id).ok().and_then(|id| id.parse().ok());
            List::Structure(id.ok_or_else(unknown)?)
        }
        2 => List::Collection(CollectionId(uuid()?)),
        3 => List::Tag(ObjectId(uuid()?)),
        4 => List::Trash,
        _ => return Err(unknown()),
    })
}

fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
