//! The terms of titles are those of the objects there are, wherever they are on their way into their table.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use palimpsest_model::{
    BuiltIn, LogId, Object, ObjectId, Sections, Space, SpaceId, State, StructureId, Timestamp, Value,
    builtin_structures,
};
use palimpsest_store::{
    Actor, ChangeKind, Intent, NO_OBJECT, Snapshot, Store, StoreError, Term, TermRange, Tx, name_words,
};
use palimpsest_store_sqlite::{Options, SqliteStore, restore};
use rusqlite::Connection;
use tokio::runtime::Runtime;
use uuid::Uuid;

const SPACES: [SpaceId; 2] = [SpaceId(Uuid::from_u128(1)), SpaceId(Uuid::from_u128(2))];
const WORDS: [&str; 9] = ["salt", "salted", "salsa", "water", "wasser", "eau", "Äpfel", "go", "saltwater"];

type Entries = BTreeSet<(Term, ObjectId)>;

struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) % end
    }

    fn title(&mut self) -> String {
        let words = (0..self.below(4)).map(|_| WORDS[usize::try_from(self.below(9)).unwrap()]);
        words.collect::<Vec<_>>().join(" ")
    }
}

/// What is called how in each space that there is.
type Model = BTreeMap<SpaceId, BTreeMap<ObjectId, String>>;

/// The terms of a space, made of the titles.
fn terms_of(titles: &BTreeMap<ObjectId, String>) -> Entries {
    let mut terms = Entries::new();
    for (id, title) in titles {
        for word in name_words(title) {
            let letters: Vec<char> = word.chars().collect();
            let insides = letters.windows(3).map(|three| Term::inside(&three.iter().collect::<String>(), &word));
            terms.extend(insides.map(|inside| (inside, NO_OBJECT)));
            terms.extend([(Term::tail(&word), NO_OBJECT), (Term::word(&word), *id), (Term::whole(title), *id)]);
        }
    }
    terms
}

/// The terms of a snapshot, read in pages.
fn read_terms(snapshot: &mut Snapshot<'_>, page: usize) -> Result<Entries, StoreError> {
    let everything = TermRange { from: Vec::new(), to: vec![0xff] };
    let mut all: Vec<(Term, ObjectId)> = Vec::new();
    loop {
        let next = snapshot.terms(&everything, all.last(), page)?;
        if next.is_empty() {
            assert!(all.is_sorted_by(|one, other| one < other), "in order, and each once");
            return Ok(all.into_iter().collect());
        }
        all.extend(next);
    }
}

/// A snapshot that somebody holds, who looks when told to.
struct Held {
    space: SpaceId,
    expected: Entries,
    tell: Sender<()>,
    looks: Receiver<Entries>,
    thread: JoinHandle<()>,
}

struct Bench {
    sqlite: Arc<SqliteStore>,
    runtime: Runtime,
    options: Options,
}

impl Bench {
    fn open(folder: &Path, fresh_terms: usize) -> Self {
        let options = Options { fresh_terms, readers: 3, ..Options::default() };
        let sqlite = Arc::new(SqliteStore::open(folder, &options).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        Self { sqlite, runtime, options }
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.sqlite) as _
    }

    fn try_commit(
        &self,
        space: SpaceId,
        begins: bool,
        put: impl FnMut(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let begins = begins.then_some(LogId(7));
        let intent = Intent { space, actor: Actor::operator(), at: Timestamp(1_795_000_000_000), begins };
        self.runtime.block_on(self.store().commit(intent, put))?.value
    }

    fn begin(&self, space: SpaceId) {
        let put = move |tx: &mut Tx<'_>| {
            tx.put_space(Space { id: space, title: "kept".to_owned(), icon: None, timezone: None });
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            Ok(())
        };
        self.try_commit(space, true, put).unwrap();
    }

    fn administer<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut palimpsest_store::Registry<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.runtime.block_on(self.store().administer(job)).unwrap()
    }

    fn look<T: Send + 'static>(
        &self,
        space: SpaceId,
        look: impl FnMut(&mut Snapshot<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.runtime.block_on(self.store().read(space, look)).unwrap().value.unwrap()
    }

    /// Holds a snapshot: it looks whenever it is told to, and then no more when nobody tells it anything.
    fn hold(&self, space: SpaceId, expected: Entries) -> Held {
        let (tell, told) = channel::<()>();
        let (seen, looks) = channel();
        let (ready, is_ready) = channel();
        let read = self.store();
        let runtime = self.runtime.handle().clone();
        let look = move |snapshot: &mut Snapshot<'_>| {
            ready.send(()).unwrap();
            while told.recv().is_ok() {
                seen.send(read_terms(snapshot, 7)?).unwrap();
            }
            Ok::<_, StoreError>(())
        };
        let thread = std::thread::spawn(move || runtime.block_on(read.read(space, look)).unwrap().value.unwrap());
        is_ready.recv().unwrap();
        Held { space, expected, tell, looks, thread }
    }

    /// Everything is what the titles say, also what verify says of it.
    fn check(&self, model: &Model, what: &str) {
        for (space, titles) in model {
            for page in [1, 1000] {
                let found = self.look(*space, move |snapshot| read_terms(snapshot, page));
                assert_eq!(found, terms_of(titles), "{what}");
            }
        }
        let verified = self.sqlite.verify().unwrap();
        assert!(verified.is_sound(), "{what}: {:?}", verified.findings);
    }
}

