//! Searches against a look at every object: random spaces, random queries, on each store, with little and with much effort.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use palimpsest_model::{
    BuiltIn, CollectionId, LogId, Object, ObjectId, Revision, Sections, Space, SpaceId, State, StructureId, Timestamp,
    Value, builtin_structures, parse_uuid, words,
};
use palimpsest_store::{Actor, ChangeKind, Found, Intent, List, MemoryStore, Snapshot, Store, StoreError, Tx};
use palimpsest_store_sqlite::{Options, SqliteStore};
use uuid::Uuid;

use super::find::{Effort, Hit};
use super::query::Class;
use super::{EFFORT, LITTLE, Search, look};

const SPACE: SpaceId = SpaceId(Uuid::from_u128(1));
const STRUCTURES: [BuiltIn; 4] = [BuiltIn::RootPage, BuiltIn::RootTag, BuiltIn::RootDailyNote, BuiltIn::UtilDate];
/// Words with much in common, so that every class has something.
const WORDS: [&str; 24] = [
    "a",
    "an",
    "Salt",
    "salted",
    "SALSA",
    "basalt",
    "Crème",
    "creme",
    "brûlée",
    "brulee",
    "burlee",
    "buffer",
    "buffers",
    "bufer",
    "buffering",
    "bufering",
    "rebuffering",
    "2024",
    "2025",
    "v2",
    "Straße",
    "strasse",
    "🎉",
    "überbuffern",
];
const LETTERS: [&str; 8] = ["a", "b", "e", "u", "r", "f", "s", "2"];

/// A store with an empty space.
struct Bench {
    store: Arc<dyn Store>,
    now: i64,
    /// Each object as it was put last, and the revision since which it is seen and called so.
    named: BTreeMap<ObjectId, (Object, State, Revision)>,
}

impl Bench {
    async fn over(store: Arc<dyn Store>) -> Self {
        let mut bench = Self { store, now: 0, named: BTreeMap::new() };
        let begin = |tx: &mut Tx<'_>| {
            tx.put_space(Space { id: SPACE, title: "Lab".to_owned(), icon: None, timezone: None });
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            Ok(())
        };
        _ = bench.commit(Some(LogId(1)), begin).await;
        bench
    }

    async fn commit(
        &mut self,
        begins: Option<LogId>,
        decide: impl FnMut(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Revision {
        self.now += 1;
        let intent = Intent { space: SPACE, actor: Actor::operator(), at: Timestamp(self.now), begins };
        let answer = self.store.commit(intent, decide).await.unwrap();
        answer.value.unwrap();
        answer.revision
    }

    async fn put(&mut self, objects: Vec<(Object, State)>) {
        let after: BTreeMap<_, _> =
            objects.iter().map(|(object, state)| (object.id, (object.clone(), *state))).collect();
        let put = move |tx: &mut Tx<'_>| {
            objects.iter().try_for_each(|(object, state)| tx.put(object.clone(), *state, ChangeKind::Updated))
        };
        let revision = self.commit(None, put).await;
        for (id, (object, state)) in after {
            let names = |object: &Object| (object.structure, object.properties.clone());
            let since = match self.named.get(&id) {
                Some((old, State::Live, since)) if state == State::Live && names(old) == names(&object) => *since,
                _ => revision,
            };
            self.named.insert(id, (object, state, since));
        }
    }

    /// An object as it was put last, but in another collection: called as before.
    fn moved(&self, number: usize, shelf: usize) -> Option<(Object, State)> {
        let (object, state, _) = self.named.get(&ObjectId(Uuid::from_u128(number as u128 + 1)))?;
        let collections = vec![CollectionId(Uuid::from_u128(shelf as u128))];
        Some((Object { collections, ..object.clone() }, *state))
    }

    async fn search(&self, ask: &Search, effort: Effort) -> (Option<Vec<Hit>>, usize) {
        let ask = ask.clone();
        let read = move |snapshot: &mut Snapshot<'_>| look(snapshot, &ask, effort);
        self.store.read(SPACE, read).await.unwrap().value.unwrap()
    }

    async fn all(&self) -> Vec<Found> {
        let list = |snapshot: &mut Snapshot<'_>| {
            let head = snapshot.row().revision;
            snapshot.list_at(List::All, head, None, usize::MAX / 2)
        };
        self.store.read(SPACE, list).await.unwrap().value.unwrap()
    }
}

fn object(number: usize, structure: BuiltIn, title: &str, aliases: &[String]) -> Object {
    let aliases = Value::Aliases(aliases.to_vec());
    Object {
        id: ObjectId(Uuid::from_u128(number as u128 + 1)),
        structure: StructureId::BuiltIn(structure),
        collections: Vec::new(),
        properties: [("title".into(), Value::Title(Some(title.to_owned()))), ("aliases".into(), aliases)].into(),
        blocks: Sections::default(),
        files: Vec::new(),
    }
}

