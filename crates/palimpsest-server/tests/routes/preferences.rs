//! `Prefer` (RFC 7240): `handling=strict` and `return=minimal`.

use http::Method;
use serde_json::json;

use crate::app::{Lab, Reply};
use crate::wire::{NOBODY, body, id, page, page_of, text, titled};

fn applied(reply: &Reply) -> Option<&str> {
    reply.header("preference-applied")
}

async fn preferring(lab: &Lab, preference: &str, method: Method, uri: &str, request: serde_json::Value) -> Reply {
    lab.app.send(lab.ask(method, uri).header("prefer", preference).json(&request)).await
}

#[tokio::test]
async fn every_write_may_answer_without_a_body() {
    let lab = Lab::new().await;
    let object = lab.create(page_of(json!([text("a"), text("b")]))).await;
    let (object_id, block) = (id(&object), id(&body(&object)[0]));
    let calls = [
        (Method::POST, "/object".to_owned(), page("x")),
        (Method::PATCH, "/object".to_owned(), json!({"id": object_id, "properties": {"title": titled("y")}})),
        (Method::POST, "/object/markdown".to_owned(), json!({"structureId": "RootPage", "markdown": "# z"})),
        (Method::PATCH, "/object/markdown".to_owned(), json!({"id": object_id, "markdown": "---\ntitle: w\n---\n"})),
        (Method::POST, "/blocks/append".to_owned(), json!({"id": object_id, "markdown": "c"})),
        (Method::PATCH, "/blocks/block".to_owned(), json!({"id": object_id, "blockId": block, "block": text("d")})),
        (Method::DELETE, format!("/block?objectId={object_id}&blockId={block}"), json!({})),
    ];
    for (method, uri, request) in calls {
        let before = lab.head().await;
        let reply = preferring(&lab, "return=minimal", method, &uri, request).await;
        assert_eq!((reply.status, reply.body.len()), (204, 0), "{uri} {reply:?}");
        assert_eq!((reply.header("content-type"), applied(&reply)), (None, Some("return=minimal")), "{uri}");
        assert_eq!(reply.revision(), Some(before + 1), "{uri}");
        let place = reply.header("content-location").unwrap().to_owned();
        assert_eq!(lab.get(&place).await.revision(), Some(before + 1), "{uri}");
    }
    let reply = preferring(&lab, "return=minimal", Method::DELETE, &format!("/object?id={object_id}"), json!({})).await;
    assert_eq!((reply.status, reply.header("content-location")), (204, None));
}

#[tokio::test]
async fn a_write_that_changes_nothing_tells_the_head() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let head = lab.head().await;
    let request = json!({"id": object, "properties": {"title": titled("a")}});
    let reply = preferring(&lab, "return=minimal", Method::PATCH, "/object", request).await;
    assert_eq!((reply.status, reply.revision()), (204, Some(head)));
}

#[tokio::test]
async fn reads_and_refusals_keep_their_body() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let read = preferring(&lab, "return=minimal", Method::GET, &format!("/object?id={object}"), json!({})).await;
    assert_eq!((id(&read.ok()), applied(&read)), (object, None));
    let refused =
        preferring(&lab, "return=minimal", Method::PATCH, "/object", json!({"id": NOBODY, "properties": {}})).await;
    assert_eq!((refused.status, &*refused.code(), applied(&refused)), (404, "cap_not_found", None));
}

#[tokio::test]
async fn what_is_dropped_is_named_without_a_body_too() {
    let lab = Lab::new().await;
    let reply =
        preferring(&lab, "return=minimal", Method::POST, "/object", json!({"structureId": "RootPage", "x": 1})).await;
    assert_eq!((reply.status, reply.header("palimpsest-ignored")), (204, Some("\"x\"")));
}

#[tokio::test]
async fn both_may_be_preferred_and_what_is_unknown_is_not_applied() {
    let lab = Lab::new().await;
    let both = preferring(&lab, "return=minimal; a=b, handling=strict", Method::POST, "/object", page("a")).await;
    assert_eq!(both.status, 204);
    let mut listed: Vec<_> = applied(&both).unwrap().split(", ").collect();
    listed.sort_unstable();
    assert_eq!(listed, ["handling=strict", "return=minimal"]);
    for unknown in ["handling=lenient", "return=representation", "respond-async", "strict", ""] {
        let reply = preferring(&lab, unknown, Method::POST, "/object", page("a")).await;
        assert_eq!((reply.status, applied(&reply)), (200, None), "{unknown}");
    }
    let strict = preferring(&lab, "handling=strict", Method::GET, "/space", json!({})).await;
    assert_eq!((strict.status, applied(&strict)), (200, Some("handling=strict")));
}
