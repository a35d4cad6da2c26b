//! `Palimpsest-Revision`: which answers carry it, and when it moves.

use http::Method;
use palimpsest_engine::Scope;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::authorisation::{guarded, things};
use crate::wire::{NOBODY, SECTION, body, chosen, id, page, page_of, text, titled};

#[tokio::test]
async fn a_space_begins_at_revision_1_and_each_write_takes_the_next() {
    let lab = Lab::new().await;
    assert_eq!(lab.head().await, 1);
    for expected in 2..5 {
        assert_eq!(lab.post("/object", &page("a")).await.revision(), Some(expected));
        assert_eq!(lab.head().await, expected);
    }
}

#[tokio::test]
async fn every_endpoint_tells_the_head_that_it_saw_or_made() {
    let lab = Lab::new().await;
    let things = things(&lab).await;
    for (endpoint, scope, sample) in guarded(&things) {
        let (before, what) = (lab.head().await, format!("{} {}", endpoint.method, endpoint.path));
        let reply = lab.app.send(sample.ask().token(&lab.token)).await;
        let head = lab.head().await;
        assert_eq!((reply.status, reply.revision()), (sample.status(), Some(head)), "{what}");
        assert!(head == before || (scope == Scope::Write && head == before + 1), "{what}: {before}, then {head}");
    }
}

#[tokio::test]
async fn every_kind_of_write_tells_the_revision_it_took() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([text("a"), text("b")]))).await;
    let (object, block) = (id(&page), id(&body(&page)[0]));
    let head = lab.head().await;
    let one = format!("/object?id={object}");
    let writes = [
        lab.patch("/object", &json!({"id": object, "properties": {"title": titled("b")}})).await,
        lab.post("/blocks/append", &json!({"id": object, "markdown": "c"})).await,
        lab.patch("/blocks/block", &json!({"id": object, "blockId": block, "block": text("d")})).await,
        lab.delete(&format!("/block?objectId={object}&blockId={block}")).await,
        lab.delete(&one).await,
        lab.patch("/object", &json!({"id": object, "deleteRequested": false})).await,
        lab.delete(&format!("{one}&hardDelete=true")).await,
    ];
    for (reply, expected) in writes.iter().zip(head + 1..) {
        assert_eq!((reply.status, reply.revision()), (200, Some(expected)), "{reply:?}");
    }
}

#[tokio::test]
async fn a_write_that_changes_nothing_takes_no_revision() {
    let lab = Lab::new().await;
    let made = lab.create(page_of(json!([text("a")]))).await;
    let (object, block) = (id(&made), id(&body(&made)[0]));
    lab.update(json!({"id": object, "properties": {"title": titled("a")}})).await;
    let (head, before) = (lab.head().await, lab.object(&object).await);
    lab.app.clock.advance(1000);
    let same: [(&str, Method, Value); 7] = [
        ("/object", Method::PATCH, json!({"id": object, "properties": {"title": titled("a")}})),
        ("/object", Method::PATCH, json!({"id": object, "properties": {}})),
        ("/object", Method::PATCH, json!({"id": object, "collections": []})),
        ("/object", Method::PATCH, json!({"id": object, "deleteRequested": false})),
        ("/object", Method::PATCH, json!({"id": object, "blocks": {SECTION: [text("a")]}})),
        ("/blocks/append", Method::POST, json!({"id": object, "markdown": ""})),
        ("/blocks/block", Method::PATCH, json!({"id": object, "blockId": block, "block": text("a")})),
    ];
    for (uri, method, body) in same {
        let reply = lab.app.send(lab.ask(method, uri).json(&body)).await;
        assert_eq!(reply.revision(), Some(head), "{uri} {body}");
        assert_eq!(reply.ok(), before, "{uri} {body}");
    }
    assert_eq!(lab.head().await, head);
}

#[tokio::test]
async fn reads_and_what_is_not_found_tell_the_head() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    lab.create(page("b")).await;
    let head = Some(3);
    for uri in ["/space", "/space/structures", &format!("/object?id={object}"), "/objects"] {
        assert_eq!(lab.get(uri).await.revision(), head, "{uri}");
    }
    let missing = format!("/object?id={NOBODY}");
    for reply in
        [lab.get(&missing).await, lab.delete(&missing).await, lab.get(&format!("/objects/tag?id={NOBODY}")).await]
    {
        assert_eq!((reply.status, reply.revision()), (404, head));
    }
    let reply = lab.patch("/object", &json!({"id": NOBODY, "collections": []})).await;
    assert_eq!((reply.status, reply.revision()), (404, head));
}

#[tokio::test]
async fn a_conflict_tells_the_head_it_was_decided_at() {
    let lab = Lab::new().await;
    let mut body = page("a");
    body["id"] = json!(chosen(1));
    lab.create(body.clone()).await;
    let reply = lab.post("/object", &body).await;
    assert_eq!((reply.status, reply.revision()), (409, Some(2)));
}

#[tokio::test]
async fn what_was_refused_without_a_look_into_the_space_tells_no_revision() {
    let lab = Lab::new().await;
    let replies = [
        lab.get("/object?id=x").await,
        lab.post("/object", &json!({})).await,
        lab.get("/nowhere").await,
        lab.delete("/space").await,
        lab.get("/health/live").await,
    ];
    for reply in replies {
        assert_eq!(reply.revision(), None, "{reply:?}");
    }
}

#[tokio::test]
async fn spaces_count_apart() {
    let lab = Lab::new().await;
    let other = lab.app.space("Other").await;
    lab.create(page("a")).await;
    let token = lab.app.token(&other, "other", crate::app::BOTH).await;
    let reply = lab.app.send(crate::app::Ask::new(Method::GET, "/space").token(&token)).await;
    assert_eq!((reply.revision(), lab.head().await), (Some(1), 2));
}

#[tokio::test]
async fn only_answers_that_show_an_object_say_where_it_is() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let one = format!("/object?id={object}");
    for reply in
        [lab.get("/space").await, lab.get("/space/structures").await, lab.get("/objects").await, lab.delete(&one).await]
    {
        assert_eq!((reply.status, reply.header("content-location")), (200, None));
    }
    assert_eq!(lab.get(&one).await.header("content-location"), None, "a refusal shows nothing");
    let reply = lab.patch("/object", &json!({"id": object, "deleteRequested": false})).await;
    assert_eq!(reply.header("content-location"), Some(&*one));
}
