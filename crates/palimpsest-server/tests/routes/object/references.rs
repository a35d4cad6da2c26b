//! Objects that refer to others: what they may refer to, and what becomes of it.

use http::Method;
use palimpsest_engine::admin::Command;
use serde_json::{Value, json};

use crate::app::{BOTH, Lab};
use crate::wire::{NOBODY, SECTION, chosen, entities, id, page, page_of, tag, titled, tokens};

const BOOK: &str = "33333333-3333-4333-8333-333333333333";
const FRIENDS: &str = "44444444-4444-4444-8444-444444444444";
const SEQUEL: &str = "55555555-5555-4555-8555-555555555555";

/// Makes the structure "Book": its friends are any objects, its sequel is a book.
async fn books(lab: &Lab) {
    let friends = json!({"id": FRIENDS, "name": "Friends", "type": "entity"});
    let sequel = json!({"id": SEQUEL, "name": "Sequel", "type": "entity", "allowedStructures": [BOOK]});
    let definition = json!({"id": BOOK, "title": "Book", "propertyDefinitions": [friends, sequel]});
    lab.app.administer(Command::StructureCreate { space: None, definition }).await;
}

fn link(id: &str) -> Value {
    tokens(json!([{"type": "LinkToken", "text": "see", "entityId": id}]))
}

fn embed(id: &str) -> Value {
    json!({"type": "EntityBlock", "entityId": id})
}

async fn trash(lab: &Lab, id: &str) {
    assert_eq!(lab.delete(&format!("/object?id={id}")).await.status, 200);
}

#[tokio::test]
async fn properties_links_and_embeds_refer_to_objects_of_the_space() {
    let lab = Lab::new().await;
    let tag = lab.make(tag("Methods")).await;
    let mut body = page_of(json!([link(&tag), embed(&tag)]));
    body["properties"] = json!({"tags": entities(&[&tag, &tag])});
    let page = lab.create(body).await;
    assert_eq!(page["properties"]["tags"], entities(&[&tag, &tag]), "as sent");
    assert_eq!(page["blocks"][SECTION][0]["tokens"][0]["entityId"], json!(tag));
    assert_eq!(page["blocks"][SECTION][1]["entityId"], json!(tag));
}

#[tokio::test]
async fn what_is_not_there_cannot_be_referred_to() {
    let lab = Lab::new().await;
    let (trashed, deleted) = (lab.make(tag("trashed")).await, lab.make(tag("deleted")).await);
    trash(&lab, &trashed).await;
    assert_eq!(lab.delete(&format!("/object?id={deleted}&hardDelete=true")).await.status, 200);
    let attic = lab.app.space("Attic").await;
    let token = lab.app.token(&attic, "attic", BOTH).await;
    let reply = lab.app.send(crate::app::Ask::new(Method::POST, "/object").token(&token).json(&tag("theirs"))).await;
    let elsewhere = id(&reply.ok());
    for nobody in [NOBODY, &trashed, &deleted, &elsewhere, &lab.space] {
        let mut body = page_of(json!([link(nobody), embed(nobody)]));
        body["properties"] = json!({"tags": entities(&[nobody])});
        let message = "✖ Unknown object\n  → at blocks.RootPage_content[1].entityId\n\
            ✖ Unknown object\n  → at properties.tags.entity[0].id\n\
            ✖ Unknown object\n  → at blocks.RootPage_content[0].tokens[0].entityId";
        lab.refuses(Method::POST, "/object", body, message).await;
    }
}

