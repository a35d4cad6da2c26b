//! Webhooks: cursors beside the log.

use std::sync::Arc;

use palimpsest_model::{LogId, Revision, SpaceId, TokenId, WebhookId};
use uuid::Uuid;

use super::registry::{administer, put, token};
use super::{Bench, NOON, block_on, object_id, page};
use crate::{ChangeKind, Delivery, Lease, SigningSecret, Store, StoreError, Webhook};

fn id(number: u128) -> WebhookId {
    WebhookId(Uuid::from_u128(0xca11 << 64 | number))
}

fn webhook(number: u128, space: SpaceId, token: u8) -> Webhook {
    Webhook {
        id: id(number),
        space,
        token: TokenId(Uuid::from_u128(u128::from(token))),
        created_at: NOON,
        url: format!("https://example.org/{number}"),
        structures: None,
        kinds: None,
        include_objects: false,
        secret: SigningSecret(vec![7; 32]),
        log: LogId(u64::MAX),
        cursor: Revision(1),
        paused: None,
        failures: 0,
        failing_since: None,
        next_attempt: None,
        last_error: None,
        last_error_at: None,
        lease: None,
    }
}

fn put_webhook(store: &Arc<dyn Store>, webhook: &Webhook) {
    let webhook = webhook.clone();
    administer(store, move |registry| registry.put_webhook(&webhook)).unwrap().unwrap();
}

fn webhooks(store: &Arc<dyn Store>) -> Vec<Webhook> {
    administer(store, |registry| registry.webhooks()).unwrap().unwrap()
}

fn delivery(number: u32) -> Delivery {
    let message = format!("msg_{number}");
    Delivery { message, revision: Some(Revision(2)), attempt: number, at: NOON, status: Some(500), error: None }
}

fn put_delivery(store: &Arc<dyn Store>, id: WebhookId, number: u32, keep: usize) {
    administer(store, move |registry| registry.put_delivery(id, &delivery(number), keep)).unwrap().unwrap();
}

fn deliveries(store: &Arc<dyn Store>, id: WebhookId, limit: usize) -> Vec<u32> {
    let found = administer(store, move |registry| registry.deliveries(id, limit)).unwrap().unwrap();
    found.into_iter().map(|delivery| delivery.attempt).collect()
}

/// A webhook is read as it was put, whatever it holds, in the order of the ids.
pub fn webhooks_are_put_replaced_and_removed(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let (second, first) = (webhook(2, bench.space, 1), webhook(1, bench.space, 1));
    put_webhook(store, &second);
    put_webhook(store, &first);
    assert_eq!(webhooks(store), [first.clone(), second.clone()]);
    let changed = Webhook {
        structures: Some(Vec::new()),
        kinds: Some(vec![ChangeKind::Trashed]),
        include_objects: true,
        cursor: Revision(9),
        paused: Some("why".to_owned()),
        failures: 3,
        failing_since: Some(NOON),
        next_attempt: Some(NOON),
        last_error: Some("what".to_owned()),
        last_error_at: Some(NOON),
        lease: Some(Lease { holder: Uuid::from_u128(1), until: NOON }),
        ..first
    };
    put_webhook(store, &changed);
    assert_eq!(webhooks(store), [changed.clone(), second]);
    let found = administer(store, |registry| Ok((registry.webhook(id(1))?, registry.webhook(id(3))?)));
    assert_eq!(found.unwrap().unwrap(), (Some(changed), None));
    administer(store, |registry| registry.remove_webhook(id(1))).unwrap().unwrap();
    assert_eq!(webhooks(store).len(), 1);
    let nowhere = webhook(4, super::space_id(9), 1);
    let refused = administer(store, move |registry| registry.put_webhook(&nowhere));
    assert!(matches!(refused, Err(StoreError::NoSuchSpace) | Ok(Err(StoreError::NoSuchSpace))));
}

