//! The versions of a store that was written before they lay in the order of commits, or before the text of objects was stored as it
//! is shown, are all there after it.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use palimpsest_model::{
    Alignment, Block, BlockId, BuiltIn, Content, LogId, Object, ObjectId, Revision, Space, SpaceId, State, StructureId,
    TextContent, Timestamp, Token, Value, builtin_structures, checksum,
};
use palimpsest_store::{Actor, ChangeKind, Intent, Registry, Snapshot, Store, StoreError, Tx, apply_delta, make_delta};
use palimpsest_store_sqlite::{Options, SqliteStore};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;
use uuid::Uuid;

const SPACES: [SpaceId; 2] = [SpaceId(Uuid::from_u128(1)), SpaceId(Uuid::from_u128(2))];
/// Versions as they lay up to format 8.
const BEFORE: &str = "
    ALTER TABLE versions RENAME TO versions_after;
    CREATE TABLE versions (
        doc      INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        previous INTEGER,
        state    INTEGER,
        delta    BLOB    NOT NULL,
        at INTEGER, actor BLOB, actor_name TEXT,
        PRIMARY KEY (doc, revision)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO versions SELECT doc, revision, previous, state, delta, at, actor, actor_name FROM versions_after;
    DROP TABLE versions_after;";

struct Bench {
    sqlite: Arc<SqliteStore>,
    runtime: Runtime,
}

impl Bench {
    fn open(folder: &Path) -> Self {
        let sqlite = Arc::new(SqliteStore::open(folder, &Options::default()).unwrap());
        Self { sqlite, runtime: tokio::runtime::Builder::new_current_thread().build().unwrap() }
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.sqlite) as _
    }

    fn commit(
        &self,
        space: SpaceId,
        begins: Option<LogId>,
        decide: impl FnMut(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static,
    ) {
        let intent = Intent { space, actor: Actor::operator(), at: Timestamp(1_795_000_000_000), begins };
        self.runtime.block_on(self.store().commit(intent, decide)).unwrap().value.unwrap();
    }

    /// Two spaces, one of them compacted, in which objects changed by turns.
    fn fill(&self) {
        for (log, space) in (1..).zip(SPACES) {
            self.commit(space, Some(LogId(log)), move |tx| {
                tx.put_space(Space { id: space, title: "a space".to_owned(), icon: None, timezone: None });
                builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
                Ok(())
            });
        }
        for round in 0..40 {
            for space in SPACES {
                let objects = [round % 3, 3 + round % 2].map(|number| object(number, round));
                self.commit(space, None, move |tx| {
                    objects.iter().try_for_each(|object| tx.put(object.clone(), State::Live, ChangeKind::Updated))
                });
            }
        }
        let compact = |registry: &mut Registry<'_>| registry.compact(SPACES[0], Revision(20), 1_000);
        self.runtime.block_on(self.store().administer(compact)).unwrap().unwrap();
    }

    /// Every object at every revision that can be read, and what was done to it.
    fn everything(&self) -> BTreeMap<(SpaceId, ObjectId, Revision), String> {
        let mut everything = BTreeMap::new();
        for space in SPACES {
            let look = move |snapshot: &mut Snapshot<'_>| {
                let mut seen = Vec::new();
                for number in 0..5 {
                    let id = object(number, 0).id;
                    for revision in snapshot.row().oldest.0..=snapshot.row().revision.0 {
                        let found = snapshot.object_at(id, Revision(revision))?;
                        let found = found.map(|found| (found.object, found.state, found.at, found.revision));
                        let history = snapshot.history(id, snapshot.row().oldest..=Revision(revision), 3)?;
                        seen.push(((space, id, Revision(revision)), format!("{found:?} {history:?}")));
                    }
                }
                Ok::<_, StoreError>(seen)
            };
            everything.extend(self.runtime.block_on(self.store().read(space, look)).unwrap().value.unwrap());
        }
        everything
    }
}

fn object(number: u128, round: u128) -> Object {
    let tokens = vec![Token::plain(format!("A text \n of round {}", round / 2))];
    let alignment = (round % 4 > 2).then_some(Alignment::Right);
    let text = Content::Text(TextContent { tokens, alignment, ..TextContent::default() });
    let text = Block::leaf(BlockId(Uuid::from_u128(9_000 + number)), text);
    Object {
        id: ObjectId(Uuid::from_u128(7_000 + number)),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties: [("title".into(), Value::Title(Some(format!("{number} in round {round}"))))].into(),
        blocks: [("RootPage_content".into(), vec![text])].into(),
        files: Vec::new(),
    }
}

/// Lets a store be as it was before; `change` is done to it then.
fn turn_back(folder: &Path, change: &str) {
    let file = Connection::open(folder.join("palimpsest.db")).unwrap();
    file.execute_batch(BEFORE).unwrap();
    file.execute_batch(change).unwrap();
    let checksum = Sha256::digest(include_str!("../migrations/0009_versions.sql")).to_vec();
    assert_eq!(file.execute("DELETE FROM migrations WHERE checksum = ?1", [checksum]).unwrap(), 1);
}

#[test]
fn versions_of_before_are_all_there() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    bench.fill();
    let (before, verified) = (bench.everything(), bench.sqlite.verify().unwrap());
    drop(bench);
    turn_back(folder.path(), "");
    let bench = Bench::open(folder.path());
    let again = bench.sqlite.verify().unwrap();
    assert!(again.is_sound(), "{:?}", again.findings);
    assert_eq!((again.versions, bench.everything()), (verified.versions, before));
    bench.commit(SPACES[0], None, |tx| tx.put(object(1, 99), State::Live, ChangeKind::Updated));
}

