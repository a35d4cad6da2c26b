//! What a write shows is copied from what it and the writes before it stored. A server that has seen none of them shows the same.

use std::sync::Arc;

use palimpsest_store::{MemoryStore, Store};
use serde_json::json;

use crate::app::{App, Ask, Lab, unhurried};
use crate::wire::{SECTION, page_of, text, titled};

#[tokio::test]
async fn a_write_shows_what_whoever_sees_the_object_first_is_shown() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let lab = Lab::in_app(App::over(Arc::clone(&store), unhurried())).await;
    let id = lab.make(page_of(json!([text("one"), text("two")]))).await;
    let described = |words: &str| json!({"description": {"type": "text", "text": {"value": words}}});
    let steps = [
        ("/object", json!({"id": id, "properties": {"title": titled("named")}})),
        ("/object", json!({"id": id, "properties": described("\"blocks\":{} and more")})),
        ("/object", json!({"id": id, "blocks": {SECTION: [text("three")]}, "properties": described("text too")})),
        ("/object", json!({"id": id, "properties": described("again")})),
        ("/object", json!({"id": id, "properties": described("again")})),
        ("/object", json!({"id": id, "deleteRequested": true})),
        ("/object", json!({"id": id, "deleteRequested": false})),
        ("/object", json!({"id": id, "collections": []})),
        ("/object", json!({"id": id, "properties": {"title": titled("last")}})),
    ];
    for (number, (path, body)) in steps.into_iter().enumerate() {
        let written = lab.patch(path, &body).await;
        assert_eq!(written.status, 200, "{number}: {written:?}");
        let other = App::over(Arc::clone(&store), unhurried());
        let seen = other.send(Ask::new(http::Method::GET, &format!("/object?id={id}")).token(&lab.token)).await;
        if number != 5 {
            assert_eq!((&written.body, written.header("etag")), (&seen.body, seen.header("etag")), "{number}");
        }
    }
}
