//! Stored answers: with the effect or not at all.

use std::sync::Arc;

use palimpsest_model::{Revision, SpaceId, Structure, Timestamp, TokenId};
use uuid::Uuid;

use super::registry::{administer, put as put_token, token};
use super::{Bench, NOON, block_on, object_id, page, put};
use crate::{ANSWERS_KEPT, Actor, Answer, Intent, Store, StoreError, StoredAnswer, Tx};

type Outcome = Result<Answer<Result<Option<StoredAnswer>, String>>, StoreError>;

fn token_id(number: u128) -> TokenId {
    TokenId(Uuid::from_u128(number))
}

fn intent(token: u128, space: SpaceId, at: Timestamp) -> Intent {
    let actor = Actor { id: Some(token_id(token)), name: "tester".to_owned() };
    Intent { space, actor, at, begins: None }
}

/// Answers what is stored for a key; without that, does something and stores its answer.
fn once(
    key: &str,
    mut act: impl FnMut(&mut Tx<'_>) -> Result<(), String> + Send + 'static,
) -> impl FnMut(&mut Tx<'_>) -> Result<Option<StoredAnswer>, String> + Send + 'static {
    let key = key.to_owned();
    move |tx| {
        let stored = tx.stored_answer(&key).map_err(|error| error.to_string())?;
        if stored.is_none() {
            tx.store_answer(&key, [7; 32], format!("\"{key}\""));
            act(tx)?;
        }
        Ok(stored)
    }
}

impl Bench<'_> {
    fn once(
        &self,
        token: u128,
        at: Timestamp,
        key: &str,
        act: impl FnMut(&mut Tx<'_>) -> Result<(), String> + Send + 'static,
    ) -> Outcome {
        block_on(self.store.commit(intent(token, self.space, at), once(key, act)))
    }

    /// What is stored for a key.
    fn stored(&self, token: u128, key: &str) -> Option<StoredAnswer> {
        let key = key.to_owned();
        let look = move |tx: &mut Tx<'_>| tx.stored_answer(&key);
        let answer = block_on(self.store.commit(intent(token, self.space, NOON), look)).unwrap();
        assert!(!answer.changed);
        answer.value.unwrap()
    }
}

/// An answer is stored with its effect, under its token and key, at the revision of the effect.
pub fn an_answer_is_stored_with_its_effect(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let first = bench.once(1, NOON, "key", |tx| put(tx, page(1, "a"))).unwrap();
    assert_eq!((first.revision, first.changed, first.value), (Revision(2), true, Ok(None)));
    bench.put(&page(2, "between"));
    let again = bench.once(1, NOON, "key", |tx| put(tx, page(1, "b"))).unwrap();
    let expected = StoredAnswer {
        token: token_id(1),
        key: "key".to_owned(),
        space: bench.space,
        fingerprint: [7; 32],
        at: NOON,
        revision: Revision(2),
        body: "\"key\"".to_owned(),
    };
    assert_eq!((again.revision, again.changed, again.value), (Revision(3), false, Ok(Some(expected))));
    assert_eq!(bench.found(object_id(1)).unwrap().object.title(), "a");
    for (token, key) in [(2, "key"), (1, "Key"), (1, "key ")] {
        assert_eq!(bench.stored(token, key), None, "{token} {key}");
    }
}

/// What changes nothing stores its answer too, at the head it saw, and takes no revision; the head stays whole.
pub fn an_answer_without_an_effect_takes_no_revision(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&page(1, "same"));
    let later = Timestamp(NOON.0 + 5_000);
    let before = store.current(bench.space, None).map(|current| current.space);
    let answer = bench.once(1, later, "key", |tx| put(tx, page(1, "same"))).unwrap();
    assert_eq!((answer.revision, answer.changed), (Revision(2), false));
    let stored = bench.stored(1, "key").unwrap();
    assert_eq!((stored.revision, stored.at), (Revision(2), later));
    assert_eq!(store.current(bench.space, None).map(|current| current.space), before);
    assert_eq!((bench.head(), bench.log().len()), (Revision(2), 2));
    assert_eq!(bench.put(&page(1, "next")), Revision(3));
    assert_eq!(bench.log().last().unwrap().at, NOON, "time is that of the writes");
}

/// What is refused, and what panics, stores nothing; nor does the operator, who has no keys.
pub fn what_is_refused_stores_no_answer(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let refused = bench.once(1, NOON, "key", |_| Err("no".to_owned())).unwrap();
    assert_eq!((refused.value, refused.changed), (Err("no".to_owned()), false));
    let panicked = bench.once(1, NOON, "key", |_| panic!("on purpose"));
    assert!(matches!(panicked, Err(StoreError::Panicked(_))));
    assert_eq!(bench.stored(1, "key"), None);
    let operator = bench.commit(once("key", |tx| put(tx, page(1, "a")))).unwrap();
    assert_eq!(operator.value, Ok(None));
    assert_eq!(bench.commit(|tx| Ok(tx.stored_answer("key").unwrap())).unwrap().value, Ok(None));
}

/// Of many commits with one key, waiting at the same time, exactly one has an effect, and all others find its answer.
pub fn of_one_key_there_is_one_effect(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let ran = std::thread::scope(|threads| {
        let bench = &bench;
        let commit = |number| move || bench.once(1, NOON, "key", move |tx| put(tx, page(number, "once"))).unwrap();
        let running: Vec<_> = (0..16).map(|number| threads.spawn(commit(number))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(ran.iter().filter(|answer| answer.changed).count(), 1);
    let found: Vec<_> = ran.into_iter().filter_map(|answer| answer.value.unwrap()).collect();
    assert_eq!(found.len(), 15);
    assert!(found.iter().all(|stored| *stored == found[0] && stored.revision == Revision(2)));
    assert_eq!(bench.head(), Revision(2));
}

/// Answers are there for a day. After that each that is stored takes a few of them away, and of other spaces none.
pub fn answers_go_after_a_day(store: &Arc<dyn Store>) {
    let (bench, other) = (Bench::begin_as(store, 1), Bench::begin_as(store, 2));
    let keys: Vec<_> = (0..10).map(|number| format!("key {number}")).collect();
    for (number, key) in (0..).zip(&keys) {
        bench.once(1, Timestamp(NOON.0 + number), key, |_| Ok(())).unwrap();
        other.once(2, Timestamp(NOON.0 + number), key, |_| Ok(())).unwrap();
    }
    let kept = || keys.iter().filter(|key| bench.stored(1, key).is_some()).count();
    let store_at = |at: i64, key: &str| bench.once(1, Timestamp(at), key, |_| Ok(())).unwrap();
    store_at(NOON.0 + ANSWERS_KEPT, "after a day");
    assert_eq!(kept(), 10, "none of them is older than a day");
    store_at(NOON.0 + ANSWERS_KEPT + 1, "the first has expired");
    assert_eq!((kept(), bench.stored(1, &keys[0])), (9, None));
    let mut left = 9;
    for number in 0..9 {
        store_at(NOON.0 + 2 * ANSWERS_KEPT, &format!("two days later {number}"));
        assert!(kept() < left || left == 0, "each takes some away");
        assert!(left - kept() <= 4, "but only a few");
        left = kept();
    }
    assert_eq!(left, 0);
    assert!(keys.iter().all(|key| other.stored(2, key).is_some()));
    assert!(bench.stored(1, "two days later 0").is_some());
}

/// Answers that were given before a time are removed when that is asked for, of all spaces, so many at a time; no revision tells
/// of it.
pub fn expired_answers_are_removed_in_steps(store: &Arc<dyn Store>) {
    let benches = [Bench::begin_as(store, 1), Bench::begin_as(store, 2)];
    let key = |space: usize, number: i64| format!("{space} {number}");
    for (space, bench) in benches.iter().enumerate() {
        for number in 0..7 {
            bench.once(number as u128 % 2, Timestamp(NOON.0 + number), &key(space, number), |_| Ok(())).unwrap();
        }
    }
    let kept = |space: usize| -> Vec<i64> {
        let is_there = |number: &i64| benches[space].stored(*number as u128 % 2, &key(space, *number)).is_some();
        (0..7).filter(is_there).collect()
    };
    let expire = |before: i64, limit| {
        administer(store, move |registry| registry.expire_answers(Timestamp(NOON.0 + before), limit)).unwrap().unwrap()
    };
    assert_eq!((expire(0, 100), expire(5, 0)), (0, 0));
    assert_eq!((kept(0).len(), kept(1).len()), (7, 7), "none was given before");
    let refused = block_on(store.administer(|registry| {
        assert_eq!(registry.expire_answers(Timestamp(NOON.0 + 5), 100).unwrap(), 10);
        Err::<(), _>("no")
    }));
    assert_eq!((refused.unwrap(), kept(0).len(), kept(1).len()), (Err("no"), 7, 7));
    assert_eq!([expire(5, 4), expire(5, 4), expire(5, 4), expire(5, 4)], [4, 4, 2, 0]);
    assert_eq!((kept(0), kept(1)), (vec![5, 6], vec![5, 6]));
    assert!(benches.iter().all(|bench| bench.head() == Revision(1) && bench.log().len() == 1));
}

/// A token takes its answers with it, and a space those of all its tokens.
pub fn answers_go_with_their_token_and_their_space(store: &Arc<dyn Store>) {
    let (gone, stays) = (Bench::begin_as(store, 1), Bench::begin_as(store, 2));
    put_token(store, token(1, gone.space));
    for bench in [&gone, &stays] {
        for number in [1, 2] {
            let key = format!("{} {number}", bench.space);
            bench.once(number, NOON, &key, |_| Ok(())).unwrap();
        }
    }
    let (here, there) = (|number| format!("{} {number}", stays.space), |number| format!("{} {number}", gone.space));
    administer(store, |registry| registry.remove_token(token_id(1))).unwrap().unwrap();
    assert_eq!((stays.stored(1, &here(1)), stays.stored(1, &there(1))), (None, None));
    assert!(stays.stored(2, &here(2)).is_some() && stays.stored(2, &there(2)).is_some());
    let space = gone.space;
    let refused = block_on(store.administer(move |registry| {
        registry.remove_space(space).unwrap();
        Err::<(), _>("no")
    }));
    assert_eq!(refused.unwrap(), Err("no"));
    assert_eq!(stays.stored(2, &there(2)).unwrap().space, space, "it tells which space was written to");
    administer(store, move |registry| registry.remove_space(space)).unwrap().unwrap();
    assert_eq!(stays.stored(2, &there(2)), None);
    assert!(stays.stored(2, &here(2)).is_some());
}

/// A structure can be had as it stood at every revision since it was made.
pub fn a_structure_can_be_had_as_it_stood(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let schema = block_on(store.read(bench.space, |snapshot| Arc::clone(snapshot.schema()))).unwrap().value;
    let first = schema.structures[0].value.clone();
    let second = Structure { title: "Renamed".to_owned(), ..first.clone() };
    let renamed = second.clone();
    bench
        .commit(move |tx| {
            tx.put_structure(renamed.clone());
            Ok(())
        })
        .unwrap();
    let id = first.id;
    let at = |revision| {
        let look = move |tx: &mut crate::Tx<'_>| Ok(tx.structure_at(id, Revision(revision)).unwrap());
        bench.commit(look).unwrap().value.map(|found| found.map(|structure| structure.value))
    };
    assert_eq!([at(0), at(1), at(2)], [Ok(None), Ok(Some(first)), Ok(Some(second))]);
}