/// Lets the bodies of all objects be what they were before, each one line of JSON.
fn in_one_line(folder: &Path) {
    let file = Connection::open(folder.join("palimpsest.db")).unwrap();
    let mut docs = file.prepare("SELECT no, body FROM docs WHERE kind = 3").unwrap();
    let docs = docs.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let of_before = |body: &[u8]| serde_json::to_vec(&Object::from_stored(&body.into()).unwrap()).unwrap();
    for doc in docs {
        let (no, mut body): (i64, Vec<u8>) = doc.unwrap();
        file.execute("UPDATE docs SET body = ?2 WHERE no = ?1", params![no, of_before(&body)]).unwrap();
        let sql = "SELECT revision, delta FROM versions WHERE doc = ?1 AND previous IS NOT NULL ORDER BY revision DESC";
        let mut versions = file.prepare(sql).unwrap();
        let versions = versions.query_map([no], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        for version in versions.collect::<Vec<_>>() {
            let (revision, delta): (i64, Vec<u8>) = version.unwrap();
            let before = apply_delta(&body, &delta).unwrap();
            let delta = make_delta(&of_before(&body), &of_before(&before));
            let sql = "UPDATE versions SET delta = ?3 WHERE doc = ?1 AND revision = ?2";
            file.execute(sql, params![no, revision, delta]).unwrap();
            body = before;
        }
    }
    file.execute("DELETE FROM migrations WHERE number = 11", []).unwrap();
}

#[test]
fn objects_of_before_are_read_and_changed() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    bench.fill();
    let (before, verified) = (bench.everything(), bench.sqlite.verify().unwrap());
    drop(bench);
    in_one_line(folder.path());
    let bench = Bench::open(folder.path());
    let again = bench.sqlite.verify().unwrap();
    assert!(again.is_sound(), "{:?}", again.findings);
    assert_eq!((again.versions, bench.everything()), (verified.versions, before.clone()));
    for round in [98, 99] {
        bench.commit(SPACES[0], None, move |tx| tx.put(object(1, round), State::Live, ChangeKind::Updated));
    }
    let after = bench.everything();
    assert!(before.iter().all(|(key, seen)| after[key] == *seen));
    assert!(after.len() > before.len() && bench.sqlite.verify().unwrap().is_sound());
    let file = Connection::open(folder.path().join("palimpsest.db")).unwrap();
    let lines = "SELECT count(*) FROM docs WHERE kind = 3 AND instr(body, X'0A')";
    assert_eq!(file.query_row(lines, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}

/// A text with the right checksum that no reader knows: what it says is shown and kept, and nothing is made of it.
#[test]
fn a_text_that_cannot_be_read_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    bench.fill();
    drop(bench);
    let file = Connection::open(folder.path().join("palimpsest.db")).unwrap();
    let id = object(1, 0).id;
    let stored =
        || file.query_row("SELECT body FROM docs WHERE id = ?1", [id.0.as_bytes()], |row| row.get::<_, Vec<u8>>(0));
    let body = String::from_utf8(stored().unwrap()).unwrap().replace("\"TextBlock\"", "\"OtherKind\"");
    let text = body.split_once("]}").unwrap().1.to_owned();
    let body = format!("{:08x}{}", checksum(&body.as_bytes()[9..]), &body[8..]);
    file.execute("UPDATE docs SET body = ?2 WHERE id = ?1", params![id.0.as_bytes(), body.as_bytes()]).unwrap();
    let bench = Bench::open(folder.path());
    let findings = bench.sqlite.verify().unwrap().findings;
    assert!(findings.iter().any(|finding| finding.contains("OtherKind")), "{findings:?}");
    let edit = |edit: fn(&mut Object)| {
        let intent =
            Intent { space: SPACES[0], actor: Actor::operator(), at: Timestamp(1_795_000_000_000), begins: None };
        let decide = move |tx: &mut Tx<'_>| {
            let mut object = (*tx.object(id)?.unwrap().object).clone();
            edit(&mut object);
            tx.put(object, State::Live, ChangeKind::Updated)
        };
        bench.runtime.block_on(bench.store().commit(intent, decide)).and_then(|answer| answer.value)
    };
    let refused = edit(|object| drop(object.blocks.insert("another".into(), Vec::new())));
    assert!(matches!(&refused, Err(StoreError::Corrupt(what)) if what.contains(&id.to_string())), "{refused:?}");
    edit(|object| drop(object.properties.insert("title".into(), Value::Title(Some("renamed".to_owned()))))).unwrap();
    let kept = String::from_utf8(stored().unwrap()).unwrap();
    assert!(kept.contains("renamed") && kept.ends_with(&text), "{kept}");
}

#[test]
fn what_was_damaged_before_is_found_afterwards() {
    for change in [
        "DELETE FROM versions WHERE revision = 30",
        "INSERT INTO versions (doc, revision, delta) VALUES (999, 1, X'')",
        "UPDATE versions SET delta = X'00' WHERE revision = 30",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let bench = Bench::open(folder.path());
        bench.fill();
        drop(bench);
        turn_back(folder.path(), change);
        let bench = Bench::open(folder.path());
        assert!(!bench.sqlite.verify().unwrap().is_sound(), "{change}");
    }
}
