//! Short looks on the thread that asks: when there are any, and when they are left to the reader threads.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use palimpsest_model::{
    BuiltIn, LogId, Object, ObjectId, Revision, Space, SpaceId, State, StructureId, Timestamp, Value,
    builtin_structures,
};
use palimpsest_store::{Actor, Answer, ChangeKind, Intent, Snapshot, Store, StoreError, Term, Tx};
use palimpsest_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

const SPACE: SpaceId = SpaceId(Uuid::from_u128(1));

struct Bench {
    store: Arc<dyn Store>,
    runtime: Runtime,
    _folder: TempDir,
}

impl Bench {
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), &Options::default()).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let bench = Self { store, runtime, _folder: folder };
        bench.commit(Some(LogId(7)), |tx| {
            tx.put_space(Space { id: SPACE, title: "looked at".to_owned(), icon: None, timezone: None });
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            Ok(())
        });
        bench
    }

    fn commit(
        &self,
        begins: Option<LogId>,
        decide: impl FnMut(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Revision {
        let intent = Intent { space: SPACE, actor: Actor::operator(), at: Timestamp(1), begins };
        let answer = self.runtime.block_on(self.store.commit(intent, decide)).unwrap();
        answer.value.unwrap();
        answer.revision
    }

    fn put(&self, number: u128, title: &str) -> Revision {
        self.put_all(vec![page(number, title)])
    }

    fn put_all(&self, objects: Vec<Object>) -> Revision {
        self.commit(None, move |tx| {
            objects.iter().try_for_each(|object| tx.put(object.clone(), State::Live, ChangeKind::Updated))
        })
    }

    /// Who has a word in its title, by a short look.
    fn look(&self, word: &str) -> Option<Answer<Vec<ObjectId>>> {
        self.store.look(SPACE, |snapshot| called(snapshot, word))
    }

    /// The same, by a reader thread.
    fn read(&self, word: &'static str) -> Vec<ObjectId> {
        let read = self.store.read(SPACE, move |snapshot| called(snapshot, word));
        self.runtime.block_on(read).unwrap().value
    }

    /// Keeps as many reader threads as there are.
    fn keep_readers(&self) -> Vec<Sender<()>> {
        (0..Options::default().readers).map(|_| self.keep_reader()).collect()
    }

    fn keep_reader(&self) -> Sender<()> {
        let (go_on, until) = channel::<()>();
        let (begin, begun) = channel();
        let store = Arc::clone(&self.store);
        self.runtime.spawn(async move { store.read(SPACE, hold(begin, until)).await.map(|_| ()) });
        begun.recv().unwrap();
        go_on
    }
}

fn page(number: u128, title: &str) -> Object {
    Object {
        id: ObjectId(Uuid::from_u128(number)),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties: [("title".into(), Value::Title(Some(title.to_owned())))].into(),
        blocks: [].into(),
        files: Vec::new(),
    }
}

fn hold(begin: Sender<()>, until: Receiver<()>) -> impl FnMut(&mut Snapshot<'_>) + Send + 'static {
    move |_| {
        begin.send(()).unwrap();
        let _ = until.recv();
    }
}

fn called(snapshot: &mut Snapshot<'_>, word: &str) -> Vec<ObjectId> {
    let terms = snapshot.terms(&Term::word(word).exactly(), None, 1000).unwrap();
    terms.into_iter().map(|(_, id)| id).collect()
}

#[test]
fn a_store_at_rest_answers_a_look_with_what_was_committed_before() {
    let bench = Bench::begin();
    for number in 1..=20 {
        let revision = bench.put(number, "salt");
        let answer = bench.look("salt").expect("nobody else is there");
        assert_eq!(answer.revision, revision);
        assert_eq!(answer.value, (1..=number).map(|number| ObjectId(Uuid::from_u128(number))).collect::<Vec<_>>());
    }
}

#[test]
fn who_would_have_to_wait_for_a_reader_does_not_look() {
    let bench = Bench::begin();
    bench.put(1, "salt");
    let kept = bench.keep_readers();
    assert!(bench.look("salt").is_none());
    for go_on in kept {
        go_on.send(()).unwrap();
    }
    // A reader that was let go has its connection for a moment longer.
    while bench.look("salt").is_none() {
        std::thread::yield_now();
    }
    let kept = bench.keep_reader();
    assert_eq!(bench.look("salt").expect("the other one is there").value.len(), 1);
    drop(kept);
}

#[test]
fn terms_that_would_take_long_to_take_up_are_left_to_a_reader() {
    let bench = Bench::begin();
    assert!(bench.look("salt").is_some());
    for number in 1..=70 {
        bench.put(number, "salt");
    }
    assert!(bench.look("salt").is_none(), "seventy rows of them");
    // The readers take turns: each takes up the terms when it is asked.
    while bench.look("salt").is_none() {
        assert_eq!(bench.read("salt").len(), 70);
    }
    let long = "water ".repeat(160).trim_end().to_owned();
    bench.put_all((100..160).map(|number| page(number, &format!("{long} {number}"))).collect());
    assert!(bench.look("salt").is_none(), "one row, but a long one");
}

#[test]
fn a_look_that_panics_leaves_nothing_behind() {
    let bench = Bench::begin();
    bench.put(1, "salt");
    for _ in 0..5 {
        assert!(bench.store.look(SPACE, |_| panic!("in a look")).is_none());
        assert_eq!(bench.read("salt").len(), 1);
    }
    bench.put(2, "salt");
    assert_eq!(bench.read("salt").len(), 2);
}
