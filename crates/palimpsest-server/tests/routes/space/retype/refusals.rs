//! What does not become another type, and how that is told.

use http::Method;
use palimpsest_model::PropertyKind;
use serde_json::{Value, json};

use super::{BOOK, FIELD, PATH, TEXT, change, define, field, library, text, value_of};
use crate::app::Lab;
use crate::wire::{NOBODY, entities};

#[tokio::test]
async fn what_does_not_convert_is_told_with_the_objects_that_hold_it() {
    let values: Vec<_> = (0..25).map(|index| text(&format!("{index} items"))).chain([text("7")]).collect();
    let (lab, books) = library(&TEXT, &values).await;
    lab.delete(&format!("/object?id={}", books[24])).await;
    let message = format!(
        "25 objects have values that do not convert to number without loss: of {}, what it says is no value of type number",
        books[0]
    );
    for dry_run in [true, false] {
        let body = change(json!({"type": "number", "dryRun": dry_run}));
        let details = lab.refuses_as(Method::PATCH, PATH, body, (409, "cap_conflict"), &message).await;
        assert_eq!(details, json!({"objects": books[..20], "count": 25}));
    }
}

#[tokio::test]
async fn fewer_structures_are_allowed_when_no_value_names_another() {
    let (lab, books) = library(&PropertyKind::Entity { allowed: Vec::new() }, &[]).await;
    assert!(books.is_empty());
    let page = lab.make(json!({"structureId": "RootPage"})).await;
    let book = lab.make(json!({"structureId": BOOK, "properties": {FIELD: entities(&[&page])}})).await;
    for dry_run in [true, false] {
        let body = change(json!({"allowedStructures": ["RootTag"], "dryRun": dry_run}));
        let reply = lab.patch(PATH, &body).await;
        assert_eq!((reply.status, reply.json()["details"].clone()), (409, json!({"objects": [book], "count": 1})));
    }
    let narrow = change(json!({"allowedStructures": ["RootTag", "RootPage"]}));
    assert_eq!(field(&lab.patch(PATH, &narrow).await.ok())["allowedStructures"], json!(["RootTag", "RootPage"]));
    assert_eq!(value_of(&lab, &book).await, entities(&[&page]));
}

#[tokio::test]
async fn what_cannot_be_another_type_says_so_with_its_path() {
    let lab = Lab::new().await;
    define(&lab, &TEXT).await;
    let bad = |structure: &str, id: &str, members: Value| {
        let mut body = change(members);
        (body["structureId"], body["id"]) = (json!(structure), json!(id));
        body
    };
    let built_in = "✖ This property comes with the structure: its type cannot be changed\n  → at type";
    for (structure, id) in [
        (BOOK, "title"),
        (BOOK, "lastUpdatedAt"),
        (BOOK, "tags"),
        ("RootTask", "status"),
        ("MediaImage", "media_fileSize"),
        ("RootPage", "description"),
    ] {
        lab.refuses(Method::PATCH, PATH, bad(structure, id, json!({"type": "boolean"})), built_in).await;
    }
    let several = "✖ This property comes with the structure: its type cannot be changed\n  → at multiple";
    lab.refuses(Method::PATCH, PATH, bad("RootTask", "status", json!({"multiple": true})), several).await;
    let section = "✖ A body section cannot become anything else, nor anything else a body section\n  → at type";
    lab.refuses(Method::PATCH, PATH, change(json!({"type": "blocks"})), section).await;
    let misplaced = "✖ Only a property of type label has one option or several\n  → at multiple";
    lab.refuses(Method::PATCH, PATH, change(json!({"type": "number", "multiple": true})), misplaced).await;
    lab.refuses(Method::PATCH, PATH, change(json!({"multiple": true})), misplaced).await;
    let reply = lab.patch(PATH, &bad(BOOK, NOBODY, json!({"type": "number"}))).await;
    assert_eq!(reply.status, 404);
}