/// The definition, over every object. The words of a name are those of [`words`]; none is long here.
fn by_looking_at_everything(bench: &Bench, all: &[Found], ask: &Search) -> Vec<Hit> {
    let query = words(&ask.query);
    let mut hits = Vec::new();
    for found in all {
        let Object { id, structure, properties, .. } = &*found.object;
        let wanted = ask.structures.as_ref().is_none_or(|structures| structures.contains(structure));
        if query.is_empty() || !wanted || *structure == StructureId::BuiltIn(BuiltIn::UtilDate) {
            continue;
        }
        let title = found.object.title().to_owned();
        let mut names = vec![words(&title)];
        if *structure == StructureId::BuiltIn(BuiltIn::RootDailyNote) {
            names.push(words(&title[..10]));
        }
        if let Some(Value::Aliases(aliases)) = properties.get("aliases") {
            names.extend(aliases.iter().map(|alias| words(alias)));
        }
        if let Some(class) = class(&query, &names) {
            let (_, _, named) = bench.named[id];
            hits.push(Hit { class, named: Reverse(named), id: *id, structure: *structure, title });
        }
    }
    hits.sort();
    hits.truncate(ask.limit);
    hits
}

fn class(query: &[String], names: &[Vec<String>]) -> Option<Class> {
    let joined = query.join(" ");
    let all = |answers: &dyn Fn(&str, &str) -> bool| {
        query.iter().all(|asked| names.iter().flatten().any(|word| answers(asked, word)))
    };
    let count = |word: &str| word.chars().count();
    let inside = |asked: &str, word: &str| word.starts_with(asked) || (count(asked) > 2 && word.contains(asked));
    let near = |asked: &str, word: &str| {
        let most = match count(asked) {
            _ if asked.contains(char::is_numeric) => 0,
            0..=4 => 0,
            5..=8 => 1,
            _ => 2,
        };
        most > 0 && strsim::osa_distance(asked, word) <= most
    };
    if names.iter().any(|name| name.join(" ") == joined) {
        Some(Class::Exact)
    } else if names.iter().any(|name| name.join(" ").starts_with(&joined)) {
        Some(Class::Prefix)
    } else if all(&|asked, word| word.starts_with(asked)) {
        Some(Class::WordPrefix)
    } else if all(&inside) {
        Some(Class::Inside)
    } else if all(&|asked, word| inside(asked, word) || near(asked, word)) {
        Some(Class::Typo)
    } else {
        None
    }
}

/// Numbers that repeat from run to run (SplitMix64).
struct Dice(u64);

impl Dice {
    #[expect(clippy::cast_possible_truncation, reason = "the remainder is smaller than a usize")]
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % count as u64) as usize
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    fn name(&mut self) -> String {
        let count = 1 + self.below(3);
        (0..count).map(|_| self.pick(&WORDS)).collect::<Vec<_>>().join([" ", ": ", "-"][self.below(3)])
    }

    fn change(&mut self, objects: usize) -> (Object, State) {
        let number = self.below(objects);
        let structure = STRUCTURES[number % STRUCTURES.len()];
        let day = format!("2026-11-{:02}T00:00:00.000Z", 1 + number % 28);
        let title = if structure == BuiltIn::RootDailyNote { day } else { self.name() };
        let aliases: Vec<_> = (0..self.below(3)).map(|_| self.name()).collect();
        let state = match self.below(8) {
            0 => State::Trashed,
            1 if self.below(4) == 0 => State::Deleted,
            _ => State::Live,
        };
        (object(number, structure, &title, &aliases), state)
    }

    /// A name, or a piece of one, or one with an error in it.
    fn query(&mut self) -> String {
        let name: Vec<char> = self.name().chars().collect();
        let (from, to) = (self.below(name.len()), self.below(name.len() + 1));
        let mut query = match self.below(6) {
            0 => vec![],
            1 => name[..to].to_vec(),
            2 => name[from.min(to)..].to_vec(),
            _ => name,
        };
        for _ in 0..self.below(3) {
            if query.is_empty() {
                break;
            }
            let at = self.below(query.len());
            match self.below(4) {
                0 => drop(query.remove(at)),
                1 => query.insert(at, 'x'),
                2 => query[at] = 'e',
                _ => query.swap(at, at / 2),
            }
        }
        match self.below(8) {
            0 => self.pick(&LETTERS).to_owned(),
            1 => format!("2026-11-{:02}", 1 + self.below(28)),
            _ => query.iter().collect(),
        }
    }

    fn search(&mut self) -> Search {
        let ids = || STRUCTURES.iter().map(|word| StructureId::BuiltIn(*word));
        let structures = match self.below(4) {
            0 => Some(ids().skip(self.below(4)).take(2).collect()),
            1 => Some(vec![StructureId::Custom(parse_uuid("11111111-1111-4111-8111-111111111111").unwrap())]),
            _ => None,
        };
        let structures = structures.filter(|_| self.below(2) == 0);
        Search { query: self.query(), structures, limit: 1 + self.below(12) }
    }
}