/// What became of deliveries is kept for each webhook by itself, the last first and no more than is asked for.
pub fn of_its_deliveries_a_webhook_keeps_the_last(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    put_webhook(store, &webhook(1, bench.space, 1));
    put_webhook(store, &webhook(2, bench.space, 1));
    for number in 1..=5 {
        put_delivery(store, id(1), number, 3);
    }
    put_delivery(store, id(2), 9, 3);
    put_delivery(store, id(3), 9, 3);
    assert_eq!(deliveries(store, id(1), 10), [5, 4, 3]);
    assert_eq!(deliveries(store, id(1), 2), [5, 4]);
    assert_eq!(deliveries(store, id(2), 10), [9]);
    put_webhook(store, &webhook(1, bench.space, 1));
    assert_eq!(deliveries(store, id(1), 10), [5, 4, 3], "a webhook that is replaced keeps them");
    assert!(deliveries(store, id(3), 10).is_empty(), "of nothing there are none");
    administer(store, |registry| registry.remove_webhook(id(1))).unwrap().unwrap();
    put_webhook(store, &webhook(1, bench.space, 1));
    assert!(deliveries(store, id(1), 10).is_empty(), "a webhook takes them with it");
}

/// A webhook is gone with the token that made it, and with its space.
pub fn webhooks_go_with_their_token_and_their_space(store: &Arc<dyn Store>) {
    let (gone, stays) = (Bench::begin_as(store, 1), Bench::begin_as(store, 2));
    for (number, space) in [(1, gone.space), (2, stays.space), (3, stays.space)] {
        put(store, token(number, space));
        put_webhook(store, &webhook(u128::from(number), space, number));
        put_delivery(store, id(u128::from(number)), 1, 3);
    }
    let space = gone.space;
    administer(store, move |registry| registry.remove_space(space)).unwrap().unwrap();
    assert_eq!(webhooks(store).iter().map(|webhook| webhook.id).collect::<Vec<_>>(), [id(2), id(3)]);
    administer(store, |registry| registry.remove_token(TokenId(Uuid::from_u128(2)))).unwrap().unwrap();
    assert_eq!(webhooks(store).iter().map(|webhook| webhook.id).collect::<Vec<_>>(), [id(3)]);
    put_webhook(store, &webhook(2, stays.space, 2));
    assert_eq!((deliveries(store, id(2), 9), deliveries(store, id(3), 9)), (vec![], vec![1]));
}

/// A change that is refused or panics leaves webhooks and their deliveries as they were.
pub fn what_is_refused_leaves_a_webhook_as_it_was(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    let first = webhook(1, bench.space, 1);
    put_webhook(store, &first);
    put_delivery(store, id(1), 1, 3);
    let changed = Webhook { cursor: Revision(5), ..first.clone() };
    for panics in [false, true] {
        let changed = changed.clone();
        let refused = block_on(store.administer(move |registry| {
            registry.put_webhook(&changed).unwrap();
            registry.put_delivery(id(1), &delivery(2), 1).unwrap();
            assert!(!panics, "on purpose");
            Err::<(), _>("no")
        }));
        assert!(if panics { refused.is_err() } else { matches!(refused, Ok(Err("no"))) });
        assert_eq!(webhooks(store), std::slice::from_ref(&first));
        assert_eq!(deliveries(store, id(1), 9), [1]);
    }
}

/// A webhook is no part of any log: a change of one neither moves a head nor makes it forget.
pub fn a_change_of_a_webhook_moves_no_head(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&page(1, "a"));
    let known = store.current(bench.space, Some(object_id(1))).map(|current| current.object);
    let mut moves = store.moved(bench.space);
    moves.as_mut().map(|moves| *moves.borrow_and_update());
    put_webhook(store, &webhook(1, bench.space, 1));
    put_delivery(store, id(1), 1, 3);
    assert!(moves.is_none_or(|moves| !moves.has_changed().unwrap()));
    assert_eq!(store.current(bench.space, Some(object_id(1))).map(|current| current.object), known);
    assert_eq!(bench.head(), Revision(2));
}
