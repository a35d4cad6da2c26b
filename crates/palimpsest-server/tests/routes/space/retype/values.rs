//! What values become, and the options that are made of them.

use http::Method;
use palimpsest_model::PropertyKind;
use serde_json::{Value, json};

use super::{BOOK, FIELD, NUMBER, PATH, TEXT, change, define, field, library, number, text, value_of};
use crate::app::Lab;
use crate::wire::{chosen, run};

#[tokio::test]
async fn texts_become_options_in_the_order_of_the_objects() {
    let says = ["Good", "Bad", "Good", "Odd"];
    let lab = Lab::new().await;
    define(&lab, &TEXT).await;
    // The order of their ids is another one.
    let books: Vec<_> = (1..5).rev().map(chosen).collect();
    for (book, says) in books.iter().zip(says) {
        lab.make(json!({"id": book, "structureId": BOOK, "properties": {FIELD: text(says)}})).await;
    }
    let made = field(&lab.patch(PATH, &change(json!({"type": "label"}))).await.ok());
    assert_eq!(made["multiple"], json!(false));
    let names: Vec<_> = made["labelSet"].as_array().unwrap().iter().map(|option| option["name"].clone()).collect();
    assert_eq!(names, ["Good", "Bad", "Odd"]);
    assert_eq!(value_of(&lab, &books[2]).await, json!({"type": "label", "label": [made["labelSet"][0]]}));
    lab.patch(PATH, &change(json!({"type": "text"}))).await.ok();
    for (book, says) in books.iter().zip(says) {
        assert_eq!(value_of(&lab, book).await, text(says));
    }
    // No name of an option has blanks around it, and none is empty.
    lab.update(json!({"id": books[0], "properties": {FIELD: text(" Good")}})).await;
    lab.update(json!({"id": books[1], "properties": {FIELD: text("")}})).await;
    let reply = lab.patch(PATH, &change(json!({"type": "label"}))).await;
    assert_eq!((reply.status, reply.json()["details"].clone()), (409, json!({"objects": books[..2], "count": 2})));
}

#[tokio::test]
async fn more_options_than_a_label_may_have_are_not_made() {
    let lab = Lab::new().await;
    define(&lab, &NUMBER).await;
    let operations: Vec<_> = (0..501)
        .map(|index| {
            let body = json!({"structureId": BOOK, "properties": {FIELD: number(index % 500)}});
            json!({"method": "POST", "path": "/object", "body": body})
        })
        .collect();
    for operations in operations.chunks(300) {
        lab.post("/transactions", &json!({"operations": operations})).await.ok();
    }
    let dry = change(json!({"type": "label", "dryRun": true}));
    assert_eq!(field(&lab.patch(PATH, &dry).await.ok())["labelSet"].as_array().unwrap().len(), 500);
    lab.make(json!({"structureId": BOOK, "properties": {FIELD: number(500)}})).await;
    let reply = lab.patch(PATH, &dry).await;
    assert_eq!((reply.status, reply.json()["details"]["count"].clone()), (409, json!(1)));
}

#[tokio::test]
async fn a_choice_of_several_becomes_one_of_one_only_when_none_has_more() {
    let options = json!([{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]);
    let kind = PropertyKind::Label { multiple: true, options: serde_json::from_value(options).unwrap() };
    let label = |ids: &[&str]| {
        let chosen: Vec<_> = ids.iter().map(|id| json!({"id": id, "name": id.to_uppercase()})).collect();
        json!({"type": "label", "label": chosen})
    };
    let (lab, books) = library(&kind, &[label(&["a"]), label(&["b", "a"]), label(&[])]).await;
    let message = format!(
        "1 object has a value that does not convert to label without loss: of {}, it holds several options",
        books[1]
    );
    let single = change(json!({"multiple": false}));
    let details = lab.refuses_as(Method::PATCH, PATH, single.clone(), (409, "cap_conflict"), &message).await;
    assert_eq!(details, json!({"objects": [books[1]], "count": 1}));
    lab.update(json!({"id": books[1], "properties": {FIELD: label(&["b"])}})).await;
    assert_eq!(field(&lab.patch(PATH, &single).await.ok())["multiple"], json!(false));
    let reply = lab.patch(PATH, &change(json!({"multiple": true, "name": "Marks"}))).await.ok();
    assert_eq!((&field(&reply)["multiple"], &field(&reply)["name"]), (&json!(true), &json!("Marks")));
    assert_eq!(value_of(&lab, &books[1]).await, label(&["b"]));
}

#[tokio::test]
async fn rich_text_becomes_text_when_it_is_plain() {
    let rich = |runs: Value| json!({"type": "richText", "richText": {"value": runs}});
    let styled = json!({"type": "TextToken", "text": "b", "style": {"bold": true}});
    let (lab, books) =
        library(&PropertyKind::RichText, &[rich(json!([run("a")])), rich(json!([run("a"), styled]))]).await;
    let to_text = change(json!({"type": "text"}));
    assert_eq!(lab.patch(PATH, &to_text).await.json()["details"], json!({"objects": [books[1]], "count": 1}));
    lab.update(json!({"id": books[1], "properties": {FIELD: rich(json!([]))}})).await;
    lab.patch(PATH, &to_text).await.ok();
    assert_eq!(value_of(&lab, &books[0]).await, text("a"));
    assert_eq!(value_of(&lab, &books[1]).await, json!({"type": "text", "text": {"value": null}}));
}
