//! Damage in any table is found, and nothing is found where there is none.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::path::Path;
use std::sync::Arc;

use palimpsest_model::{
    Block, BlockId, BuiltIn, Collection, CollectionId, File, FileHash, LogId, Object, ObjectId, Space, SpaceId, State,
    StructureId, Timestamp, TokenId, Value, builtin_structures,
};
use palimpsest_store::{Actor, ChangeKind, Intent, Policy, Scope, Store, StoreError, TokenRecord, Tx};
use palimpsest_store_sqlite::{Options, SqliteStore};
use rusqlite::Connection;
use uuid::Uuid;

const SPACE: SpaceId = SpaceId(Uuid::from_u128(1));
const TOKEN: TokenId = TokenId(Uuid::from_u128(2));

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn commit(
    store: &Arc<dyn Store>,
    begins: Option<LogId>,
    put: impl Fn(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static,
) {
    let actor = Actor { id: Some(TOKEN).filter(|_| begins.is_none()), name: "test".to_owned() };
    let intent = Intent { space: SPACE, actor, at: Timestamp(1_795_000_000_000), begins };
    block_on(store.commit(intent, put)).unwrap().value.unwrap();
}

fn object(number: u128, structure: BuiltIn, title: &str) -> Object {
    let id = |number: u128| Uuid::from_u128(0x4000_8000_0000_0000_0000 + number);
    let block = Block::empty(BlockId(id(1_000 + number)));
    let is_page = structure == BuiltIn::RootPage;
    let file = File { hash: FileHash([5; 32]), size: 3, name: "a.png".to_owned(), file_type: "image/png".to_owned() };
    let section = if is_page { "RootPage_content" } else { "media_notes" };
    Object {
        id: ObjectId(id(number)),
        structure: StructureId::BuiltIn(structure),
        collections: if is_page { vec![CollectionId(Uuid::from_u128(9))] } else { Vec::new() },
        properties: [("title".into(), Value::Title(Some(title.to_owned())))].into(),
        blocks: [(section.into(), vec![block])].into(),
        files: if is_page { Vec::new() } else { vec![file] },
    }
}

/// A store with something in every table, closed.
fn fill(folder: &Path) {
    fill_with(folder, &Options { fresh_terms: 0, ..Options::default() });
}

fn fill_with(folder: &Path, options: &Options) {
    let sqlite = Arc::new(SqliteStore::open(folder, options).unwrap());
    let store: Arc<dyn Store> = Arc::clone(&sqlite) as _;
    commit(&store, Some(LogId(7)), |tx| {
        tx.put_space(Space { id: SPACE, title: "kept".to_owned(), icon: None, timezone: None });
        builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
        let structure = StructureId::BuiltIn(BuiltIn::RootPage);
        tx.put_collection(Collection { id: CollectionId(Uuid::from_u128(9)), structure, title: "Shelf".to_owned() });
        Ok(())
    });
    let token = TokenRecord {
        id: TOKEN,
        hash: [3; 32],
        name: "test".to_owned(),
        spaces: vec![SPACE],
        scopes: vec![Scope::Read],
        created_at: Timestamp(0),
        expires_at: None,
        revoked_at: None,
        concurrency: Policy::default(),
        beta_only: false,
    };
    block_on(store.administer(move |registry| registry.put_token(&token))).unwrap().unwrap();
    let operator = palimpsest_store::AdminToken {
        id: TokenId(Uuid::from_u128(44)),
        hash: [4; 32],
        name: "operator".to_owned(),
        created_at: Timestamp(0),
        expires_at: None,
        revoked_at: None,
    };
    block_on(store.administer(move |registry| registry.put_admin_token(&operator))).unwrap().unwrap();
    commit(&store, None, |tx| {
        tx.store_answer("key", [1; 32], "{}".to_owned());
        tx.put(object(1, BuiltIn::RootPage, "First words"), State::Live, ChangeKind::Created)?;
        tx.put(object(2, BuiltIn::MediaImage, "An image"), State::Live, ChangeKind::Created)?;
        tx.put(object(3, BuiltIn::RootPage, "Thrown away"), State::Trashed, ChangeKind::Trashed)
    });
    for title in ["Other words", "Last words"] {
        commit(&store, None, move |tx| tx.put(object(1, BuiltIn::RootPage, title), State::Live, ChangeKind::Updated));
    }
    sqlite.close();
}

/// What is found in a store of which something was changed behind its back.
fn found(damage: &str) -> Vec<String> {
    found_in(damage, 0)
}

/// The same in a store where so many changes of terms wait.
fn found_in(damage: &str, fresh_terms: usize) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fill_with(folder.path(), &Options { fresh_terms, ..Options::default() });
    let store = SqliteStore::open(folder.path(), &Options::default()).unwrap();
    let connection = Connection::open(folder.path().join("palimpsest.db")).unwrap();
    connection.execute_batch(damage).unwrap_or_else(|error| panic!("{damage}: {error}"));
    let verified = store.verify().unwrap();
    assert_eq!(verified.spaces, 1, "{damage}");
    verified.findings
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let store = SqliteStore::open(folder.path(), &Options::default()).unwrap();
    let verified = store.verify().unwrap();
    assert!(verified.is_sound(), "{:?}", verified.findings);
    assert_eq!((verified.spaces, verified.entries, verified.files.len()), (1, 4, 1));
    assert_eq!(verified.versions, verified.docs + 2);
}

