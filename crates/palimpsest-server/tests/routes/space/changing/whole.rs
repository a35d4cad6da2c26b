//! PATCH /space.

use http::Method;
use palimpsest_engine::admin::{Command, Reply as Told};
use serde_json::{Value, json};

use super::{problem, told, told_of};
use crate::app::Lab;
use crate::wire::{page, titled};

#[tokio::test]
async fn title_and_icon_change_and_the_icon_goes() {
    let lab = Lab::new().await;
    let icon = json!({"type": "emoji", "val": "🔬"});
    let reply = lab.patch("/space", &json!({"title": " Bench ", "icon": icon})).await;
    assert_eq!(reply.ok(), json!({"id": lab.space, "title": "Bench", "icon": icon}));
    let read = lab.get("/space").await;
    assert_eq!(
        (&read.body, read.header("etag"), read.revision()),
        (&reply.body, reply.header("etag"), reply.revision())
    );
    assert_eq!(told(&lab, reply.revision().unwrap()).await, [told_of("space", &lab.space, "updated")]);
    let reply = lab.patch("/space", &json!({"icon": null})).await;
    assert_eq!(reply.ok(), json!({"id": lab.space, "title": "Bench"}));
    let same = lab.patch("/space", &json!({"title": "Bench"})).await;
    assert_eq!((same.revision(), same.header("etag")), (reply.revision(), reply.header("etag")));
    let nothing = "✖ Provide at least one of `title`, `icon`, or `concurrency`.";
    lab.refuses(Method::PATCH, "/space", json!({}), nothing).await;
    let emoji = json!({"icon": {"type": "emoji", "val": "a"}});
    lab.refuses(Method::PATCH, "/space", emoji, &problem("Invalid emoji", "icon.val")).await;
    let words = "Invalid option: expected one of \"lastWriteWins\"|\"requireCondition\"";
    lab.refuses(Method::PATCH, "/space", json!({"concurrency": "none"}), &problem(words, "concurrency")).await;
}

async fn policy(lab: &Lab) -> Value {
    let Told::Spaces(spaces) = lab.app.administer(Command::SpaceList).await else { panic!("no list") };
    serde_json::to_value(&spaces[0]).unwrap()["concurrency"].clone()
}

#[tokio::test]
async fn a_policy_takes_no_revision_and_holds_from_the_next_request_on() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let before = lab.get("/space").await;
    let ask = || lab.ask(Method::PATCH, "/space").header("idempotency-key", "policy");
    let body = json!({"concurrency": "requireCondition"});
    let reply = lab.app.send(ask().json(&body)).await;
    assert_eq!((reply.status, &reply.body, reply.header("etag")), (200, &before.body, before.header("etag")));
    assert_eq!((reply.revision(), lab.head().await), (before.revision(), before.revision().unwrap()));
    assert_eq!(policy(&lab).await, "requireCondition");
    let again = lab.app.send(ask().json(&body)).await;
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&reply.body, Some("true")));
    let rename = json!({"id": object, "properties": {"title": titled("b")}});
    assert_eq!(lab.patch("/object", &rename).await.status, 428);
    assert_eq!(lab.patch("/space", &json!({"concurrency": "lastWriteWins"})).await.status, 428);
    let tag = before.header("etag").unwrap();
    let ask = lab.ask(Method::PATCH, "/space").header("if-match", tag);
    lab.app.send(ask.json(&json!({"concurrency": "lastWriteWins", "title": "Free"}))).await.ok();
    assert_eq!(policy(&lab).await, "lastWriteWins");
    lab.patch("/object", &rename).await.ok();
}

#[tokio::test]
async fn a_policy_of_a_transaction_that_does_not_happen_does_not_hold() {
    let lab = Lab::new().await;
    let strict = json!({"method": "PATCH", "path": "/space", "body": {"concurrency": "requireCondition"}});
    let rename = json!({"method": "PATCH", "path": "/space/structures", "body": {"id": "RootPage", "title": "Leaf"}});
    let failing = json!({"method": "DELETE", "path": "/space/structures?id=RootPage"});
    let reply = lab.post("/transactions", &json!({"operations": [strict, failing]})).await;
    assert_eq!((reply.status, policy(&lab).await), (400, json!("lastWriteWins")));
    lab.post("/transactions", &json!({"operations": [strict], "dryRun": true})).await.ok();
    assert_eq!(policy(&lab).await, "lastWriteWins");
    // What was asked for before is what its operations are held to.
    lab.post("/transactions", &json!({"operations": [strict, rename]})).await.ok();
    assert_eq!(policy(&lab).await, "requireCondition");
}
