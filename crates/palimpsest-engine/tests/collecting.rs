//! Bytes go when nothing names them any more and nobody can be about to.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use palimpsest_engine::admin::Command;
use palimpsest_engine::{Clock, CountedIds, Engine, Kind, ManualClock};
use palimpsest_model::{
    BuiltIn, File, FileHash, LogId, Object, ObjectId, Sections, Space, SpaceId, State, StructureId, Timestamp, TokenId,
    Value, builtin_structures,
};
use palimpsest_store::{
    Actor, ByteStream, ChangeKind, Files, FilesError, Filing, Intent, Kept, MemoryFiles, MemoryStore, Registry, Store,
    StoreError, Tx, Upload,
};
use uuid::Uuid;

const DAY: i64 = 24 * 60 * 60 * 1000;
/// An id of the shape that ids have.
const FIRST: u128 = 0x4000_8000_0000_0000_0000;
const SPACE: SpaceId = SpaceId(Uuid::from_u128(FIRST | 5));

/// A server that keeps files, with one space.
struct Lab {
    engine: Engine,
    store: Arc<dyn Store>,
    files: Arc<dyn Files>,
    clock: Arc<ManualClock>,
}

impl Lab {
    async fn new() -> Self {
        Self::keeping(Arc::new(MemoryFiles::default())).await
    }

    async fn keeping(files: Arc<dyn Files>) -> Self {
        Self::drawing(files, 0).await
    }

    /// Whose chance begins elsewhere.
    async fn drawing(files: Arc<dyn Files>, skipped: u64) -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-11-22T12:00:00.000Z").unwrap()));
        let engine = Engine::new(Arc::clone(&store), Arc::clone(&clock) as _, Arc::new(CountedIds::after(skipped)));
        let engine = engine.keeping(Arc::clone(&files));
        let lab = Self { engine, store, files, clock };
        let intent = Intent { begins: Some(LogId(1)), ..lab.intent() };
        let begin = |tx: &mut Tx<'_>| {
            tx.put_space(Space { id: SPACE, title: "mine".to_owned(), icon: None, timezone: None });
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            Ok::<_, StoreError>(())
        };
        lab.store.commit(intent, begin).await.unwrap().value.unwrap();
        lab
    }

    fn intent(&self) -> Intent {
        let actor = Actor { id: None, name: "tester".to_owned() };
        Intent { space: SPACE, actor, at: self.clock.now(), begins: None }
    }

    /// Puts bytes that nothing names yet.
    async fn put(&self, text: &'static str) -> FileHash {
        put(&*self.files, text, self.clock.now()).await
    }

    /// Makes an object of a file.
    async fn name(&self, number: u128, hash: FileHash) {
        self.commit(move |tx| tx.put(object(number, Some(hash)), State::Live, ChangeKind::Created)).await;
    }

    async fn delete(&self, number: u128) {
        self.commit(move |tx| {
            let Some(found) = tx.object(id(number))? else { panic!("there is none") };
            tx.put((*found.object).clone(), State::Deleted, ChangeKind::Deleted)
        })
        .await;
    }

    async fn commit(&self, decide: impl FnMut(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static) {
        self.store.commit(self.intent(), decide).await.unwrap().value.unwrap();
    }

    async fn administer<T: Send + 'static>(
        &self,
        decide: impl FnMut(&mut Registry<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store.administer(decide).await.unwrap().unwrap()
    }

    async fn is_there(&self, hash: FileHash) -> bool {
        self.files.size(hash).await.unwrap().is_some()
    }

    /// Lets a day and a moment go by.
    fn wait(&self) {
        self.clock.advance(DAY + 1);
    }
}

fn id(number: u128) -> ObjectId {
    ObjectId(Uuid::from_u128(FIRST | number))
}

fn object(number: u128, hash: Option<FileHash>) -> Object {
    let file = |hash| File { hash, size: 1, name: "a.txt".to_owned(), file_type: "text/plain".to_owned() };
    Object {
        id: id(number),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties: [("title".into(), Value::Title(Some("a".to_owned())))].into(),
        blocks: Sections::default(),
        files: hash.into_iter().map(file).collect(),
    }
}