impl Held {
    fn look(&self, what: &str) {
        self.tell.send(()).unwrap();
        assert_eq!(self.looks.recv().unwrap(), self.expected, "{what}: a snapshot of {}", self.space);
    }

    fn end(self) {
        drop(self.tell);
        self.thread.join().unwrap();
    }
}

fn page(id: ObjectId, title: &str) -> Object {
    Object {
        id,
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties: [("title".into(), Value::Title(Some(title.to_owned())))].into(),
        blocks: Sections::default(),
        files: Vec::new(),
    }
}

/// Some puts, as a commit of a space, and the titles that there are then.
fn write(
    draw: &mut Draw,
    titles: &mut BTreeMap<ObjectId, String>,
) -> impl FnMut(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static {
    let puts: Vec<_> = (0..=draw.below(6))
        .map(|_| {
            let id = ObjectId(Uuid::from_u128(u128::from(draw.below(25)) << 64 | 5));
            (page(id, &draw.title()), if draw.below(5) == 0 { State::Trashed } else { State::Live })
        })
        .collect();
    for (object, state) in &puts {
        match state {
            State::Live => titles.insert(object.id, object.title().to_owned()),
            _ => titles.remove(&object.id),
        };
    }
    move |tx| puts.iter().try_for_each(|(object, state)| tx.put(object.clone(), *state, ChangeKind::Updated))
}

/// How many changes are not in their table.
fn waiting(folder: &Path) -> i64 {
    let file = Connection::open(folder.join("palimpsest.db")).unwrap();
    file.query_row("SELECT coalesce(sum(length(body)), 0) FROM fresh_terms", [], |row| row.get(0)).unwrap()
}

/// The files as a crash would leave them, opened elsewhere.
fn crashed(folder: &Path, to: &Path) {
    for file in ["palimpsest.db", "palimpsest.db-wal"] {
        std::fs::copy(folder.join(file), to.join(file)).unwrap();
    }
}

#[test]
fn terms_are_those_of_the_titles_whatever_happens() {
    let mut slices = 0;
    for (seed, fresh_terms) in [(1, 0), (2, 1), (3, 20), (4, 60), (5, 200), (6, 60), (7, usize::MAX)] {
        let folder = tempfile::tempdir().unwrap();
        let mut draw = Draw(seed);
        let mut bench = Bench::open(folder.path(), fresh_terms);
        let mut model = Model::new();
        SPACES.iter().for_each(|space| {
            bench.begin(*space);
            model.insert(*space, BTreeMap::new());
        });
        let mut held: Vec<Held> = Vec::new();
        for round in 0..120 {
            let what = format!("{fresh_terms} fresh terms, seed {seed}, round {round}");
            let before = waiting(folder.path());
            let space = SPACES[usize::try_from(draw.below(3)).unwrap() % 2];
            let put = write(&mut draw, model.get_mut(&space).unwrap());
            bench.try_commit(space, false, put).unwrap();
            slices += usize::from(waiting(folder.path()) < before);
            held.iter().filter(|_| round % 4 == 0).for_each(|held| held.look(&what));
            match draw.below(24) {
                0..4 => {
                    // One of the readers looks at what is there now.
                    if held.len() == 2 {
                        held.remove(0).end();
                    }
                    held.push(bench.hold(space, terms_of(&model[&space])));
                }
                4..8 => {
                    let titles = terms_of(&model[&space]);
                    let found = bench.look(space, |snapshot| read_terms(snapshot, 3));
                    assert_eq!(found, titles, "{what}");
                }
                8 => {
                    held.drain(..).for_each(Held::end);
                    drop(bench);
                    bench = Bench::open(folder.path(), [fresh_terms, 20][usize::from(draw.below(2) == 0)]);
                    bench.check(&model, &what);
                }
                9 => {
                    let elsewhere = tempfile::tempdir().unwrap();
                    crashed(folder.path(), elsewhere.path());
                    let other = Bench::open(elsewhere.path(), fresh_terms);
                    other.check(&model, &what);
                    let mut model = model.clone();
                    for _ in 0..5 {
                        let put = write(&mut draw, model.get_mut(&space).unwrap());
                        other.try_commit(space, false, put).unwrap();
                    }
                    other.check(&model, &what);
                }
                10 => {
                    let elsewhere = tempfile::tempdir().unwrap();
                    let backup = elsewhere.path().join("backup");
                    bench.sqlite.backup(&backup, |_| Ok::<_, palimpsest_store_sqlite::BackupError>(())).unwrap();
                    let folder = elsewhere.path().join("restored");
                    let filled = |_| Ok::<_, palimpsest_store_sqlite::BackupError>(());
                    restore(&folder, &backup, || LogId(8), filled).unwrap();
                    Bench::open(&folder, fresh_terms).check(&model, &what);
                }
                11 => {
                    // The number of its row is given again.
                    let gone = SPACES[1];
                    bench.administer(move |registry| registry.remove_space(gone)).unwrap();
                    held.iter().for_each(|held| held.look(&what));
                    bench.begin(gone);
                    model.insert(gone, BTreeMap::new());
                    bench.check(&model, &what);
                }
                12 => {
                    // What is taken back with a part of a group is there again.
                    let gone = space;
                    let refused = bench.administer(move |registry| {
                        registry.remove_space(gone)?;
                        Err::<(), _>(StoreError::Closed)
                    });
                    assert!(refused.is_err(), "{what}");
                    bench.check(&model, &what);
                }
                13 => {
                    let row = bench.look(space, |snapshot| Ok(snapshot.row()));
                    let compact = bench.administer(move |registry| registry.compact(space, row.revision, 10_000));
                    assert!(compact.unwrap(), "{what}");
                    if row.revision > row.oldest {
                        assert_eq!(waiting(folder.path()), 0, "nothing of the past is left: {what}");
                    }
                }
                _ => {}
            }
        }
        held.iter().for_each(|held| held.look("at the end"));
        held.drain(..).for_each(Held::end);
        bench.check(&model, &format!("{} fresh terms, seed {seed}", bench.options.fresh_terms));
    }
    assert!(slices > 50, "changes come into their table now and then: {slices}");
}

/// A part of a group that is taken back takes nothing of the others with it.
#[test]
fn what_others_of_a_group_did_stays() {
    for fresh_terms in [0, usize::MAX] {
        let folder = tempfile::tempdir().unwrap();
        let bench = Bench::open(folder.path(), fresh_terms);
        bench.begin(SPACES[0]);
        let (mut draw, mut titles) = (Draw(4), BTreeMap::new());
        let intent = || Intent { space: SPACES[0], actor: Actor::operator(), at: Timestamp(5), begins: None };
        for round in 0..20 {
            let (go, told) = channel::<()>();
            let store = bench.store();
            // As long as it waits, what comes after it is in one group.
            let first = store.commit(intent(), move |_| told.recv().map_err(|_| StoreError::Closed));
            let second = store.commit(intent(), write(&mut draw, &mut titles));
            let refused = store.administer(move |registry| {
                registry.remove_space(SPACES[0])?;
                Err::<(), _>(StoreError::Closed)
            });
            let third = store.commit(intent(), write(&mut draw, &mut titles));
            let done = bench.runtime.block_on(async {
                let go = async { go.send(()).unwrap() };
                tokio::join!(biased; first, second, refused, third, go)
            });
            assert!(done.0.unwrap().value.is_ok() && done.1.unwrap().value.is_ok() && done.3.unwrap().value.is_ok());
            assert!(done.2.unwrap().is_err());
            bench.check(&[(SPACES[0], titles.clone())].into(), &format!("round {round}"));
        }
    }
}

/// With few changes that wait, what is left of them is bounded, whatever is written.
#[test]
fn not_many_changes_wait() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path(), 300);
    bench.begin(SPACES[0]);
    let (mut draw, mut titles) = (Draw(9), BTreeMap::new());
    let mut most = 0;
    for _ in 0..600 {
        bench.try_commit(SPACES[0], false, write(&mut draw, &mut titles)).unwrap();
        most = most.max(waiting(folder.path()));
    }
    assert!((3_000..60_000).contains(&most), "{most} bytes");
    bench.check(&[(SPACES[0], titles)].into(), "at the end");
}

