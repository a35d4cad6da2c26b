//! What is asked, under which conditions, and what is refused.

use http::Method;
use serde_json::json;

use super::{PATH, revert, reverted, seen};
use crate::app::Lab;
use crate::transactions::{commit, create, imagined, op, rename};
use crate::wire::{NOBODY, chosen, page, titled};

#[tokio::test]
async fn revisions_that_are_none() {
    let lab = Lab::new().await;
    lab.make(page("a")).await;
    let beyond = "✖ Too big: expected number to be <=2\n  → at revision";
    lab.refuses(Method::POST, PATH, json!({"revision": 3}), beyond).await;
    let zero = "✖ Too small: expected number to be >0\n  → at revision";
    lab.refuses(Method::POST, PATH, json!({"revision": 0}), zero).await;
    let wrong = json!({"revision": 2, "partial": 1, "dryRun": "x"});
    let problems = "✖ Invalid input: expected boolean, received number\n  → at partial\n\
                    ✖ Invalid input: expected boolean, received string\n  → at dryRun";
    lab.refuses(Method::POST, PATH, wrong, problems).await;
}

#[tokio::test]
async fn it_takes_no_condition_and_asks_for_none() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    for header in ["if-match", "if-none-match"] {
        let ask = lab.ask(Method::POST, PATH).header(header, "*").json(&json!({"revision": 2}));
        let reply = lab.app.send(ask).await;
        assert_eq!((reply.status, &*reply.code()), (400, "cap_invalid_input"), "{header}");
    }
    let careful = lab.app.careful(&lab.space, "careful").await;
    let ask = crate::app::Ask::new(Method::POST, PATH).token(&careful).json(&json!({"revision": 2}));
    assert_eq!(lab.app.send(ask).await.status, 200);
    assert!(!lab.sees(&object).await);
}

#[tokio::test]
async fn it_is_no_operation() {
    let lab = Lab::new().await;
    lab.make(page("a")).await;
    let operation = op("POST", PATH, &json!({"revision": 2}));
    let message = "✖ This call cannot be part of a transaction\n  → at operations[0].path";
    lab.refuses(Method::POST, "/transactions", json!({"operations": [operation]}), message).await;
}

#[tokio::test]
async fn guards_and_dry_runs() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let before = seen(&lab).await;
    let failing = json!({"revision": 2, "guards": [{"id": NOBODY, "absent": true}, {"id": object, "absent": true}]});
    let reply = lab.post(PATH, &failing).await;
    assert_eq!((reply.status, &*reply.code()), (412, "cap_transaction_aborted"));
    assert_eq!(reply.json()["details"]["failedGuard"], json!(1));
    let dry = lab.post(PATH, &json!({"revision": 2, "dryRun": true})).await;
    assert_eq!((seen(&lab).await, lab.head().await), (before, 2), "nothing happened");
    let real = lab.post(PATH, &json!({"revision": 2, "guards": [{"revision": 2}]})).await;
    assert_eq!((imagined(&real.ok(), 2), real.revision()), (dry.ok(), Some(3)));
}

#[tokio::test]
async fn a_retry_is_answered_what_the_first_was() {
    let lab = Lab::new().await;
    let (one, tag, other) = (chosen(1), chosen(2), chosen(3));
    commit(&lab, &[create(&crate::wire::tag("t"), &tag), create(&page("a"), &one)]).await;
    let tagged =
        json!({"id": other, "structureId": "RootPage", "properties": {"tags": crate::wire::entities(&[&tag])}});
    lab.create(tagged).await;
    lab.update(json!({"id": tag, "properties": {"title": titled("u")}})).await;
    let ask = || lab.ask(Method::POST, PATH).header("idempotency-key", "once").json(&json!({"revision": 2}));
    let first = lab.app.send(ask()).await;
    assert_eq!(first.ok()["left"], json!([{"id": tag, "path": "trashed", "reason": "inUse"}]));
    lab.delete(&format!("/object?id={other}")).await;
    let again = lab.app.send(ask()).await;
    assert_eq!((&again.body, again.revision()), (&first.body, first.revision()));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let minimal = lab.ask(Method::POST, PATH).header("prefer", "return=minimal").json(&json!({"revision": 2}));
    assert_eq!(lab.app.send(minimal).await.status, 204);
}

#[tokio::test]
async fn what_has_nothing_to_take_back_takes_no_revision() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    commit(&lab, &[rename(&object, "b")]).await;
    lab.update(json!({"id": object, "properties": {"title": titled("a")}})).await;
    let told = reverted(&lab, &json!({"revision": 3})).await;
    assert_eq!((&told["results"], told.get("left")), (&json!([]), None), "it is what it was already");
    revert(&lab, 2).await.ok();
    assert_eq!(reverted(&lab, &json!({"revision": 2})).await["results"], json!([]));
}
