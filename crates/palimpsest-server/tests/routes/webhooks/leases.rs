//! One process at a time delivers for a webhook.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Waker};

use palimpsest_engine::Next;
use palimpsest_model::Revision;
use serde_json::json;
use tokio::sync::Semaphore;

use super::receiver::{Answer, Wired, named};
use crate::wire::page;

/// How long a lease lasts.
const LEASE: i64 = 20_000;

/// Polls until the receiver has the message.
fn begin(delivery: &mut (impl Future<Output = Next> + Unpin), wired: &Wired) {
    let mut context = Context::from_waker(Waker::noop());
    while wired.receiver.got().is_empty() {
        assert!(std::pin::Pin::new(&mut *delivery).poll(&mut context).is_pending());
    }
    assert!(std::pin::Pin::new(&mut *delivery).poll(&mut context).is_pending());
}

#[tokio::test]
async fn who_holds_the_lease_alone_delivers_and_another_takes_over_after_its_end() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    wired.lab.make(page("a")).await;
    let gate = Arc::new(Semaphore::new(0));
    wired.receiver.then(Answer::Waits(Arc::clone(&gate), 200));
    let other = wired.lab.app.engine.webhook_holder();
    let until = wired.lab.app.engine.now().0 + LEASE;
    let mut first = Box::pin(wired.run(&hook));
    begin(&mut first, &wired);
    let waits = wired.run_as(&hook, other).await;
    assert!(matches!(waits, Next::At(at) if at.0 == until), "{waits:?}");
    // As if the process had been killed: nobody hears the answer.
    drop(first);
    wired.lab.app.clock.advance(LEASE - 1);
    assert!(matches!(wired.run_as(&hook, other).await, Next::At(_)));
    assert_eq!(wired.receiver.got().len(), 1);
    wired.lab.app.clock.advance(1);
    assert_eq!(wired.run_as(&hook, other).await, Next::After(Revision(2)));
    let got = wired.receiver.got();
    assert_eq!((got.len(), &got[0].id), (2, &got[1].id), "at least once, under the same name");
}

#[tokio::test]
async fn who_comes_too_late_changes_nothing() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    wired.lab.make(page("a")).await;
    wired.lab.make(page("b")).await;
    let gate = Arc::new(Semaphore::new(0));
    wired.receiver.then(Answer::Waits(Arc::clone(&gate), 500));
    let mut late = Box::pin(wired.run(&hook));
    begin(&mut late, &wired);
    wired.lab.app.clock.advance(LEASE);
    let other = wired.lab.app.engine.webhook_holder();
    assert_eq!(wired.run_as(&hook, other).await, Next::After(Revision(3)));
    let before = (wired.shown(&hook).await, wired.deliveries(&hook).await);
    gate.add_permits(1);
    assert_eq!(late.await, Next::After(Revision(3)));
    assert_eq!((wired.shown(&hook).await, wired.deliveries(&hook).await), before);
    assert_eq!(wired.receiver.revisions(), [2, 2, 3]);
}

#[tokio::test]
async fn a_lease_is_given_up() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    let other = wired.lab.app.engine.webhook_holder();
    for (number, holder) in [(2, wired.holder), (3, other), (4, wired.holder)] {
        wired.lab.make(page("a")).await;
        assert_eq!(wired.run_as(&hook, holder).await, Next::After(Revision(number)), "idle, nobody holds it");
    }
    // Between two changes of many it is held; who stops there gives it up.
    wired.lab.make(page("a")).await;
    wired.lab.make(page("b")).await;
    let engine = &wired.lab.app.engine;
    assert_eq!(engine.deliver(named(&hook), wired.holder).await.unwrap(), Next::Now);
    assert!(matches!(wired.run_as(&hook, other).await, Next::At(_)));
    engine.release_webhook(named(&hook), other).await.unwrap();
    assert!(matches!(wired.run_as(&hook, other).await, Next::At(_)), "nobody gives up what is another's");
    engine.release_webhook(named(&hook), wired.holder).await.unwrap();
    assert_eq!(wired.run_as(&hook, other).await, Next::After(Revision(6)));
}

#[tokio::test]
async fn a_clock_that_was_moved_back_holds_nobody_up() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    wired.lab.make(page("a")).await;
    wired.receiver.then(Answer::Status(500));
    assert!(matches!(wired.run(&hook).await, Next::At(_)));
    wired.lab.app.clock.advance(-100 * 24 * 60 * 60 * 1000);
    assert_eq!(wired.run(&hook).await, Next::After(Revision(2)));
}

#[tokio::test]
async fn what_is_paused_meanwhile_stays_paused() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    wired.lab.make(page("a")).await;
    let gate = Arc::new(Semaphore::new(0));
    wired.receiver.then(Answer::Waits(Arc::clone(&gate), 200));
    let mut running = Box::pin(wired.run(&hook));
    begin(&mut running, &wired);
    wired.patch(&hook, "paused", json!(true)).await;
    gate.add_permits(1);
    assert_eq!(running.await, Next::Never);
    let shown = wired.shown(&hook).await;
    assert_eq!((&shown["state"], &shown["revision"]), (&json!("paused"), &json!(2)), "what arrived has arrived");
}
