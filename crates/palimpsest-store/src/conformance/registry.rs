//! Spaces and tokens.

use std::sync::Arc;

use palimpsest_model::{LogId, Revision, SpaceId, TokenId};
use uuid::Uuid;

use super::{Bench, NOON, block_on, object_id, page};
use crate::{AdminToken, Intent, Policy, Registry, Scope, Store, StoreError, TokenRecord};

pub(super) fn token(number: u8, space: SpaceId) -> TokenRecord {
    TokenRecord {
        id: TokenId(Uuid::from_u128(u128::from(number))),
        hash: [number; 32],
        name: format!("token {number}"),
        spaces: vec![space],
        scopes: vec![Scope::Read],
        created_at: NOON,
        expires_at: None,
        revoked_at: None,
        concurrency: Policy::default(),
        beta_only: false,
    }
}

pub(super) fn administer<T: Send + 'static>(
    store: &Arc<dyn Store>,
    decide: impl FnMut(&mut Registry<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<Result<T, StoreError>, StoreError> {
    block_on(store.administer(decide))
}

pub(super) fn put(store: &Arc<dyn Store>, token: TokenRecord) {
    administer(store, move |registry| registry.put_token(&token)).unwrap().unwrap();
}

/// A token is found by the hash of its secret from the moment its change is answered.
pub fn tokens_are_put_replaced_and_removed(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let first = token(1, bench.space);
    put(store, first.clone());
    assert_eq!(block_on(store.token(&[1; 32])).unwrap().as_deref(), Some(&first));
    let revoked = TokenRecord { revoked_at: Some(NOON), ..first };
    put(store, revoked.clone());
    assert_eq!(block_on(store.token(&[1; 32])).unwrap().as_deref(), Some(&revoked));
    let id = revoked.id;
    assert_eq!(administer(store, |registry| registry.tokens()).unwrap().unwrap(), [revoked]);
    administer(store, move |registry| registry.remove_token(id)).unwrap().unwrap();
    assert!(block_on(store.token(&[1; 32])).unwrap().is_none());
    assert!(block_on(store.token(&[2; 32])).unwrap().is_none());
}

/// A change of the registry that is refused or panics leaves nothing behind.
pub fn a_refused_or_panicking_change_of_the_registry_leaves_nothing(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let space = bench.space;
    put(store, token(1, space));
    let refused = block_on(store.administer(move |registry| {
        registry.put_token(&token(2, space)).unwrap();
        registry.remove_space(space).unwrap();
        Err::<(), _>("no")
    }));
    assert_eq!(refused.unwrap(), Err("no"));
    let panicked = block_on(store.administer(move |registry| -> Result<(), ()> {
        registry.put_token(&token(3, space)).unwrap();
        panic!("on purpose")
    }));
    assert!(matches!(panicked, Err(StoreError::Panicked(_))));
    assert_eq!(administer(store, |registry| registry.tokens()).unwrap().unwrap(), [token(1, space)]);
    assert!(block_on(store.token(&[2; 32])).unwrap().is_none());
    bench.put(&page(1, "the space still works"));
}

/// A removed space is gone with its objects and tokens; another with the same id begins anew.
pub fn a_removed_space_is_gone_with_its_tokens(store: &Arc<dyn Store>) {
    let (gone, stays) = (Bench::begin_as(store, 1), Bench::begin_as(store, 2));
    put(store, token(1, gone.space));
    put(store, token(2, stays.space));
    gone.put(&page(1, "gone"));
    stays.put(&page(1, "stays"));
    let space = gone.space;
    administer(store, move |registry| registry.remove_space(space)).unwrap().unwrap();
    assert!(block_on(store.token(&[1; 32])).unwrap().is_none());
    assert!(block_on(store.token(&[2; 32])).unwrap().is_some());
    assert!(matches!(block_on(store.read(space, |_| ())), Err(StoreError::NoSuchSpace)));
    assert!(store.current(space, None).is_none());
    let left = administer(store, |registry| registry.spaces()).unwrap().unwrap();
    assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [stays.space]);
    let anew = Bench::begin_as(store, 1);
    assert!(anew.found(object_id(1)).is_none());
    assert_eq!(stays.found(object_id(1)).unwrap().object.title(), "stays");
}