/// Of a log that was compacted and of which something was erased, nothing is found either.
#[test]
fn nothing_is_found_in_what_was_compacted_and_erased() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let sqlite = Arc::new(SqliteStore::open(folder.path(), &Options::default()).unwrap());
    let store: Arc<dyn Store> = Arc::clone(&sqlite) as _;
    commit(&store, None, |tx| tx.put(object(2, BuiltIn::MediaImage, "An image"), State::Deleted, ChangeKind::Deleted));
    assert_eq!(sqlite.verify().unwrap().files.len(), 1, "the file of a version that can be read");
    let id = object(2, BuiltIn::MediaImage, "").id;
    let erase = move |registry: &mut palimpsest_store::Registry<'_>| registry.erase(SPACE, id);
    assert!(block_on(store.administer(erase)).unwrap().unwrap());
    let compact =
        |registry: &mut palimpsest_store::Registry<'_>| registry.compact(SPACE, palimpsest_model::Revision(3), 1_000);
    assert!(block_on(store.administer(compact)).unwrap().unwrap());
    let verified = sqlite.verify().unwrap();
    assert!(verified.is_sound(), "{:?}", verified.findings);
    assert!(verified.files.is_empty());
}

#[test]
fn damage_in_any_table_is_found() {
    let none = "X'00000000000040008000000000000000'";
    let damages = [
        "UPDATE spaces SET revision = 9".to_owned(),
        "UPDATE spaces SET schema = 3".to_owned(),
        "UPDATE spaces SET at = at + 1".to_owned(),
        "DELETE FROM log WHERE revision = 2".to_owned(),
        "UPDATE log SET at = at - 1 WHERE revision = 3".to_owned(),
        "UPDATE log SET body = '{}' WHERE revision = 3".to_owned(),
        "UPDATE log SET body = 'x' WHERE revision = 3".to_owned(),
        "UPDATE log SET body = replace(body, 'RootPage', 'RootPage') || ' ' , revision = 99 WHERE revision = 4"
            .to_owned(),
        "DELETE FROM docs WHERE kind = 3 AND state = 0".to_owned(),
        "UPDATE docs SET body = CAST(replace(CAST(body AS TEXT), 'Last', 'Lost') AS BLOB) WHERE kind = 3".to_owned(),
        "UPDATE docs SET state = 1 WHERE kind = 3 AND revision = 4".to_owned(),
        "UPDATE docs SET revision = 3 WHERE kind = 3 AND revision = 4".to_owned(),
        "UPDATE docs SET at = at + 1 WHERE kind = 3".to_owned(),
        "DELETE FROM docs WHERE kind = 1 AND id = CAST('RootPage' AS BLOB)".to_owned(),
        "UPDATE docs SET body = X'7B' WHERE kind = 2".to_owned(),
        "DELETE FROM versions WHERE revision = 3".to_owned(),
        "UPDATE versions SET delta = X'00' WHERE revision = 3".to_owned(),
        "UPDATE versions SET previous = 1 WHERE revision = 4".to_owned(),
        "INSERT INTO versions (space, doc, revision, delta) VALUES (1, 999, 1, X'')".to_owned(),
        "INSERT INTO versions SELECT space, 1, doc, NULL, NULL, X'', NULL, NULL, NULL FROM versions WHERE revision = 4"
            .to_owned(),
        "UPDATE versions SET space = 2 WHERE revision = 3".to_owned(),
        "DELETE FROM blocks".to_owned(),
        format!("UPDATE blocks SET object = {none}"),
        "DELETE FROM members WHERE list = X'00'".to_owned(),
        "DELETE FROM members WHERE list = X'04'".to_owned(),
        format!("INSERT INTO members VALUES (1, X'00', 2, {none})"),
        "UPDATE members SET created = 3".to_owned(),
        "INSERT INTO members SELECT space, X'04', created, object FROM members WHERE list = X'00'".to_owned(),
        "UPDATE lists SET changed = 1".to_owned(),
        "UPDATE lists SET changed = 99".to_owned(),
        "DELETE FROM lists".to_owned(),
        "DELETE FROM titles".to_owned(),
        "UPDATE titles SET changed = 2".to_owned(),
        "UPDATE titles SET changed = 3 WHERE changed = 4".to_owned(),
        "UPDATE titles SET changed = 4".to_owned(),
        "UPDATE titles SET names = '[\"x\"]'".to_owned(),
        format!("INSERT INTO titles VALUES (1, {none}, 'RootPage', 2, '[\"x\"]')"),
        "DELETE FROM terms WHERE term = CAST('wlast' AS BLOB)".to_owned(),
        "DELETE FROM terms WHERE term = CAST('<tsal' AS BLOB)".to_owned(),
        format!("INSERT INTO terms VALUES (1, CAST('wzzz' AS BLOB), {none})"),
        "INSERT INTO terms VALUES (1, CAST('*zzzzzz' AS BLOB), X'00000000000000000000000000000000')".to_owned(),
        "INSERT INTO terms VALUES (1, X'FF', X'00000000000000000000000000000000')".to_owned(),
        "INSERT INTO fresh_terms VALUES (999, 1, X'01')".to_owned(),
        "INSERT INTO fresh_terms VALUES (999, 7, X'0302777A')".to_owned(),
        "UPDATE tokens SET body = '{'".to_owned(),
        "UPDATE tokens SET body = json_set(body, '$.spaces', json_array('00000000-0000-4000-8000-000000000007'))"
            .to_owned(),
        "UPDATE tokens SET body = json_set(body, '$.spaces', json_array())".to_owned(),
        "UPDATE admin_tokens SET body = '{'".to_owned(),
        "UPDATE admin_tokens SET hash = X'03'".to_owned(),
        "UPDATE answers SET body = '{'".to_owned(),
        format!("UPDATE answers SET token = {none}"),
        format!("INSERT INTO webhooks VALUES ({none}, 1, {none}, '{{}}')"),
        format!("INSERT INTO deliveries VALUES (1, {none}, '{{}}')"),
        "DELETE FROM files".to_owned(),
        format!("INSERT INTO files VALUES (1, {none}, X'00')"),
        format!("INSERT INTO uploads VALUES ({none}, 1, {none}, '{{}}')"),
        "DELETE FROM secret; INSERT INTO secret VALUES (1, X'00')".to_owned(),
    ];
    for damage in &damages {
        assert!(!found(damage).is_empty(), "{damage}");
    }
    // Every table was damaged.
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let connection = Connection::open(folder.path().join("palimpsest.db")).unwrap();
    let mut tables =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'migrations'").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for table in tables.iter().filter(|table| !table.starts_with("sqlite_")) {
        assert!(damages.iter().any(|damage| damage.contains(table.as_str())), "{table}");
    }
}

