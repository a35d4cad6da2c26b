//! The trash: PATCH /object with `deleteRequested`.

use http::Method;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{SECTION, id, page, page_of, text, titled};

const GONE: (u16, &str) = (404, "cap_not_found");

/// Sends a request that trashes the object; answers what it showed.
async fn trashed(lab: &Lab, body: Value) -> Value {
    let reply = lab.patch("/object", &body).await;
    let object = reply.ok();
    assert_eq!(reply.header("content-location"), Some(&*format!("/object?id={}", id(&object))));
    object
}

#[tokio::test]
async fn what_is_trashed_is_answered_as_it_was() {
    let lab = Lab::new().await;
    let page = lab.make(page_of(json!([text("a")]))).await;
    let before = lab.get(&format!("/object?id={page}")).await;
    let reply = lab.patch("/object", &json!({"id": page, "deleteRequested": true})).await;
    assert_eq!((reply.status, &reply.body), (200, &before.body));
    assert_eq!(reply.revision(), before.revision().map(|revision| revision + 1));
    assert!(!lab.sees(&page).await);
}

#[tokio::test]
async fn what_is_restored_is_there_again_with_its_blocks() {
    for trash in ["delete", "patch"] {
        let lab = Lab::new().await;
        let before = lab.create(page_of(json!([text("a"), text("b")]))).await;
        let page = id(&before);
        match trash {
            "delete" => assert_eq!(lab.delete(&format!("/object?id={page}")).await.status, 200),
            _ => drop(trashed(&lab, json!({"id": page, "deleteRequested": true})).await),
        }
        let after = lab.update(json!({"id": page, "deleteRequested": false})).await;
        assert_eq!(after, before, "the clock stood still, so not even a time differs");
    }
}

#[tokio::test]
async fn a_trashed_object_takes_nothing_but_restore_and_delete() {
    let lab = Lab::new().await;
    let made = lab.create(page_of(json!([text("a")]))).await;
    let (page, block) = (id(&made), id(&made["blocks"][SECTION][0]));
    trashed(&lab, json!({"id": page, "deleteRequested": true})).await;
    let refused = async |method: Method, uri: &str, body: Value| {
        lab.refuses_as(method, uri, body, GONE, "Object not found").await;
    };
    refused(Method::PATCH, "/object", json!({"id": page, "properties": {"title": titled("b")}})).await;
    refused(Method::PATCH, "/object", json!({"id": page, "deleteRequested": true})).await;
    refused(Method::POST, "/blocks/append", json!({"id": page, "markdown": "b"})).await;
    refused(Method::PATCH, "/blocks/block", json!({"id": page, "blockId": block, "block": text("b")})).await;
    refused(Method::DELETE, &format!("/block?objectId={page}&blockId={block}"), Value::Null).await;
    refused(Method::DELETE, &format!("/object?id={page}"), Value::Null).await;
    assert_eq!(lab.update(json!({"id": page, "deleteRequested": false})).await, made);
}

#[tokio::test]
async fn what_was_deleted_for_good_cannot_be_restored() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    assert_eq!(lab.delete(&format!("/object?id={page}&hardDelete=true")).await.status, 200);
    for flag in [false, true] {
        let body = json!({"id": page, "deleteRequested": flag});
        lab.refuses_as(Method::PATCH, "/object", body, GONE, "Object not found").await;
    }
}

#[tokio::test]
async fn a_restore_may_change_more_at_once() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    trashed(&lab, json!({"id": page, "deleteRequested": true})).await;
    let properties = json!({"title": titled("b")});
    let restored = lab.update(json!({"id": page, "deleteRequested": false, "properties": properties})).await;
    assert_eq!(restored["properties"]["title"], titled("b"));
}

#[tokio::test]
async fn what_is_changed_and_trashed_at_once_comes_back_changed() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let properties = json!({"title": titled("b")});
    let shown = trashed(&lab, json!({"id": page, "deleteRequested": true, "properties": properties})).await;
    assert_eq!(shown["properties"]["title"], titled("a"), "as it was");
    let restored = lab.update(json!({"id": page, "deleteRequested": false})).await;
    assert_eq!(restored["properties"]["title"], titled("b"));
}

#[tokio::test]
async fn restoring_what_is_not_trashed_changes_nothing() {
    let lab = Lab::new().await;
    let made = lab.create(page("a")).await;
    let head = lab.head().await;
    assert_eq!(lab.update(json!({"id": id(&made), "deleteRequested": false})).await, made);
    assert_eq!(lab.head().await, head);
}

#[tokio::test]
async fn a_refused_trashing_leaves_the_object() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let body = json!({"id": page, "deleteRequested": true, "collections": [crate::wire::NOBODY]});
    lab.refuses(Method::PATCH, "/object", body, "✖ Unknown collection\n  → at collections[0]").await;
    assert!(lab.sees(&page).await);
}
