//! GET /object.

use std::collections::BTreeSet;

use http::Method;
use palimpsest_engine::admin::Command;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{NOBODY, SECTION, body, entities, id, page, page_of, run, tag, titled, tokens};

#[tokio::test]
async fn an_object_shows_itself_whole() {
    let lab = Lab::new().await;
    let id = lab.make(page("Reagents")).await;
    let mut page = lab.object(&id).await;
    let block = page["blocks"][SECTION][0]["id"].take();
    assert!(block.is_string());
    let empty =
        json!({"id": null, "type": "TextBlock", "tokens": [], "blocks": [], "hierarchy": {"key": "Base", "val": 0}});
    let now = "2026-11-22T12:00:00.000Z";
    let expected = json!({
        "id": id,
        "structureId": "RootPage",
        "collections": [],
        "properties": {
            "title": titled("Reagents"),
            "createdAt": {"type": "createdAt", "createdAt": {"value": now}},
            "lastUpdatedAt": {"type": "lastUpdatedAt", "lastUpdatedAt": {"value": now}},
        },
        "blocks": {SECTION: [empty]},
    });
    assert_eq!(page, expected);
}

#[tokio::test]
async fn an_id_may_be_written_in_capitals() {
    let lab = Lab::new().await;
    let id = lab.make(page("a")).await;
    let reply = lab.get(&format!("/object?id={}", id.to_uppercase())).await;
    assert_eq!(reply.ok()["id"], json!(id));
    assert_eq!(reply.header("content-location"), Some(&*format!("/object?id={id}")));
}

#[tokio::test]
async fn an_unknown_object_is_not_found() {
    let lab = Lab::new().await;
    for nobody in [NOBODY, "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", &lab.space] {
        let reply = lab.get(&format!("/object?id={nobody}")).await;
        reply.refusal(404, "cap_not_found", "Object not found");
    }
}

#[tokio::test]
async fn a_collection_is_no_object() {
    let lab = Lab::new().await;
    let command = Command::CollectionCreate { space: None, structure: "Page".to_owned(), title: "Shelf".to_owned() };
    let told = lab.app.administer(command).await;
    let palimpsest_engine::admin::Reply::Collection(collection) = told else { panic!("{told:?}") };
    assert!(!lab.sees(&collection.id.to_string()).await);
}

#[tokio::test]
async fn an_id_has_to_be_a_uuid() {
    let lab = Lab::new().await;
    let told = async |uri: &str, message: &str| lab.refuses(Method::GET, uri, Value::Null, message).await;
    told("/object", "✖ Invalid input: expected string, received undefined\n  → at id").await;
    for wrong in ["", "x", "3f0d6f2e-8a34-0f1c-9d57-2b7a3f0c9e11", "3f0d6f2e8a344f1c9d572b7a3f0c9e11"] {
        told(&format!("/object?id={wrong}"), "✖ Invalid UUID\n  → at id").await;
    }
}

#[tokio::test]
async fn reading_twice_gives_the_same_bytes() {
    let lab = Lab::new().await;
    let id = lab.make(page_of(json!([tokens(json!([run("a")]))]))).await;
    let uri = format!("/object?id={id}");
    assert_eq!(lab.get(&uri).await.body, lab.get(&uri).await.body);
}

#[tokio::test]
async fn the_members_of_an_answer_are_those_of_the_contract() {
    let lab = Lab::new().await;
    let link = json!({"type": "LinkToken", "text": "l", "url": "x:y"});
    let page = lab.create(page_of(json!([tokens(json!([run("a"), link]))]))).await;
    let members = |object: &Value| -> BTreeSet<String> { object.as_object().unwrap().keys().cloned().collect() };
    let set = |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    assert_eq!(members(&page), set(&["id", "structureId", "collections", "properties", "blocks"]));
    let block = &body(&page)[0];
    assert_eq!(members(block), set(&["id", "type", "tokens", "blocks", "hierarchy"]));
    assert_eq!(members(&block["tokens"][0]), set(&["type", "text", "style"]));
    assert_eq!(members(&block["tokens"][1]), set(&["type", "text", "url"]));
}

#[tokio::test]
async fn a_change_of_another_object_leaves_the_bytes_alone() {
    let lab = Lab::new().await;
    let tag = lab.make(tag("Methods")).await;
    let mut page = page("a");
    page["properties"]["tags"] = entities(&[&tag]);
    let page = lab.create(page).await;
    let uri = format!("/object?id={}", id(&page));
    let before = lab.get(&uri).await.body;
    lab.update(json!({"id": tag, "properties": {"title": titled("Protocols")}})).await;
    lab.delete(&format!("/object?id={tag}")).await;
    assert_eq!(lab.get(&uri).await.body, before);
}
