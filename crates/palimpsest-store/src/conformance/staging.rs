//! Versions shown for a while within a transaction.

use std::sync::Arc;

use palimpsest_model::{Object, Revision, State};

use super::{Bench, object_id, page, put};
use crate::{ChangeKind, Store, StoreError, Tx};

fn told(error: StoreError) -> String {
    error.to_string()
}

/// A page with two versions, at revisions 2 and 3.
fn begin(store: &Arc<dyn Store>) -> Bench<'_> {
    let bench = Bench::begin(store);
    bench.put(&page(1, "first"));
    bench.put(&page(1, "second"));
    bench
}

fn stage_first(tx: &mut Tx<'_>) -> Result<(), String> {
    let first = tx.object_at(object_id(1), Revision(2)).map_err(told)?.unwrap();
    tx.stage(first).map_err(told)
}

/// The title that a transaction sees, and the version it belongs to.
fn seen(tx: &mut Tx<'_>) -> Result<(String, Revision), String> {
    let found = tx.object(object_id(1)).map_err(told)?.unwrap();
    Ok((found.object.title().to_owned(), found.revision))
}

fn titled(title: &str, revision: u64) -> (String, Revision) {
    (title.to_owned(), Revision(revision))
}

/// What is put on a version that is shown for a while is handed out and changes nothing.
pub fn what_is_put_on_a_staged_version_is_handed_out_and_changes_nothing(store: &Arc<dyn Store>) {
    let bench = begin(store);
    let answer = bench.commit(|tx| {
        stage_first(tx)?;
        let staged = seen(tx)?;
        put(tx, page(1, "on top"))?;
        let changed = seen(tx)?;
        let (object, state, _) = tx.unstage(object_id(1)).unwrap();
        let before = tx.before(object_id(1)).map_err(told)?.unwrap();
        Ok((
            staged,
            changed,
            (*object).clone(),
            state,
            seen(tx)?,
            before.revision,
            tx.called("on top").map_err(told)?.len(),
        ))
    });
    let answer = answer.unwrap();
    let (staged, changed, put, state, after, before, called): (_, _, Object, _, _, _, _) = answer.value.unwrap();
    assert_eq!((staged, changed), (titled("first", 2), titled("on top", 4)));
    assert_eq!((put, state), (page(1, "on top"), State::Live));
    assert_eq!((after, before, called), (titled("second", 3), Revision(3), 0));
    assert_eq!((answer.revision, answer.changed), (Revision(3), false));
}

/// What was put before a version is shown for a while is there again afterwards, whatever was put meanwhile.
pub fn what_was_put_before_staging_is_there_after_it(store: &Arc<dyn Store>) {
    for (number, meanwhile) in [None, Some("first"), Some("on top")].into_iter().enumerate() {
        let bench = Bench::begin_as(store, number as u128 + 10);
        bench.put(&page(1, "first"));
        bench.put(&page(1, "second"));
        let answer = bench.commit(move |tx| {
            put(tx, page(1, "third"))?;
            stage_first(tx)?;
            if let Some(title) = meanwhile {
                put(tx, page(1, title))?;
            }
            let put = tx.unstage(object_id(1)).map(|(object, ..)| object.title().to_owned());
            Ok((put, seen(tx)?, tx.called("third").map_err(told)?.len()))
        });
        let answer = answer.unwrap();
        let expected = meanwhile.filter(|title| *title != "first").map(str::to_owned);
        assert_eq!(answer.value.unwrap(), (expected, titled("third", 4), 1), "{meanwhile:?}");
        assert!(answer.changed);
        assert_eq!(bench.found(object_id(1)).unwrap().object.title(), "third");
    }
}

/// What is put on other objects while a version is shown stays, and so does what is made of what was handed out.
pub fn staging_holds_one_object_only(store: &Arc<dyn Store>) {
    let bench = begin(store);
    let answer = bench.commit(|tx| {
        stage_first(tx)?;
        put(tx, page(1, "on top"))?;
        put(tx, page(2, "made meanwhile"))?;
        let (object, state, kind) = tx.unstage(object_id(1)).unwrap();
        assert_eq!(kind, ChangeKind::Updated);
        tx.put((*object).clone(), state, kind).map_err(told)
    });
    assert_eq!(answer.unwrap().revision, Revision(4));
    assert_eq!(bench.found(object_id(1)).unwrap().object.title(), "on top");
    assert_eq!(bench.found(object_id(2)).unwrap().object.title(), "made meanwhile");
    let second = bench.commit(|tx| tx.object_at(object_id(1), Revision(3)).map_err(told));
    assert_eq!(
        second.unwrap().value.unwrap().unwrap().object.title(),
        "second",
        "the way back leads to what was there"
    );
    let paths = bench.log().pop().unwrap().objects.into_iter().find(|change| change.id == object_id(1)).unwrap().paths;
    assert!(paths.contains(&"properties.title".to_owned()), "{paths:?}");
}
