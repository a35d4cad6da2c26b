//! What an edit writes: its pages once into the write-ahead log, and again at most once when they are copied from there.

use std::sync::Arc;

use palimpsest_model::{
    Block, BlockId, BuiltIn, Content, LogId, Object, ObjectId, Space, SpaceId, State, StructureId, TextContent,
    Timestamp, Token, Value, builtin_structures,
};
use palimpsest_store::{Actor, ChangeKind, Intent, Store, StoreError, Tx};
use palimpsest_store_sqlite::{Options, SqliteStore};
use rusqlite::Connection;
use uuid::Uuid;

const SPACE: SpaceId = SpaceId(Uuid::from_u128(1));
const BLOCKS: u128 = 200;

fn block(number: u128, round: u128) -> Block {
    let text = format!("{number} {round} {}", "abcde fghij ".repeat(80));
    let content = TextContent { tokens: vec![Token::plain(text)], ..TextContent::default() };
    Block::leaf(BlockId(Uuid::from_u128(1_000 + number)), Content::Text(content))
}

/// A page of about 200 KB, the blocks of which are edited one after another.
fn page(round: u128) -> Object {
    let blocks = (0..BLOCKS).map(|number| block(number, u128::from(number < round) * 1_000));
    Object {
        id: ObjectId(Uuid::from_u128(7)),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties: [("title".into(), Value::Title(Some("Long".to_owned())))].into(),
        blocks: [("RootPage_content".into(), blocks.collect())].into(),
        files: Vec::new(),
    }
}

#[test]
fn an_edit_of_a_large_object_writes_little_more_than_the_object() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), &Options::default()).unwrap());
    let put = |round: Option<u128>| {
        let begins = round.is_none().then_some(LogId(7));
        let intent = Intent { space: SPACE, actor: Actor::operator(), at: Timestamp(5), begins };
        let write = move |tx: &mut Tx<'_>| match round {
            Some(round) => tx.put(page(round), State::Live, ChangeKind::Updated),
            None => {
                tx.put_space(Space { id: SPACE, title: "kept".to_owned(), icon: None, timezone: None });
                builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
                Ok::<_, StoreError>(())
            }
        };
        runtime.block_on(store.commit(intent, write)).unwrap().value.unwrap();
    };
    put(None);
    (0..3).for_each(|round| put(Some(round)));
    // As long as somebody reads here, the log of pages is not begun anew.
    let reader = Connection::open(folder.path().join("palimpsest.db")).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let size: i64 = reader.query_row("SELECT max(length(body)) FROM docs", [], |row| row.get(0)).unwrap();
    let size = size.unsigned_abs();
    let log = || std::fs::metadata(folder.path().join("palimpsest.db-wal")).unwrap().len();
    let (before, edits) = (log(), 10_u32);
    (3..3 + edits).for_each(|round| put(Some(round.into())));
    let written = (log() - before) / u64::from(edits);
    assert!(size > 200_000 && written > size, "{size} bytes, of which {written} were written");
    assert!(2 * written < 3 * size, "an edit of {size} bytes writes {written}, and perhaps as many again");
}