async fn put(files: &dyn Files, text: &'static str, now: Timestamp) -> FileHash {
    let bytes: ByteStream<'_> = Box::pin(stream::iter([Ok(Bytes::from_static(text.as_bytes()))]));
    files.put(bytes, 100, now).await.unwrap().hash
}

#[tokio::test]
async fn what_nothing_names_goes_after_a_day() {
    let lab = Lab::new().await;
    let (named, unnamed) = (lab.put("named").await, lab.put("unnamed").await);
    lab.name(1, named).await;
    lab.clock.advance(DAY);
    let again = lab.put("put again and again").await;
    assert_eq!(lab.engine.collect_files().await.unwrap(), 0, "not within a day");
    lab.clock.advance(1);
    assert_eq!(lab.engine.collect_files().await.unwrap(), 1);
    assert_eq!(
        (lab.is_there(named).await, lab.is_there(unnamed).await, lab.is_there(again).await),
        (true, false, true)
    );
    lab.wait();
    assert_eq!(lab.put("put again and again").await, again);
    assert_eq!(lab.engine.collect_files().await.unwrap(), 0, "it was made young");
    lab.wait();
    assert_eq!(lab.engine.collect_files().await.unwrap(), 1);
    assert!(lab.is_there(named).await);
}

#[tokio::test]
async fn what_the_past_names_stays_until_it_is_erased() {
    let lab = Lab::new().await;
    let (one, two) = (lab.put("one").await, lab.put("two").await);
    for (number, hash) in [(1, one), (2, two), (3, two)] {
        lab.name(number, hash).await;
    }
    lab.delete(1).await;
    lab.delete(2).await;
    lab.wait();
    assert_eq!(lab.engine.collect_files().await.unwrap(), 0, "an earlier version can be read");
    for number in [1, 2] {
        assert!(lab.administer(move |registry| registry.erase(SPACE, id(number))).await);
    }
    assert_eq!(lab.engine.collect_files().await.unwrap(), 1);
    assert_eq!((lab.is_there(one).await, lab.is_there(two).await), (false, true), "another object has it");
    lab.administer(|registry| registry.remove_space(SPACE)).await;
    assert_eq!(lab.engine.collect_files().await.unwrap(), 1);
}

#[tokio::test]
async fn what_was_sent_a_day_ago_goes_with_the_object_that_is_erased() {
    let lab = Lab::new().await;
    let (old, shared) = (lab.put("old").await, lab.put("shared").await);
    lab.wait();
    let young = lab.put("young").await;
    for (number, hash) in [(1, old), (2, shared), (3, shared), (4, young)] {
        lab.name(number, hash).await;
    }
    for number in [1, 2, 4] {
        let erase = Command::Erase { space: Some(SPACE.to_string()), id: id(number).to_string() };
        lab.engine.administer(erase).await.unwrap();
    }
    assert_eq!((lab.is_there(old).await, lab.is_there(shared).await, lab.is_there(young).await), (false, true, true));
    lab.wait();
    assert_eq!(lab.engine.collect_files().await.unwrap(), 1);
    assert!(!lab.is_there(young).await);
}

#[tokio::test]
async fn what_compaction_takes_out_is_collected() {
    let lab = Lab::new().await;
    let hash = lab.put("one").await;
    lab.name(1, hash).await;
    lab.delete(1).await;
    lab.wait();
    lab.commit(|tx| tx.put(object(9, None), State::Live, ChangeKind::Created)).await;
    lab.engine.compact(2 * DAY).await.unwrap();
    assert_eq!(lab.engine.collect_files().await.unwrap(), 0, "it can still be read");
    lab.engine.compact(DAY).await.unwrap();
    assert_eq!(lab.engine.collect_files().await.unwrap(), 1);
    assert!(!lab.is_there(hash).await);
}