#[tokio::test]
async fn a_property_refers_to_the_structures_it_allows() {
    let lab = Lab::new().await;
    books(&lab).await;
    let (page, tag) = (lab.make(page("a")).await, lab.make(tag("b")).await);
    let body = json!({"id": page, "properties": {"tags": entities(&[&tag, &page])}});
    let message =
        "✖ Invalid target: expected an object of \"RootTag\", received RootPage\n  → at properties.tags.entity[1].id";
    lab.refuses(Method::PATCH, "/object", body, message).await;
    let first = lab.make(json!({"structureId": BOOK, "properties": {FRIENDS: entities(&[&page, &tag])}})).await;
    lab.make(json!({"structureId": BOOK, "properties": {SEQUEL: entities(&[&first])}})).await;
    let body = json!({"id": first, "properties": {SEQUEL: entities(&[&page])}});
    let message = format!(
        "✖ Invalid target: expected an object of \"{BOOK}\", received RootPage\n  → at properties[\"{SEQUEL}\"].entity[0].id"
    );
    lab.refuses(Method::PATCH, "/object", body, &message).await;
}

#[tokio::test]
async fn an_object_may_refer_to_itself_also_when_it_is_made() {
    let lab = Lab::new().await;
    books(&lab).await;
    let me = chosen(1);
    let body =
        json!({"structureId": BOOK, "id": me, "properties": {FRIENDS: entities(&[&me]), SEQUEL: entities(&[&me])}});
    let book = lab.create(body).await;
    assert_eq!(book["properties"][SEQUEL], entities(&[&me]));
    let me = chosen(2);
    let mut body = page_of(json!([link(&me), embed(&me)]));
    body["id"] = json!(me);
    lab.create(body).await;
    let body = json!({"id": me, "blocks": {SECTION: [embed(&me)]}});
    lab.update(body).await;
}

#[tokio::test]
async fn an_object_that_refers_to_itself_is_held_to_what_its_property_allows() {
    let lab = Lab::new().await;
    let me = chosen(1);
    let mut body = page("a");
    body["id"] = json!(me);
    let message =
        "✖ Invalid target: expected an object of \"RootTag\", received RootPage\n  → at properties.tags.entity[0].id";
    body["properties"]["tags"] = entities(&[&me]);
    lab.refuses(Method::POST, "/object", body, message).await;
    let mut body = page("a");
    body["id"] = json!(me);
    lab.create(body).await;
    let body = json!({"id": me, "properties": {"tags": entities(&[&me])}});
    lab.refuses(Method::PATCH, "/object", body, message).await;
}

#[tokio::test]
async fn targets_that_were_there_may_stay_when_they_are_trashed_or_deleted() {
    for hard in ["", "&hardDelete=true"] {
        let lab = Lab::new().await;
        let tag = lab.make(tag("Methods")).await;
        let mut body = page_of(json!([link(&tag), embed(&tag)]));
        body["properties"] = json!({"tags": entities(&[&tag])});
        let before = lab.create(body).await;
        let page = id(&before);
        assert_eq!(lab.delete(&format!("/object?id={tag}{hard}")).await.status, 200);
        let same = json!({"id": page, "properties": {"tags": entities(&[&tag]), "title": titled("b")},
            "blocks": {SECTION: [embed(&tag), link(&tag)]}});
        let after = lab.update(same).await;
        assert_eq!(after["properties"]["tags"], before["properties"]["tags"], "what points to it is left");
        lab.append(json!({"id": page, "blocks": [link(&tag)]})).await;
        let other = json!({"structureId": "RootPage", "properties": {"tags": entities(&[&tag])}});
        let message = "✖ Unknown object\n  → at properties.tags.entity[0].id";
        lab.refuses(Method::POST, "/object", other, message).await;
    }
}

#[tokio::test]
async fn a_reference_that_was_given_up_cannot_be_taken_back_when_its_target_is_gone() {
    let lab = Lab::new().await;
    let tag = lab.make(tag("Methods")).await;
    let page = lab.make(json!({"structureId": "RootPage", "properties": {"tags": entities(&[&tag])}})).await;
    trash(&lab, &tag).await;
    lab.update(json!({"id": page, "properties": {"tags": entities(&[])}})).await;
    let body = json!({"id": page, "properties": {"tags": entities(&[&tag])}});
    lab.refuses(Method::PATCH, "/object", body, "✖ Unknown object\n  → at properties.tags.entity[0].id").await;
}