/// A token may open several spaces; one that ends leaves it the others, and takes it along when it was the last.
pub fn a_token_of_several_spaces_loses_one_with_it(store: &Arc<dyn Store>) {
    let (one, two) = (Bench::begin_as(store, 1), Bench::begin_as(store, 2));
    let (first, second) = (one.space, two.space);
    let both = TokenRecord { spaces: vec![second, first, second], ..token(1, first) };
    put(store, both.clone());
    put(store, token(2, second));
    let opens = |number: u8| block_on(store.token(&[number; 32])).unwrap().map(|token| token.spaces.clone());
    assert_eq!((opens(1), opens(2)), (Some(vec![second, first]), Some(vec![second])), "each once, in the order given");
    let remove = |space| administer(store, move |registry| registry.remove_space(space)).unwrap().unwrap();
    remove(second);
    assert_eq!((opens(1), opens(2)), (Some(vec![first]), None));
    let rest = TokenRecord { spaces: vec![first], beta_only: true, ..both };
    assert_eq!(administer(store, |registry| registry.tokens()).unwrap().unwrap(), [rest], "what it is for stays");
    let anew = Bench::begin_as(store, 2);
    assert_eq!(opens(1), Some(vec![first]), "another life of the space is not opened by what opened the one before");
    remove(first);
    assert_eq!(opens(1), None);
    anew.put(&page(1, "the other space still works"));
}

/// A token that names no space, or one that is not there, is not put.
pub fn a_token_without_a_space_is_refused(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    for spaces in [vec![], vec![super::space_id(99)], vec![bench.space, super::space_id(99)]] {
        let wrong = TokenRecord { spaces, ..token(1, bench.space) };
        let refused = administer(store, move |registry| registry.put_token(&wrong));
        assert!(matches!(refused, Ok(Err(StoreError::NoSuchSpace)) | Err(StoreError::NoSuchSpace)), "{refused:?}");
        assert!(administer(store, |registry| registry.tokens()).unwrap().unwrap().is_empty());
    }
}

fn admin_token(number: u8) -> AdminToken {
    AdminToken {
        id: TokenId(Uuid::from_u128(u128::from(number))),
        hash: [number; 32],
        name: format!("admin {number}"),
        created_at: NOON,
        expires_at: None,
        revoked_at: None,
    }
}

/// A token of the operator is none of a space, whatever its secret, and stays when spaces go.
pub fn tokens_of_the_operator_are_kept_apart(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let space = bench.space;
    put(store, token(1, space));
    let mine = admin_token(2);
    administer(store, move |registry| registry.put_admin_token(&mine)).unwrap().unwrap();
    let known = |number: u8| {
        let token = block_on(store.token(&[number; 32])).unwrap().is_some();
        (token, block_on(store.admin_token(&[number; 32])).unwrap().is_some())
    };
    assert_eq!([known(1), known(2), known(3)], [(true, false), (false, true), (false, false)]);
    let refused = block_on(store.administer(|registry| {
        registry.put_admin_token(&admin_token(3)).unwrap();
        Err::<(), _>("no")
    }));
    assert_eq!((refused.unwrap(), known(3)), (Err("no"), (false, false)));
    let revoked = AdminToken { revoked_at: Some(NOON), ..admin_token(2) };
    let put = revoked.clone();
    administer(store, move |registry| registry.put_admin_token(&put)).unwrap().unwrap();
    assert_eq!(block_on(store.admin_token(&[2; 32])).unwrap().as_deref(), Some(&revoked));
    administer(store, move |registry| registry.remove_space(space)).unwrap().unwrap();
    assert_eq!(administer(store, |registry| registry.admin_tokens()).unwrap().unwrap(), [revoked]);
}

