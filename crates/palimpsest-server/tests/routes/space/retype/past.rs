//! What is in the trash, the log and the history of a property that changed its type.

use http::Method;
use serde_json::{Value, json};

use super::{BOOK, FIELD, NUMBER, PATH, change, field, library, number, structure, text, value_of};
use crate::wire::{id, titled};

#[tokio::test]
async fn objects_in_the_trash_come_back_with_values_of_the_new_type() {
    let (lab, books) = library(&NUMBER, &[number(1), number(2)]).await;
    lab.delete(&format!("/object?id={}", books[1])).await;
    let trash = lab.get("/trash").await.ok();
    lab.app.clock.advance(1000);
    lab.patch(PATH, &change(json!({"type": "text"}))).await.ok();
    let row = |trash: &Value| (trash["results"][0]["id"].clone(), trash["results"][0]["trashedAt"].clone());
    assert_eq!(row(&lab.get("/trash").await.ok()), row(&trash), "it is in the trash since then");
    let back = lab.update(json!({"id": books[1], "deleteRequested": false})).await;
    assert_eq!(back["properties"][FIELD], text("2"));
}

#[tokio::test]
async fn the_feed_and_the_history_tell_of_every_object_and_the_past_stays() {
    let (lab, books) = library(&NUMBER, &[number(1), number(2)]).await;
    let head = lab.head().await;
    let reply = lab.patch(PATH, &change(json!({"type": "text"}))).await;
    assert_eq!(reply.revision(), Some(head + 1));
    let changes = lab.get(&format!("/changes?since={head}")).await.ok();
    let all = changes["changes"].as_array().unwrap();
    assert_eq!(all.len(), 1);
    let mut changed: Vec<_> = all[0]["objects"].as_array().unwrap().iter().map(id).collect();
    changed.sort();
    let mut expected = books.clone();
    expected.sort();
    assert_eq!(changed, expected);
    for object in all[0]["objects"].as_array().unwrap() {
        assert_eq!((&object["kind"], &object["paths"]), (&json!("updated"), &json!([format!("properties.{FIELD}")])));
    }
    let then = lab.get(&format!("/object?id={}&revision={head}", books[0])).await.ok();
    assert_eq!(then["properties"][FIELD], number(1));
    let diff = lab.get(&format!("/object/diff?id={}&from={head}&to={}", books[0], head + 1)).await.ok();
    assert_eq!((&diff["changes"][0]["before"], &diff["changes"][0]["after"]), (&number(1), &text("1")));
    let body = json!({"id": books[0], "revision": head});
    let reply = lab.post("/object/revert", &body).await;
    assert_eq!(
        (reply.status, reply.json()["details"]["conflicts"][0]["path"].clone()),
        (409, json!(format!("properties.{FIELD}")))
    );
}

#[tokio::test]
async fn neither_a_revert_nor_a_merge_brings_values_of_the_old_type_back() {
    let (lab, books) = library(&NUMBER, &[number(1)]).await;
    let book = &books[0];
    let before = lab.get(&format!("/object?id={book}")).await.header("etag").unwrap().to_owned();
    let changed = lab.patch(PATH, &change(json!({"type": "text"}))).await.revision().unwrap();

    let merging = |properties: Value| {
        let body = json!({"id": book, "properties": properties});
        lab.ask(Method::PATCH, "/object").header("if-match", &before).header("prefer", "merge").json(&body)
    };
    let merged = lab.app.send(merging(json!({"title": titled("renamed")}))).await.ok();
    assert_eq!((&merged["properties"]["title"], &merged["properties"][FIELD]), (&titled("renamed"), &text("1")));
    assert_eq!(lab.app.send(merging(json!({FIELD: number(2)}))).await.status, 400);
    assert_eq!(lab.app.send(merging(json!({FIELD: text("2")}))).await.status, 409);

    let revert = json!({"revision": changed});
    assert_eq!(lab.post("/transactions/revert", &revert).await.status, 409);
    let told = lab.post("/transactions/revert", &json!({"revision": changed, "partial": true})).await.ok();
    let left: Vec<_> = told["left"].as_array().unwrap().iter().map(|left| left["path"].as_str().unwrap()).collect();
    assert!(left.contains(&&*format!("properties.{FIELD}")) && left.contains(&&*format!("schema.{BOOK}")), "{left:?}");
    assert_eq!((value_of(&lab, book).await, &field(&structure(&lab).await)["type"]), (text("1"), &json!("text")));
}