/// Changes of terms that are not in their table are looked through as those that are.
#[test]
fn damage_of_what_waits_is_found() {
    for damage in [
        "DELETE FROM fresh_terms",
        "DELETE FROM fresh_terms WHERE no = 1",
        "DELETE FROM fresh_terms WHERE no = 2",
        "DELETE FROM fresh_terms WHERE no = 3",
        "UPDATE fresh_terms SET body = x''",
        "UPDATE fresh_terms SET body = x'' WHERE no = 3",
        "UPDATE fresh_terms SET body = substr(body, 1, length(body) - 1)",
        "UPDATE fresh_terms SET body = CAST(replace(body, 'last', 'lost') AS BLOB)",
        "UPDATE fresh_terms SET space = 7",
        "UPDATE fresh_terms SET no = -no",
        "INSERT INTO fresh_terms VALUES (999, 1, X'0304777A7A7A')",
        "INSERT INTO terms VALUES (1, CAST('wzzz' AS BLOB), X'00000000000040008000000000000000')",
    ] {
        assert!(!found_in(damage, usize::MAX).is_empty(), "{damage}");
    }
    assert_eq!(found_in("", usize::MAX), [""; 0]);
}

#[test]
fn a_blanked_page_is_found() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let file = folder.path().join("palimpsest.db");
    let store = SqliteStore::open(folder.path(), &Options::default()).unwrap();
    let connection = Connection::open(&file).unwrap();
    let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).unwrap();
    let root: i64 = connection
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'titles_by_change'", [], |row| row.get(0))
        .unwrap();
    drop(connection);
    let mut bytes = std::fs::read(&file).unwrap();
    let (from, size) = (usize::try_from((root - 1) * page).unwrap(), usize::try_from(page).unwrap());
    bytes[from..from + size].fill(0);
    std::fs::write(&file, bytes).unwrap();
    let verified = store.verify();
    assert!(verified.is_err() || verified.is_ok_and(|verified| !verified.is_sound()));
}
