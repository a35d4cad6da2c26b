//! Real threads.

use std::collections::BTreeSet;
use std::sync::Arc;

use palimpsest_model::{Number, Revision, Value};

use super::{Bench, NOON, block_on, by, object_id, page, put, space_id};
use crate::{Glimpse, Store, StoreError};

const WRITERS: u64 = 8;
const ROUNDS: u64 = 40;

/// Writers that read and increment one counter, and each its own, inside commits lose no increment; every commit has its own
/// revision, and readers beside them never see a head that falls.
pub fn writers_on_many_threads_lose_nothing(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&counter(0, 0));
    let space = bench.space;
    let revisions: BTreeSet<Revision> = std::thread::scope(|scope| {
        let writers: Vec<_> =
            (1..=WRITERS).map(|writer| scope.spawn(move || increment_all(store, space, writer))).collect();
        let readers: Vec<_> = (0..2).map(|_| scope.spawn(move || watch(store, space))).collect();
        let revisions = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
        readers.into_iter().for_each(|reader| reader.join().unwrap());
        revisions
    });
    let last = 2 + WRITERS * ROUNDS;
    assert_eq!(revisions, (3..=last).map(Revision).collect());
    assert_eq!(count(&bench, 0), (WRITERS * ROUNDS) as i64);
    assert!((1..=WRITERS).all(|writer| count(&bench, writer) == ROUNDS as i64));
}

fn increment_all(store: &Arc<dyn Store>, space: palimpsest_model::SpaceId, writer: u64) -> Vec<Revision> {
    let increment = |_| {
        let answer = block_on(store.commit(by("writer", space, NOON), move |tx| {
            for number in [0, writer] {
                let found = tx.object(object_id(u128::from(number))).map_err(|error| error.to_string())?;
                let value = found.map_or(0, |found| value_of(&found.object));
                put(tx, counter(number, value + 1))?;
            }
            Ok::<_, String>(())
        }));
        let answer = answer.unwrap();
        answer.value.unwrap();
        answer.revision
    };
    (0..ROUNDS).map(increment).collect()
}

fn watch(store: &Arc<dyn Store>, space: palimpsest_model::SpaceId) {
    let (mut last, mut count) = (Revision(0), 0);
    for _ in 0..200 {
        let answer = block_on(store.read(space, |snapshot| snapshot.row().revision)).unwrap();
        assert!(answer.revision >= last && answer.value == answer.revision);
        let current = store.current(space, None).map_or(answer.revision, |current| current.space.revision);
        assert!(current >= answer.revision, "what a snapshot saw is published");
        last = current;
        if let Some(answer) = store.look(space, |snapshot| snapshot.row().revision) {
            assert!(answer.revision >= last && answer.value == answer.revision);
            let current = store.current(space, None).map_or(answer.revision, |current| current.space.revision);
            assert!(current >= answer.revision, "what a short look saw is published");
        }
        // Every commit counts this object up by one.
        if let Some(Glimpse { row, found, .. }) = store.glance(space, object_id(0)) {
            assert!(row.revision >= last && found.revision <= row.revision);
            let now = value_of(&found.object);
            assert!(now >= count && now + 2 == row.revision.0 as i64, "{now} at {:?}", row.revision);
            (last, count) = (row.revision, now);
        }
    }
}

fn counter(number: u64, value: i64) -> palimpsest_model::Object {
    let mut object = page(u128::from(number), "counter");
    object.properties.insert("count".into(), Value::Number(Some(Number::from(value))));
    object
}

fn value_of(object: &palimpsest_model::Object) -> i64 {
    match object.properties.get("count") {
        Some(Value::Number(Some(number))) => number.to_string().parse().unwrap(),
        _ => 0,
    }
}

fn count(bench: &Bench<'_>, number: u64) -> i64 {
    value_of(&bench.found(object_id(u128::from(number))).unwrap().object)
}

/// After closing, commits and reads are answered as closed, and the store is not ready.
pub fn a_closed_store_says_so(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    assert!(store.is_ready());
    store.close();
    assert!(!store.is_ready());
    assert!(matches!(bench.commit(|_| Ok(())), Err(StoreError::Closed)));
    assert!(matches!(block_on(store.read(space_id(1), |_| ())), Err(StoreError::Closed)));
    assert!(store.glance(space_id(1), object_id(1)).is_none());
    assert!(store.look(space_id(1), |_| ()).is_none());
}
