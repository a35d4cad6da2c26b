//! What is taken out of a log is out of the files, and what is left is a whole store.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::path::Path;
use std::sync::Arc;

use palimpsest_model::{
    Block, BlockId, BuiltIn, Content, LogId, Object, ObjectId, Revision, Space, SpaceId, State, StructureId,
    TextContent, Timestamp, Token, Value, builtin_structures,
};
use palimpsest_store::{Actor, ChangeKind, Intent, Snapshot, Store, StoreError, Tx};
use palimpsest_store_sqlite::{Options, SqliteStore};
use tokio::runtime::Runtime;
use uuid::Uuid;

const SPACE: SpaceId = SpaceId(Uuid::from_u128(1));
/// Nothing else contains these letters.
const SECRET: &str = "qzxkvj";

struct Bench {
    store: Arc<dyn Store>,
    runtime: Runtime,
}

impl Bench {
    fn open(folder: &Path) -> Self {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder, &Options::default()).unwrap());
        Self { store, runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap() }
    }

    fn begin(folder: &Path) -> Self {
        let bench = Self::open(folder);
        bench.commit(Some(LogId(7)), |tx| {
            tx.put_space(Space { id: SPACE, title: "kept".to_owned(), icon: None, timezone: None });
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            Ok(())
        });
        bench
    }

    fn commit(
        &self,
        begins: Option<LogId>,
        decide: impl FnMut(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static,
    ) {
        let intent = Intent { space: SPACE, actor: Actor::operator(), at: Timestamp(1_795_000_000_000), begins };
        self.runtime.block_on(self.store.commit(intent, decide)).unwrap().value.unwrap();
    }

    fn put(&self, object: Object, state: State) {
        self.commit(None, move |tx| tx.put(object.clone(), state, ChangeKind::Updated));
    }

    fn compact(&self, horizon: u64, limit: usize) -> bool {
        let compact = self.store.administer(move |registry| registry.compact(SPACE, Revision(horizon), limit));
        self.runtime.block_on(compact).unwrap().unwrap()
    }

    fn erase(&self, number: u64) -> bool {
        let erase = self.store.administer(move |registry| registry.erase(SPACE, id(number)));
        self.runtime.block_on(erase).unwrap().unwrap()
    }

    fn look<T: Send + 'static>(
        &self,
        look: impl FnMut(&mut Snapshot<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.runtime.block_on(self.store.read(SPACE, look)).unwrap().value
    }
}

fn id(number: u64) -> ObjectId {
    ObjectId(Uuid::from_u128(u128::from(number) << 64))
}

/// A page whose title and paragraphs hold `word`; of every length, and no two alike.
fn page(number: u64, round: u64, word: &str) -> Object {
    let mut random = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ round.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mut draw = |below: u64| {
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (random >> 33) % below
    };
    let title = format!("{word}{} {number}", draw(1000));
    let blocks = (0..draw(30)).map(|index| {
        let text = format!("{word} {}", "abcde ".repeat(usize::try_from(draw(40)).unwrap()));
        let content = TextContent { tokens: vec![Token::plain(text)], ..TextContent::default() };
        let block = BlockId(Uuid::from_u128(u128::from(number) << 64 | u128::from(round * 100 + index + 1)));
        Block::leaf(block, Content::Text(content))
    });
    Object {
        id: id(number),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties: [("title".into(), Value::Title(Some(title)))].into(),
        blocks: [("RootPage_content".into(), blocks.collect())].into(),
        files: Vec::new(),
    }
}

/// The files of a folder that hold the secret.
fn holding(folder: &Path) -> Vec<String> {
    let holds = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
    };
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| holds(path)).map(|path| path.display().to_string()).collect()
}

#[test]
fn what_was_erased_is_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::begin(folder.path());
    let secret = |number: u64| number % 10 == 3;
    for round in 0..8 {
        for number in (0..150).filter(|number| number % (round + 1) == 0 || secret(*number)) {
            let word = if secret(number) { SECRET } else { "word" };
            bench.put(page(number, round, word), State::Live);
        }
    }
    assert!(!holding(folder.path()).is_empty());
    for number in (0..150).filter(|number| secret(*number)) {
        bench.put(page(number, 3, SECRET), State::Deleted);
        assert!(bench.erase(number));
    }
    assert_eq!(holding(folder.path()), [""; 0], "while it is served");
    let title = bench.look(|snapshot| snapshot.object(id(4))).unwrap().unwrap().object.title().to_owned();
    bench.put(page(100, 0, "goes on"), State::Live);
    drop(bench);
    assert_eq!(holding(folder.path()), [""; 0], "and afterwards");
    let bench = Bench::open(folder.path());
    assert_eq!(bench.look(|snapshot| snapshot.object(id(4))).unwrap().unwrap().object.title(), title);
    let erased = bench.look(|snapshot| snapshot.object_at(id(3), Revision(20)));
    assert!(matches!(erased, Err(StoreError::Erased { .. })));
}

#[test]
fn a_folder_is_whole_after_every_step_of_a_compaction() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::begin(folder.path());
    for round in 0..6 {
        (0..5).for_each(|number| bench.put(page(number, round, "word"), State::Live));
    }
    let read = |bench: &Bench| {
        let objects = (0..5).flat_map(|number| (20..=31).map(move |revision| (number, revision)));
        let objects = objects.map(|(number, revision)| {
            let found = bench.look(move |snapshot| snapshot.object_at(id(number), Revision(revision)));
            found.unwrap().map(|found| (found.object, found.at, found.revision))
        });
        objects.collect::<Vec<_>>()
    };
    let before = read(&bench);
    loop {
        let finished = bench.compact(20, 4);
        drop(bench);
        bench = Bench::open(folder.path());
        assert_eq!(read(&bench), before);
        assert_eq!(bench.look(|snapshot| Ok(snapshot.row().oldest)).unwrap(), Revision(20));
        if finished {
            break;
        }
    }
    drop(bench);
    let file = rusqlite::Connection::open(folder.path().join("palimpsest.db")).unwrap();
    let (entries, versions): (i64, i64) = file
        .query_row(
            "SELECT (SELECT count(*) FROM log), (SELECT count(*) FROM versions WHERE revision < 20)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    let structures = i64::try_from(builtin_structures().len()).unwrap();
    assert_eq!((entries, versions), (12, 1 + structures + 4), "one version of everything that was made before");
    file.execute("DELETE FROM log WHERE revision = 25", []).unwrap();
    drop(file);
    let error = SqliteStore::open(folder.path(), &Options::default()).err().unwrap();
    assert!(error.to_string().contains("11 entries up to 31 (kept from 20)"), "{error}");
}