/// A group that is lost in the midst leaves nothing behind, neither where it is written nor in memory.
#[cfg(feature = "faults")]
#[test]
fn what_is_rolled_back_is_forgotten() {
    use std::sync::atomic::Ordering;
    for fresh_terms in [0, 10, 60, 1000] {
        let folder = tempfile::tempdir().unwrap();
        let bench = Bench::open(folder.path(), fresh_terms);
        bench.begin(SPACES[0]);
        let faults = Arc::clone(&bench.options.faults);
        let (mut draw, mut model) = (Draw(3), Model::from([(SPACES[0], BTreeMap::new())]));
        for round in 0..80 {
            let titles = model.get_mut(&SPACES[0]).unwrap();
            let before = titles.clone();
            let fault = [&faults.lose_transaction, &faults.fail_commit, &faults.fail_sync][round % 3];
            let is_lost = draw.below(3) == 0;
            fault.store(is_lost, Ordering::SeqCst);
            let put = write(&mut draw, titles);
            if bench.try_commit(SPACES[0], false, put).is_err() {
                titles.clone_from(&before);
            }
            fault.store(false, Ordering::SeqCst);
            let found = loop {
                // A store that opens its file anew refuses for a moment.
                let read = bench.store();
                let look = read.read(SPACES[0], |snapshot: &mut Snapshot<'_>| read_terms(snapshot, 9));
                if let Ok(found) = bench.runtime.block_on(look) {
                    break found.value.unwrap();
                }
            };
            assert_eq!(found, terms_of(&model[&SPACES[0]]), "{fresh_terms} fresh terms, round {round}");
        }
        bench.check(&model, "at the end");
    }
}