async fn compare(store: Arc<dyn Store>, seed: u64, rounds: usize) {
    let mut dice = Dice(seed);
    let mut bench = Bench::over(store).await;
    let (mut classes, mut soon) = (BTreeMap::new(), BTreeMap::new());
    for round in 0..rounds {
        let objects = 10 + round * 12;
        let mut changes: Vec<_> = (0..objects / 2).map(|_| dice.change(objects)).collect();
        // As many keep their names.
        let moved: Vec<_> = (0..objects / 2).filter_map(|_| bench.moved(dice.below(objects), dice.below(9))).collect();
        for change in moved {
            changes.insert(dice.below(changes.len() + 1), change);
        }
        for some in changes.chunks(3) {
            // Of two changes of one object in one commit the later counts.
            bench.put(some.to_vec()).await;
        }
        let all = bench.all().await;
        for _ in 0..60 {
            let ask = dice.search();
            let expected = by_looking_at_everything(&bench, &all, &ask);
            for hit in &expected {
                *classes.entry(hit.class).or_insert(0) += 1;
            }
            for (first, growth) in [(1, 2), (7, 3), (EFFORT.first, 4)] {
                let effort = Effort { first, growth: Some(growth), ..EFFORT };
                let (found, _) = bench.search(&ask, effort).await;
                assert_eq!(found.as_ref(), Some(&expected), "seed {seed}, round {round}: {ask:?} with {effort:?}");
            }
            for (first, growth, most) in [(1, None, 30), (7, None, 300), (7, Some(2), 100), (32, None, 512)] {
                let effort = Effort { first, growth, most };
                let (found, rows) = bench.search(&ask, effort).await;
                // Who was led to is judged in each class, whatever was read before.
                let beyond = Class::ALL.len() * first + 10;
                assert!(growth.is_some() || rows <= most + beyond, "{ask:?} reads {rows} rows with {effort:?}");
                let Some(found) = found else { continue };
                *soon.entry(most).or_insert(0) += 1;
                assert_eq!(found, expected, "seed {seed}, round {round}: {ask:?} soon, with {effort:?}");
            }
        }
    }
    assert!(soon.len() == 4 && soon.values().all(|count| *count > 20), "{soon:?}");
    assert!(classes.len() == Class::ALL.len() && classes.values().all(|count| *count > 10), "{classes:?}");
}

/// How many spaces of how many rounds.
fn length() -> (u64, usize) {
    if std::env::var_os("PALIMPSEST_TEST_LONG").is_some() { (30, 20) } else { (4, 8) }
}

#[tokio::test]
async fn a_search_finds_what_a_look_at_everything_finds_in_memory() {
    for seed in 0..length().0 {
        compare(Arc::new(MemoryStore::new()), seed, length().1).await;
    }
}

#[tokio::test]
async fn a_search_finds_what_a_look_at_everything_finds_in_sqlite() {
    for seed in 100..100 + length().0 / 2 {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path(), &Options::default()).unwrap();
        compare(Arc::new(store), seed, length().1).await;
    }
}

/// Many objects: all have one word in common, few another, and each one of its own.
async fn crowd(count: usize) -> Bench {
    let mut bench = Bench::over(Arc::new(MemoryStore::new())).await;
    let title = |number: usize| {
        let rare = if number % (count / 4) == 7 { "Zymurgy" } else { "Notes" };
        format!("{rare} meeting item{number}")
    };
    let numbers: Vec<_> = (0..count).collect();
    for some in numbers.chunks(500) {
        let objects = some.iter().map(|number| (object(*number, BuiltIn::RootPage, &title(*number), &[]), State::Live));
        bench.put(objects.collect()).await;
    }
    bench
}

#[tokio::test]
async fn a_search_reads_no_more_rows_when_there_are_ten_times_as_many_objects() {
    let (small, large) = (crowd(2_000).await, crowd(20_000).await);
    for (query, found, most) in [
        ("meeting", 20, 1_500),
        ("m", 20, 1_500),
        ("mee", 20, 1_500),
        ("eet", 20, 1_500),
        ("meetign", 20, 1_500),
        ("notes mee", 20, 1_500),
        ("zymurgy", 4, 500),
        ("zymurgi", 4, 500),
        ("zymurgy meeting", 4, 1_500),
        ("item1", 20, 1_500),
        ("nowhere", 0, 500),
    ] {
        for bench in [&small, &large] {
            let ask = Search { query: query.to_owned(), structures: None, limit: 20 };
            let (hits, rows) = bench.search(&ask, EFFORT).await;
            let hits = hits.unwrap();
            assert_eq!(hits.len(), found, "{query}");
            assert!(rows <= most, "{query} reads {rows} rows");
            let (soon, rows) = bench.search(&ask, LITTLE).await;
            assert_eq!(soon.as_ref(), Some(&hits), "{query}");
            assert!(rows <= 200, "{query} reads {rows} rows on the thread that asks");
            assert!(hits.iter().all(|hit| hit.named.0 > Revision(1)), "{query}");
        }
    }
}
