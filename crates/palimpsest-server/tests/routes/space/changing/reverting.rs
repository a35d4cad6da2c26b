//! Reverts over a schema that has changed.

use serde_json::{Value, json};

use super::{COLLECTIONS, PROPERTIES, STRUCTURES, object, part, structure};
use crate::app::Lab;
use crate::wire::{id, page, titled};

fn text_value(value: &str) -> Value {
    json!({"type": "text", "text": {"value": value}})
}

async fn revert(lab: &Lab, revision: u64, partial: bool) -> crate::app::Reply {
    lab.post("/transactions/revert", &json!({"revision": revision, "partial": partial})).await
}

#[tokio::test]
async fn what_a_commit_did_to_the_schema_collides() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    let made = lab.head().await;
    let emma = object(&lab, &book, "Emma", json!({})).await;
    lab.patch(STRUCTURES, &json!({"id": book, "title": "Volume"})).await.ok();
    let renamed = lab.head().await;
    lab.post(COLLECTIONS, &json!({"id": part(2), "structureId": book, "title": "Shelf"})).await.ok();
    let collected = lab.head().await;
    lab.delete(&format!("{STRUCTURES}?id={book}&objects=trash")).await;
    let deleted = lab.head().await;
    let paths = async |revision| {
        let reply = revert(&lab, revision, false).await;
        assert_eq!((reply.status, &*reply.code()), (409, "cap_conflict"), "{revision}: {reply:?}");
        let conflicts = reply.json()["details"]["conflicts"].as_array().unwrap().clone();
        conflicts.iter().map(|conflict| conflict["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let schema = format!("schema.{book}");
    assert_eq!(paths(renamed).await, [&*schema]);
    assert_eq!(paths(deleted).await, [format!("collection.{}", part(2)), schema.clone(), schema.clone()]);
    // What is not there was not there before either.
    for revision in [made, collected] {
        revert(&lab, revision, false).await.ok();
    }
    let left = revert(&lab, deleted, true).await.ok();
    assert_eq!((&left["results"], left["left"].as_array().unwrap().len()), (&json!([]), 3));
    assert!(!lab.sees(&emma).await);
}

#[tokio::test]
async fn an_object_that_was_deleted_comes_back_only_as_it_fits() {
    let lab = Lab::new().await;
    let body = json!({"structureId": "RootPage", "id": part(1), "name": "Place", "type": "text"});
    lab.post(PROPERTIES, &body).await.ok();
    lab.post(COLLECTIONS, &json!({"id": part(2), "structureId": "RootPage", "title": "Shelf"})).await.ok();
    let sent = json!({"structureId": "RootPage", "collections": [part(2)], "properties": {"title": titled("a"), part(1): text_value("x")}});
    let shown = lab.create(sent).await;
    let object = id(&shown);
    let then = lab.head().await;
    lab.delete(&format!("/object?id={object}&hardDelete=true")).await;
    let deleted = lab.head().await;
    // Deleted for good, it uses nothing.
    assert_eq!(lab.delete(&format!("{PROPERTIES}?structureId=RootPage&id={}", part(1))).await.status, 200);
    assert_eq!(lab.delete(&format!("{COLLECTIONS}?id={}", part(2))).await.status, 200);
    let reply = lab.post("/object/revert", &json!({"id": object, "revision": then})).await;
    let conflicts = &reply.json()["details"]["conflicts"];
    assert_eq!((reply.status, &conflicts[0]["path"]), (409, &json!(format!("properties.{}", part(1)))));
    let reply = revert(&lab, deleted, false).await;
    let paths: Vec<_> =
        reply.json()["details"]["conflicts"].as_array().unwrap().iter().map(|one| one["path"].clone()).collect();
    assert_eq!(paths, [json!("collections"), json!(format!("properties.{}", part(1)))]);
    let told = revert(&lab, deleted, true).await.ok();
    assert_eq!(told["left"].as_array().unwrap().len(), 2, "{told}");
    let back = lab.object(&object).await;
    assert_eq!((&back["collections"], &back["properties"]["title"]), (&json!([]), &titled("a")));
    assert_eq!(back["properties"].get(part(1)), None);
}

#[tokio::test]
async fn an_object_that_is_reverted_stays_out_of_a_collection_that_is_gone() {
    let lab = Lab::new().await;
    let mut body = page("a");
    for number in [1, 2] {
        lab.post(COLLECTIONS, &json!({"id": part(number), "structureId": "RootPage", "title": "Shelf"})).await.ok();
    }
    body["collections"] = json!([part(1), part(2)]);
    let object = lab.make(body).await;
    let then = lab.head().await;
    lab.update(json!({"id": object, "properties": {"title": titled("b")}, "collections": []})).await;
    lab.delete(&format!("{COLLECTIONS}?id={}", part(1))).await;
    let reply = lab.post("/object/revert", &json!({"id": object, "revision": then})).await;
    let back = reply.ok();
    assert_eq!((&back["collections"], &back["properties"]["title"]), (&json!([part(2)]), &titled("a")));
    assert_eq!(reply.header("palimpsest-ignored"), Some(&*format!("\"collections[\\\"{}\\\"]\"", part(1))));
    lab.update(json!({"id": object, "collections": []})).await;
    let strict = lab.ask(http::Method::POST, "/object/revert").header("prefer", "handling=strict");
    let reply = lab.app.send(strict.json(&json!({"id": object, "revision": then}))).await;
    assert_eq!((reply.status, &*reply.code()), (400, "cap_invalid_input"));
}

#[tokio::test]
async fn an_option_that_was_dropped_does_not_come_back_with_a_revert() {
    let lab = Lab::new().await;
    let label = json!({"structureId": "RootPage", "id": part(1), "name": "Kind", "type": "label", "labelSet": [{"id": "a", "name": "A"}]});
    lab.post(PROPERTIES, &label).await.ok();
    let chosen = json!({"type": "label", "label": [{"id": "a", "name": "A"}]});
    let object = object(&lab, "RootPage", "p", json!({part(1): chosen})).await;
    let then = lab.head().await;
    let none = json!({"structureId": "RootPage", "id": part(1), "labelSet": [], "values": "drop"});
    lab.patch(PROPERTIES, &none).await.ok();
    let dropped = lab.head().await;
    for reply in
        [lab.post("/object/revert", &json!({"id": object, "revision": then})).await, revert(&lab, dropped, false).await]
    {
        let conflicts = reply.json()["details"]["conflicts"].as_array().unwrap().clone();
        let path = json!(format!("properties.{}", part(1)));
        assert!(reply.status == 409 && conflicts.iter().any(|conflict| conflict["path"] == path), "{reply:?}");
    }
}