#[tokio::test]
async fn more_than_one_page_of_names_is_looked_through() {
    let lab = Lab::new().await;
    for number in 0..1201_u128 {
        let text = String::leak(number.to_string());
        let hash = lab.put(text).await;
        if number % 400 == 0 {
            lab.name(number, hash).await;
        }
    }
    lab.wait();
    assert_eq!(lab.engine.collect_files().await.unwrap(), 1201 - 4);
    assert_eq!(lab.files.list(None, 9).await.unwrap().len(), 4);
}

#[tokio::test]
async fn parts_go_with_their_upload() {
    let lab = Lab::new().await;
    for number in 1..=2 {
        let bytes: ByteStream<'_> = Box::pin(stream::iter([Ok(Bytes::from_static(b"part"))]));
        lab.files.put_part(id(number), 1, 4, bytes).await.unwrap();
    }
    let now = lab.clock.now();
    let upload = Upload {
        id: id(1),
        space: SPACE,
        token: TokenId(Uuid::from_u128(1)),
        file_name: "a.txt".to_owned(),
        file_type: None,
        file_size: 8,
        part_size: 4,
        title: None,
        collections: Vec::new(),
        begun: now,
        expires: now,
    };
    lab.administer(move |registry| registry.put_upload(&upload)).await;
    lab.engine.collect_files().await.unwrap();
    assert_eq!(lab.files.uploads().await, Ok(vec![id(1)]));
    lab.administer(|registry| registry.remove_upload(id(1))).await;
    lab.engine.collect_files().await.unwrap();
    assert_eq!(lab.files.uploads().await, Ok(Vec::new()));
}

/// All but `claim` and `remove`, as the files inside do it.
macro_rules! delegated {
    () => {
        fn put_part<'a>(&'a self, upload: ObjectId, number: u32, size: u64, bytes: ByteStream<'a>) -> Filing<'a, ()> {
            self.inside.put_part(upload, number, size, bytes)
        }

        fn parts(&self, upload: ObjectId) -> Filing<'_, BTreeMap<u32, u64>> {
            self.inside.parts(upload)
        }

        fn join(&self, upload: ObjectId, count: u32, now: Timestamp) -> Filing<'_, Kept> {
            self.inside.join(upload, count, now)
        }

        fn discard(&self, upload: ObjectId) -> Filing<'_, ()> {
            self.inside.discard(upload)
        }

        fn uploads(&self) -> Filing<'_, Vec<ObjectId>> {
            self.inside.uploads()
        }

        fn put<'a>(&'a self, bytes: ByteStream<'a>, limit: u64, now: Timestamp) -> Filing<'a, Kept> {
            self.inside.put(bytes, limit, now)
        }

        fn size(&self, hash: FileHash) -> Filing<'_, Option<u64>> {
            self.inside.size(hash)
        }

        fn open(&self, hash: FileHash, range: Range<u64>) -> Filing<'_, ByteStream<'static>> {
            self.inside.open(hash, range)
        }

        fn list(&self, after: Option<FileHash>, limit: usize) -> Filing<'_, Vec<FileHash>> {
            self.inside.list(after, limit)
        }
    };
}

/// Files that belong to one store at a time, as those in a bucket do.
#[derive(Default)]
struct Owned {
    inside: MemoryFiles,
    owner: std::sync::Mutex<Option<String>>,
}

impl Files for Owned {
    fn claim<'a>(&'a self, owner: &'a str, take: bool) -> Filing<'a, bool> {
        let mut known = self.owner.lock().unwrap();
        if take || known.is_none() {
            *known = Some(owner.to_owned());
        }
        Box::pin(std::future::ready(Ok(known.as_deref() == Some(owner))))
    }

    delegated!();

    fn remove(&self, hash: FileHash, before: Timestamp) -> Filing<'_, bool> {
        self.inside.remove(hash, before)
    }
}

