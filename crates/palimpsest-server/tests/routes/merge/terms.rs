//! When merging is in force, and what it starts from.

use serde_json::json;

use super::{etag, merging, page, retitle, rewrite, send};
use crate::app::Lab;
use crate::wire::{outlined, titled};

#[tokio::test]
async fn it_is_told_whenever_it_was_in_force() {
    let lab = Lab::new().await;
    let (object, blocks) = page(&lab).await;
    let base = etag(&lab, &object).await;
    let reply = merging(&lab, &base, &retitle(&object, "b")).await;
    assert_eq!((reply.status, reply.header("preference-applied")), (200, Some("merge")), "the current version");
    let (method, path, body) = retitle(&object, "c");
    let alone = lab.ask(method.clone(), &path).header("prefer", "merge").json(&body);
    let reply = lab.app.send(alone).await;
    assert_eq!((reply.status, reply.header("preference-applied")), (200, None), "no version to start from");
    for (tags, status) in [("*".to_owned(), 200), (format!("{base}, \"0000000000000000.1\""), 412)] {
        let reply = merging(&lab, &tags, &rewrite(&object, &blocks[0], "d")).await;
        assert_eq!((reply.status, reply.header("preference-applied")), (status, None), "{tags}: not one version");
    }
    let unasked = lab.ask(method, &path).header("if-match", &base).json(&body);
    assert_eq!(lab.app.send(unasked).await.status, 412, "nobody preferred it");
    let minimal = lab.ask(http::Method::PATCH, "/object").header("if-match", &base);
    let body = json!({"id": object, "collections": []});
    let reply = lab.app.send(minimal.header("prefer", "merge, return=minimal").json(&body)).await;
    assert_eq!((reply.status, reply.header("preference-applied")), (204, Some("merge, return=minimal")));
}

#[tokio::test]
async fn a_version_that_never_was_is_no_base() {
    let lab = Lab::new().await;
    let (object, _) = page(&lab).await;
    let current = etag(&lab, &object).await;
    send(&lab, &retitle(&object, "theirs")).await.ok();
    let head = lab.head().await;
    let log = current.trim_matches('"').split_once('.').unwrap().0.to_owned();
    for tag in ["\"0000000000000000.1\"".to_owned(), format!("\"{log}.1\""), format!("\"{log}.99\"")] {
        let reply = merging(&lab, &tag, &retitle(&object, "mine")).await;
        assert_eq!((reply.status, &*reply.code()), (412, "cap_precondition_failed"), "{tag}: {reply:?}");
        assert_eq!(reply.json()["details"]["base"], json!("unknown"), "{tag}");
    }
    assert_eq!(lab.head().await, head);
}

#[tokio::test]
async fn in_a_transaction_it_meets_what_the_operations_before_it_left() {
    let lab = Lab::new().await;
    let (object, blocks) = page(&lab).await;
    let base = etag(&lab, &object).await;
    send(&lab, &rewrite(&object, &blocks[2], "theirs")).await.ok();
    let current = etag(&lab, &object).await;
    let op = |(method, path, body): super::Call, tag: &str| json!({"method": method.as_str(), "path": path, "body": body, "ifMatch": tag, "merge": true});
    let first = op(retitle(&object, "first"), &current);
    let second = op(rewrite(&object, &blocks[0], "second"), &base);
    lab.post("/transactions", &json!({"operations": [first, second]})).await.ok();
    let left = lab.object(&object).await;
    assert_eq!(left["properties"]["title"], titled("first"));
    assert_eq!(outlined(&left), "second b1 b2 b3 b4 b5 theirs");
    let (one, other) = (op(retitle(&object, "third"), &etag(&lab, &object).await), op(retitle(&object, "x"), &base));
    let reply = lab.post("/transactions", &json!({"operations": [one, other]})).await;
    assert_eq!((reply.status, &*reply.code()), (409, "cap_transaction_aborted"), "{reply:?}");
    let details = reply.json()["details"].clone();
    assert_eq!((&details["failed"], &details["code"]), (&json!(1), &json!("cap_conflict")));
    let told =
        json!([{"path": "properties.title", "base": titled("base"), "theirs": titled("third"), "mine": titled("x")}]);
    assert_eq!(details["details"]["conflicts"], told);
    assert_eq!(lab.object(&object).await, left);
}
