//! The files of a folder that nobody serves, read without the product's own opening and checking.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use palimpsest_model::Object;
use palimpsest_store::apply_delta;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

/// The kind of a document that is an object.
const OBJECT: i64 = 3;

/// The log of the one space in a folder.
pub(crate) struct Stored {
    connection: Connection,
    space: i64,
    /// Its revision.
    pub(crate) revision: i64,
    /// Its horizon.
    pub(crate) oldest: i64,
    /// The objects each revision touched.
    touched: BTreeMap<i64, BTreeSet<String>>,
}

struct Doc {
    no: i64,
    object: Option<String>,
    created: i64,
    revision: i64,
    body: Vec<u8>,
}

struct Version {
    revision: i64,
    previous: Option<i64>,
    delta: Vec<u8>,
}

impl Stored {
    /// Reads a folder after its server has ended, and asserts that the log runs from its horizon to the space's revision
    /// without a gap.
    pub(crate) fn open(data: &Path) -> Self {
        let connection =
            Connection::open_with_flags(data.join("palimpsest.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(verdict, "ok");
        let sql = "SELECT no, revision, oldest FROM spaces";
        let (space, revision, oldest) =
            connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let mut stored = Self { connection, space, revision, oldest, touched: BTreeMap::new() };
        stored.read_log();
        stored
    }

    /// How many rows are left of what lies below the horizon: log entries, and versions that are not the first of theirs.
    #[cfg(feature = "faults")]
    pub(crate) fn left_below(&self) -> i64 {
        let sql = "SELECT (SELECT count(*) FROM log WHERE revision < ?1) \
                   + (SELECT count(*) FROM versions WHERE revision <= ?1 AND previous IS NOT NULL)";
        self.connection.query_row(sql, [self.oldest], |row| row.get(0)).unwrap()
    }

    /// Whether the commit of a revision touched an object, as far as the log goes back.
    pub(crate) fn touches(&self, revision: i64, object: &str) -> bool {
        revision < self.oldest || self.touched.get(&revision).is_some_and(|objects| objects.contains(object))
    }

    /// Asserts that its log is the beginning of another one.
    pub(crate) fn assert_begins(&self, whole: &Self) {
        let beginning = whole.touched.range(..=self.revision);
        assert_eq!(self.touched.iter().collect::<Vec<_>>(), beginning.collect::<Vec<_>>());
    }

    /// Asserts that the versions made after a revision are what the log says: each can be rebuilt, none is missing, none is
    /// too many, and every block belongs to an object that exists.
    pub(crate) fn check_versions(&self, after: i64) {
        let after = after.max(self.oldest - 1);
        let mut made: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        let versions = self.versions();
        for doc in self.docs(after) {
            assert!(
                doc.revision <= self.revision,
                "a document of revision {} in a log of {}",
                doc.revision,
                self.revision
            );
            for revision in self.rebuild(&doc, versions.get(&doc.no).map_or(&[], Vec::as_slice)) {
                if let Some(object) = &doc.object {
                    made.entry(revision).or_default().insert(object.clone());
                }
            }
        }
        let said = self.touched.range(after + 1..).filter(|(_, objects)| !objects.is_empty());
        let made = made.range(after + 1..);
        assert_eq!(said.collect::<Vec<_>>(), made.collect::<Vec<_>>(), "log and versions name different objects");
        let orphans = "SELECT count(*) FROM blocks WHERE NOT EXISTS (SELECT 1 FROM docs \
                       WHERE docs.space = blocks.space AND docs.kind = ?1 AND docs.id = blocks.object)";
        let orphans: i64 = self.connection.query_row(orphans, [OBJECT], |row| row.get(0)).unwrap();
        assert_eq!(orphans, 0, "blocks of objects that do not exist");
    }

    fn read_log(&mut self) {
        let sql = "SELECT revision, at, body FROM log WHERE space = ?1 AND revision >= ?2 ORDER BY revision";
        let mut entries = self.connection.prepare(sql).unwrap();
        let entries =
            entries.query_map([self.space, self.oldest], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let mut latest = i64::MIN;
        for (expected, entry) in (self.oldest..).zip(entries) {
            let (revision, at, body): (i64, i64, String) = entry.unwrap();
            assert_eq!(revision, expected, "the log has a gap");
            assert!(at >= latest, "revision {revision} is older than the one before");
            latest = at;
            let body: Value = serde_json::from_str(&body).unwrap();
            let objects = body["objects"].as_array().into_iter().flatten();
            let ids = objects.map(|object| object["id"].as_str().unwrap().to_owned());
            self.touched.insert(revision, ids.collect());
        }
        let last = self.touched.keys().next_back().copied();
        assert_eq!(last, Some(self.revision), "the space is not where its log ends");
    }

    fn docs(&self, after: i64) -> Vec<Doc> {
        let sql =
            "SELECT no, kind, lower(hex(id)), created, revision, body FROM docs WHERE space = ?1 AND revision > ?2";
        let mut docs = self.connection.prepare(sql).unwrap();
        let docs = docs.query_map((self.space, after), |row| {
            let object = (row.get::<_, i64>(1)? == OBJECT).then(|| row.get::<_, String>(2)).transpose()?;
            Ok(Doc {
                no: row.get(0)?,
                object: object.map(|hex| hyphenated(&hex)),
                created: row.get(3)?,
                revision: row.get(4)?,
                body: row.get(5)?,
            })
        });
        docs.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// The versions of each document, newest first.
    fn versions(&self) -> BTreeMap<i64, Vec<Version>> {
        let sql = "SELECT doc, revision, previous, delta FROM versions WHERE space = ?1 ORDER BY revision DESC";
        let mut rows = self.connection.prepare(sql).unwrap();
        let rows = rows.query_map([self.space], |row| {
            Ok((row.get(0)?, Version { revision: row.get(1)?, previous: row.get(2)?, delta: row.get(3)? }))
        });
        let mut versions: BTreeMap<i64, Vec<Version>> = BTreeMap::new();
        for row in rows.unwrap() {
            let (doc, version) = row.unwrap();
            versions.entry(doc).or_default().push(version);
        }
        versions
    }

    /// Goes back from the current version to the first; the revisions on the way.
    fn rebuild(&self, doc: &Doc, versions: &[Version]) -> Vec<i64> {
        let (mut body, mut expected, mut revisions) = (doc.body.clone(), Some(doc.revision), Vec::new());
        for Version { revision, previous, delta } in versions {
            let (revision, previous) = (*revision, *previous);
            assert_eq!(Some(revision), expected, "document {} lacks a version", doc.no);
            match doc.object {
                Some(_) => Object::from_stored(&body.as_slice().into()).unwrap().check_stored().unwrap(),
                None => drop(serde_json::from_slice::<Value>(&body).unwrap()),
            }
            revisions.push(revision);
            if previous.is_some() {
                body = apply_delta(&body, delta).unwrap();
            }
            expected = previous;
        }
        assert_eq!(expected, None, "document {} lacks a version", doc.no);
        let first = *revisions.last().unwrap();
        assert!(first == doc.created || first <= self.oldest, "document {} began otherwise", doc.no);
        revisions
    }
}

/// A UUID as it is written in JSON.
fn hyphenated(hex: &str) -> String {
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