#[tokio::test]
async fn the_files_of_another_store_stay() {
    let files = Arc::new(Owned::default());
    let (mine, other) = (Lab::keeping(Arc::clone(&files) as _).await, Lab::drawing(Arc::clone(&files) as _, 9).await);
    assert!(mine.engine.claim_files(false).await.unwrap());
    let hash = mine.put("mine").await;
    mine.name(1, hash).await;
    for lab in [&mine, &other] {
        lab.wait();
    }
    assert!(!other.engine.claim_files(false).await.unwrap());
    let refused = other.engine.collect_files().await.unwrap_err();
    assert!(refused.cause.unwrap().contains("another store"));
    assert_eq!(mine.engine.collect_files().await.unwrap(), 0);
    assert!(mine.is_there(hash).await);
    // Who takes them over goes by its own objects, and the one before no longer does.
    assert!(other.engine.claim_files(true).await.unwrap());
    mine.delete(1).await;
    assert!(mine.administer(move |registry| registry.erase(SPACE, id(1))).await);
    assert!(mine.engine.collect_files().await.unwrap_err().cause.is_some());
    assert!(mine.is_there(hash).await);
    assert_eq!(other.engine.collect_files().await.unwrap(), 1);
    assert!(!mine.is_there(hash).await);
}

#[tokio::test]
async fn without_files_nothing_is_collected() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let clock = Arc::new(ManualClock::at(Timestamp(0)));
    assert_eq!(Engine::new(store, clock, Arc::new(CountedIds::default())).collect_files().await.unwrap(), 0);
}

/// Files that somebody puts anew at the worst moment: after it was found that nothing names them, before they are removed.
#[derive(Default)]
struct PutMeanwhile {
    inside: MemoryFiles,
    meanwhile: AtomicBool,
    now: std::sync::Mutex<Timestamp>,
}

impl Files for PutMeanwhile {
    delegated!();

    fn remove(&self, hash: FileHash, before: Timestamp) -> Filing<'_, bool> {
        Box::pin(async move {
            if self.meanwhile.swap(false, Ordering::SeqCst) {
                let now = *self.now.lock().map_err(|error| FilesError::Unavailable(error.to_string()))?;
                assert_eq!(put(&self.inside, "contested", now).await, hash);
            }
            self.inside.remove(hash, before).await
        })
    }
}

#[tokio::test]
async fn what_is_put_while_it_is_collected_can_be_named() {
    let files = Arc::new(PutMeanwhile::default());
    let lab = Lab::keeping(Arc::clone(&files) as _).await;
    let hash = lab.put("contested").await;
    lab.wait();
    *files.now.lock().unwrap() = lab.clock.now();
    files.meanwhile.store(true, Ordering::SeqCst);
    assert_eq!(lab.engine.collect_files().await.unwrap(), 0);
    assert!(!files.meanwhile.load(Ordering::SeqCst), "it was put at that moment");
    lab.name(1, hash).await;
    lab.wait();
    assert_eq!(lab.engine.collect_files().await.unwrap(), 0);
    assert!(lab.is_there(hash).await);
}

/// So many files may be read at a time, and who lets go of one lets another in.
#[tokio::test]
async fn files_are_handed_out_so_many_at_a_time() {
    let lab = Lab::new().await;
    let hash = lab.put("read").await;
    let mut open = Vec::new();
    let refused = loop {
        match lab.engine.file_bytes(hash, 0..4).await {
            Ok(bytes) => open.push(bytes),
            Err(error) => break error,
        }
        assert!(open.len() < 1000, "there is an end");
    };
    assert_eq!((refused.kind, open.len()), (Kind::Unavailable, 256));
    open.pop();
    let mut last = lab.engine.file_bytes(hash, 0..4).await.unwrap();
    assert_eq!(last.next().await, Some(Ok(Bytes::from_static(b"read"))));
    assert!(lab.engine.file_bytes(hash, 0..4).await.is_err(), "it is still being read");
    drop(last);
    assert!(lab.engine.file_bytes(hash, 0..4).await.is_ok());
    let absent = lab.engine.file_bytes(FileHash([1; 32]), 0..4).await.map(drop).unwrap_err();
    assert_ne!(absent.kind, Kind::Unavailable);
    assert!(lab.engine.file_bytes(hash, 0..4).await.is_ok(), "what is refused keeps no turn");
}
