//! Reverts over a schema that has changed.

use palimpsest_engine::admin::Command;
use serde_json::{Value, json};

use super::{COLLECTIONS, PROPERTIES, STRUCTURES, object, part, structure};
use crate::app::Lab;
use crate::wire::{entities, id, page, tag, titled};

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

/// Expects that neither an object that is reverted nor a commit that is taken back brings a value back.
async fn stays_away(lab: &Lab, object: &str, then: u64, changed: u64) {
    let before = lab.object(object).await;
    let path = json!(format!("properties.{}", part(1)));
    for reply in
        [lab.post("/object/revert", &json!({"id": object, "revision": then})).await, revert(lab, changed, false).await]
    {
        let conflicts = reply.json()["details"]["conflicts"].as_array().cloned().unwrap_or_default();
        assert!(reply.status == 409 && conflicts.iter().any(|conflict| conflict["path"] == path), "{reply:?}");
    }
    let told = revert(lab, changed, true).await.ok();
    assert!(told["left"].as_array().unwrap().iter().any(|left| left["path"] == path), "{told}");
    assert_eq!(lab.object(object).await, before);
}

#[tokio::test]
async fn a_target_that_is_allowed_no_more_does_not_come_back_with_a_revert() {
    let lab = Lab::new().await;
    let body = json!({"structureId": "RootPage", "id": part(1), "name": "See", "type": "entity"});
    lab.post(PROPERTIES, &body).await.ok();
    let (target, label) = (lab.make(page("x")).await, lab.make(tag("t")).await);
    let holder = object(&lab, "RootPage", "a", json!({part(1): entities(&[&target, &label])})).await;
    let then = lab.head().await;
    let narrow = |values: &str| json!({"structureId": "RootPage", "id": part(1), "allowedStructures": ["RootTag"], "values": values});
    lab.patch(PROPERTIES, &narrow("drop")).await.ok();
    let narrowed = lab.head().await;
    stays_away(&lab, &holder, then, narrowed).await;
    // A target that is allowed comes back as ever.
    lab.update(json!({"id": holder, "properties": {part(1): entities(&[])}})).await;
    lab.post("/object/revert", &json!({"id": holder, "revision": narrowed})).await.ok();
    assert_eq!(lab.object(&holder).await["properties"][part(1)], entities(&[&label]));
}

#[tokio::test]
async fn a_target_that_is_allowed_no_more_does_not_come_back_with_what_was_deleted() {
    let lab = Lab::new().await;
    let body = json!({"structureId": "RootPage", "id": part(1), "name": "See", "type": "entity"});
    lab.post(PROPERTIES, &body).await.ok();
    let target = lab.make(page("x")).await;
    let holder = object(&lab, "RootPage", "a", json!({part(1): entities(&[&target])})).await;
    lab.delete(&format!("/object?id={holder}&hardDelete=true")).await;
    let deleted = lab.head().await;
    let narrow = json!({"structureId": "RootPage", "id": part(1), "allowedStructures": ["RootTag"]});
    lab.patch(PROPERTIES, &narrow).await.ok();
    assert_eq!(revert(&lab, deleted, false).await.status, 409);
    revert(&lab, deleted, true).await.ok();
    assert_eq!(lab.object(&holder).await["properties"].get(part(1)), None);
}

#[tokio::test]
async fn a_target_in_the_trash_has_to_be_allowed_too() {
    let lab = Lab::new().await;
    for (number, allowed) in [(1, json!(["RootTag"])), (2, json!([]))] {
        let body = json!({"structureId": "RootPage", "id": part(number), "name": "See", "type": "entity", "allowedStructures": allowed});
        lab.post(PROPERTIES, &body).await.ok();
    }
    let target = lab.make(page("x")).await;
    let holder = object(&lab, "RootPage", "a", json!({part(2): entities(&[&target])})).await;
    lab.delete(&format!("/object?id={target}")).await;
    // The holder knows it, so that it may name it again, but not where no page may stand.
    lab.update(json!({"id": holder, "properties": {part(2): entities(&[&target])}})).await;
    let body = json!({"id": holder, "properties": {part(1): entities(&[&target])}});
    let reply = lab.patch("/object", &body).await;
    assert_eq!((reply.status, &*reply.code()), (400, "cap_invalid_input"));
}

#[tokio::test]
async fn several_options_do_not_come_back_where_one_may_be_chosen() {
    let lab = Lab::new().await;
    let options: Vec<_> = ["a", "b"].iter().map(|id| json!({"id": id, "name": id})).collect();
    let label = json!({"structureId": "RootPage", "id": part(1), "name": "Kind", "type": "label", "multiple": true, "labelSet": options});
    lab.post(PROPERTIES, &label).await.ok();
    let holder = object(&lab, "RootPage", "p", json!({part(1): {"type": "label", "label": options}})).await;
    let then = lab.head().await;
    lab.update(json!({"id": holder, "properties": {part(1): {"type": "label", "label": [options[1]]}}})).await;
    let changed = lab.head().await;
    lab.patch(PROPERTIES, &json!({"structureId": "RootPage", "id": part(1), "multiple": false})).await.ok();
    stays_away(&lab, &holder, then, changed).await;
}

#[tokio::test]
async fn what_has_no_structure_any_more_is_deleted_for_good_whatever_version_is_named() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    let emma = object(&lab, &book, "Emma", json!({})).await;
    let old = lab.get(&format!("/object?id={emma}")).await.header("etag").unwrap().to_owned();
    lab.delete(&format!("{STRUCTURES}?id={book}&objects=trash")).await;
    let uri = format!("/object?id={emma}&hardDelete=true");
    let ask = || lab.ask(http::Method::DELETE, &uri).header("if-match", &old);
    assert_eq!(lab.app.send(ask()).await.status, 412);
    let reply = lab.app.send(ask().header("prefer", "merge")).await;
    assert!(reply.status < 300, "nothing of it collides: {reply:?}");
    assert_eq!(lab.get("/trash").await.ok()["results"], json!([]));
}

#[tokio::test]
async fn what_the_list_of_structures_does_not_show_collides_too() {
    let lab = Lab::new().await;
    let section = json!({"structureId": "RootPage", "id": part(1), "name": "Notes", "type": "blocks"});
    lab.post(PROPERTIES, &section).await.ok();
    let added = lab.head().await;
    let rename = json!({"structureId": "RootPage", "id": part(1), "name": "Remarks"});
    lab.patch(PROPERTIES, &rename).await.ok();
    let renamed = lab.head().await;
    let zone = Command::SpaceTimezone { space: lab.space.clone(), zone: "Europe/Berlin".to_owned() };
    lab.app.administer(zone).await;
    let moved = lab.head().await;
    for (revision, path) in [(added, "schema.RootPage"), (renamed, "schema.RootPage"), (moved, "space.timezone")] {
        let reply = revert(&lab, revision, false).await;
        assert_eq!((reply.status, &*reply.code()), (409, "cap_conflict"), "{revision}");
        let conflict = &reply.json()["details"]["conflicts"][0];
        assert_eq!(conflict["path"], json!(path));
        if path == "space.timezone" {
            assert_eq!((&conflict["theirs"], &conflict["mine"]), (&json!("Europe/Berlin"), &json!("UTC")));
        }
        let told = revert(&lab, revision, true).await.ok();
        assert_eq!(told["left"][0]["path"], json!(path));
    }
}