/// A space begins once; the second beginning of an id is refused and changes nothing.
pub fn a_space_begins_once(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let space = bench.space;
    let again = Intent { begins: Some(LogId(99)), ..super::by("operator", space, NOON) };
    let refused = block_on(store.commit(again, |_| Ok::<_, StoreError>(())));
    assert!(matches!(refused, Err(StoreError::SpaceExists(id)) if id == space), "{refused:?}");
    assert_eq!((bench.head(), store.current(space, None).unwrap().space.log), (Revision(1), LogId(1)));
}

/// The policy of a space is its own, begins with the last write winning, and stays whatever is written; no revision tells of it.
pub fn a_policy_is_of_one_space_and_stays_whatever_is_written(store: &Arc<dyn Store>) {
    let (one, two) = (Bench::begin_as(store, 1), Bench::begin_as(store, 2));
    let (strict, space) = (Policy::RequireCondition, one.space);
    assert_eq!(policies(&one), [Policy::LastWriteWins; 3]);
    administer(store, move |registry| registry.put_policy(space, strict)).unwrap().unwrap();
    assert_eq!((policies(&one), policies(&two)), ([strict; 3], [Policy::LastWriteWins; 3]));
    assert_eq!((one.head(), one.log().len()), (palimpsest_model::Revision(1), 1));
    one.put(&page(1, "written"));
    let rename = |tx: &mut crate::Tx<'_>| {
        let space = tx.schema().space.value.clone();
        tx.put_space(palimpsest_model::Space { title: "renamed".to_owned(), ..space });
        Ok(())
    };
    one.commit(rename).unwrap().value.unwrap();
    put(store, token(1, space));
    assert_eq!(policies(&one), [strict; 3]);
    let refused = block_on(store.administer(move |registry| {
        registry.put_policy(space, Policy::LastWriteWins).unwrap();
        Err::<(), _>("no")
    }));
    assert_eq!((refused.unwrap(), policies(&one)), (Err("no"), [strict; 3]));
    let nowhere = administer(store, |registry| registry.put_policy(super::space_id(99), Policy::RequireCondition));
    assert!(matches!(nowhere, Ok(Err(StoreError::NoSuchSpace)) | Err(StoreError::NoSuchSpace)), "{nowhere:?}");
    administer(store, move |registry| registry.put_policy(space, Policy::LastWriteWins)).unwrap().unwrap();
    assert_eq!(policies(&one), [Policy::LastWriteWins; 3]);
    administer(store, move |registry| registry.put_policy(space, strict)).unwrap().unwrap();
    administer(store, move |registry| registry.remove_space(space)).unwrap().unwrap();
    assert_eq!(policies(&Bench::begin_as(store, 1)), [Policy::LastWriteWins; 3], "another life begins anew");
    let born = super::space_id(3);
    let intent = Intent { begins: Some(LogId(3)), ..super::by("operator", born, NOON) };
    let begin = move |tx: &mut crate::Tx<'_>| {
        let (title, icon, timezone) = ("strict".to_owned(), None, None);
        tx.put_space(palimpsest_model::Space { id: born, title, icon, timezone });
        tx.put_policy(strict);
        Ok::<_, StoreError>(())
    };
    block_on(store.commit(intent, begin)).unwrap().value.unwrap();
    assert_eq!(policies(&Bench { store, space: born }), [strict; 3], "a space may begin with one");
}

/// The policy of a space as a transaction, a snapshot and the registry see it.
fn policies(bench: &Bench<'_>) -> [Policy; 3] {
    let space = bench.space;
    let written = bench.commit(|tx| Ok(tx.row().policy)).unwrap().value.unwrap();
    let read = block_on(bench.store.read(space, |snapshot| snapshot.row())).unwrap().value.policy;
    let rows = administer(bench.store, |registry| registry.spaces()).unwrap().unwrap();
    [written, read, rows.iter().find(|row| row.id == space).unwrap().policy]
}
