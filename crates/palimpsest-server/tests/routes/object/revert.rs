//! POST /object/revert.

use http::Method;
use serde_json::{Value, json};

use crate::app::{Lab, Reply};
use crate::wire::{NOBODY, SECTION, body, id, page, page_of, text, titled};

const PATH: &str = "/object/revert";

async fn revert(lab: &Lab, object: &str, revision: u64) -> Reply {
    lab.post(PATH, &json!({"id": object, "revision": revision})).await
}

/// An object without the time of its last change.
fn timeless(mut object: Value) -> Value {
    object["properties"].as_object_mut().unwrap().remove("lastUpdatedAt");
    object
}

async fn kinds(lab: &Lab, object: &str) -> Vec<Value> {
    let history = lab.get(&format!("/object/history?id={object}")).await.ok();
    history["results"].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect()
}

#[tokio::test]
async fn every_version_comes_back_as_it_was() {
    let lab = Lab::new().await;
    let made = lab.create(page_of(json!([text("a"), text("b"), text("c")]))).await;
    let object = id(&made);
    let blocks: Vec<_> = body(&made).iter().map(id).collect();
    let mut versions = vec![(lab.head().await, made.clone())];
    let edits = [
        json!({"op": "set", "propertyId": "title", "value": titled("t")}),
        json!({"op": "delete", "blockId": blocks[1]}),
        json!({"op": "move", "blockId": blocks[2], "position": {"type": "start"}}),
        json!({"op": "insert", "markdown": "> new"}),
        json!({"op": "add", "propertyId": "aliases", "values": ["x"]}),
    ];
    for edit in edits {
        lab.app.clock.advance(1000);
        let object = lab.post("/object/edits", &json!({"id": object, "edits": [edit]})).await.ok();
        versions.push((lab.head().await, object));
    }
    for (revision, version) in versions.iter().rev().skip(1).chain(&versions[1..]) {
        let head = lab.head().await;
        let reply = revert(&lab, &object, *revision).await;
        assert_eq!(timeless(reply.ok()), timeless(version.clone()), "at {revision}");
        assert_eq!(reply.revision(), Some(head + 1));
        let read = lab.get(&format!("/object?id={object}")).await;
        assert_eq!((read.body, read.headers["etag"].clone()), (reply.body.clone(), reply.headers["etag"].clone()));
        assert_eq!(kinds(&lab, &object).await[0], "reverted");
        let again = revert(&lab, &object, *revision).await;
        assert_eq!((again.revision(), again.body), (Some(head + 1), reply.body), "nothing is left to change");
    }
}

#[tokio::test]
async fn what_was_trashed_or_deleted_comes_back() {
    let lab = Lab::new().await;
    let object = lab.make(page_of(json!([text("a")]))).await;
    let (revision, before) = (lab.head().await, lab.object(&object).await);
    for flag in ["", "&hardDelete=true"] {
        lab.delete(&format!("/object?id={object}{flag}")).await;
        let gone = lab.head().await;
        assert!(!lab.sees(&object).await);
        assert_eq!(revert(&lab, &object, revision).await.ok(), before);
        assert_eq!(kinds(&lab, &object).await[0], "reverted");
        lab.delete(&format!("/object?id={object}{flag}")).await;
        let back = revert(&lab, &object, gone).await;
        assert_eq!(back.ok(), before, "whatever became of it then, it can be seen now");
    }
    assert_eq!(lab.get("/trash").await.ok()["results"], json!([]));
}

#[tokio::test]
async fn revisions_at_which_it_was_not_there() {
    let lab = Lab::new().await;
    lab.make(page("first")).await;
    let object = lab.make(page("a")).await;
    let head = lab.head().await;
    let beyond = format!("✖ Too big: expected number to be <={head}\n  → at revision");
    lab.refuses(Method::POST, PATH, json!({"id": object, "revision": head + 1}), &beyond).await;
    for (id, revision) in [(object.as_str(), head - 1), (object.as_str(), 1), (NOBODY, head), (NOBODY, head + 1)] {
        let body = json!({"id": id, "revision": revision});
        lab.refuses_as(Method::POST, PATH, body, (404, "cap_not_found"), "Object not found").await;
    }
    let none = "✖ Invalid input: expected number, received undefined\n  → at revision";
    lab.refuses(Method::POST, PATH, json!({"id": object}), none).await;
    let zero = "✖ Too small: expected number to be >0\n  → at revision";
    lab.refuses(Method::POST, PATH, json!({"id": object, "revision": 0}), zero).await;
}

#[tokio::test]
async fn it_is_a_write_as_any() {
    let lab = Lab::new().await;
    let object = lab.create(page_of(json!([text("a"), text("b")]))).await;
    let (name, block) = (id(&object), id(&body(&object)[1]));
    let first = lab.head().await;
    lab.update(json!({"id": name, "properties": {"title": titled("t")}})).await;
    let stale = lab.get(&format!("/object?id={name}")).await.header("etag").unwrap().to_owned();
    let change = json!({"id": name, "blockId": block, "block": text("theirs")});
    lab.update_block(change).await;
    let ask = || lab.ask(Method::POST, PATH).json(&json!({"id": name, "revision": first}));
    assert_eq!(lab.app.send(ask().header("if-match", &stale)).await.status, 412);
    let careful = lab.app.careful(&lab.space, "careful").await;
    let unnamed = crate::app::Ask::new(Method::POST, PATH).token(&careful);
    assert_eq!(lab.app.send(unnamed.json(&json!({"id": name, "revision": first}))).await.status, 428);
    let merged = lab.app.send(ask().header("if-match", &stale).header("prefer", "merge")).await;
    assert_eq!(merged.header("preference-applied"), Some("merge"));
    let merged = merged.ok();
    assert_eq!(merged["properties"]["title"], object["properties"]["title"]);
    assert_eq!(merged["blocks"][SECTION][1]["tokens"][0]["text"], json!("theirs"), "what came since stays");
    let once = || ask().header("idempotency-key", "once");
    let (one, other) = (lab.app.send(once()).await, lab.app.send(once()).await);
    assert_eq!((one.status, &one.body, one.revision()), (200, &other.body, other.revision()));
    assert_eq!(other.header("idempotency-replayed"), Some("true"));
}

#[tokio::test]
async fn it_is_an_operation_of_a_transaction() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let first = lab.head().await;
    lab.delete(&format!("/object?id={object}&hardDelete=true")).await;
    let rename = json!({"id": object, "properties": {"title": titled("b")}});
    let operations = json!([
        {"method": "POST", "path": PATH, "body": {"id": object, "revision": first}},
        {"method": "PATCH", "path": "/object", "body": rename},
    ]);
    lab.post("/transactions", &json!({"operations": operations})).await.ok();
    assert_eq!(lab.object(&object).await["properties"]["title"], titled("b"));
    assert_eq!(kinds(&lab, &object).await[0], "reverted");
}
