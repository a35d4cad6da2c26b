//! What is gone can be read at its revisions.

use http::Method;
use serde_json::{Value, json};

use super::{COLLECTIONS, PROPERTIES, STRUCTURES, object, part, structure};
use crate::app::Lab;
use crate::wire::{chosen, titled};

/// A space with a book, whose structure, property and collection were all taken away; the book as it was, and when.
async fn ruin() -> (Lab, String, Value, u64) {
    let lab = Lab::new().await;
    let label = json!({"id": part(2), "name": "Rating", "type": "label", "labelSet": [{"id": "good", "name": "Good"}]});
    let book = structure(&lab, 1, "Book", json!([label])).await;
    lab.post(COLLECTIONS, &json!({"id": part(3), "structureId": book, "title": "Shelf"})).await.ok();
    let good = json!({"type": "label", "label": [{"id": "good", "name": "Good"}]});
    let emma = object(&lab, &book, "Emma", json!({part(2): good})).await;
    let shown = lab.update(json!({"id": emma, "collections": [part(3)]})).await;
    let then = lab.head().await;
    assert_eq!(lab.delete(&format!("{COLLECTIONS}?id={}", part(3))).await.status, 200);
    assert_eq!(lab.delete(&format!("{PROPERTIES}?structureId={book}&id={}&values=drop", part(2))).await.status, 200);
    assert_eq!(lab.delete(&format!("{STRUCTURES}?id={book}&objects=trash")).await.status, 200);
    (lab, emma, shown, then)
}

#[tokio::test]
async fn objects_of_a_structure_that_is_gone_are_shown_as_they_were() {
    let (lab, emma, shown, then) = ruin().await;
    assert_eq!(lab.get(&format!("/object?id={emma}&revision={then}")).await.ok(), shown);
    let many = lab.post("/objects/get", &json!({"ids": [emma], "revision": then})).await.ok();
    assert_eq!(many["results"][0]["object"], shown);
    let head = lab.head().await;
    let page = lab.get(&format!("/changes?since={}&include=objects&limit=1000", then - 1)).await.ok();
    assert_eq!(page["changes"][0]["objects"][0]["object"], shown);
    assert_eq!(page["changes"].as_array().unwrap().len() as u64, head - then + 1);
    let differs = lab.get(&format!("/object/diff?id={emma}&from={then}&to={head}")).await.ok();
    let paths: Vec<_> = differs["changes"].as_array().unwrap().iter().map(|change| change["path"].clone()).collect();
    assert_eq!(paths, [json!("collections"), json!(format!("properties.{}", part(2))), json!("trashed")]);
    assert_eq!(differs["changes"][1]["before"]["label"], json!([{"id": "good", "name": "Good"}]));
    let trash = lab.get("/trash").await.ok();
    assert_eq!((&trash["results"][0]["id"], &trash["results"][0]["title"]), (&json!(emma), &json!("Emma")));
}

#[tokio::test]
async fn to_bring_one_back_is_refused_and_loses_nothing() {
    let (lab, emma, shown, then) = ruin().await;
    let path = format!("schema.{}", part(1));
    let details = json!({"conflicts": [{"path": path, "base": null, "theirs": null, "mine": null}]});
    let message =
        "The structure of this object was deleted, so it stays where it is; what it was can be read at its revisions";
    let restore = json!({"id": emma, "deleteRequested": false, "properties": {"title": titled("b")}});
    let revert = json!({"id": emma, "revision": then});
    for (method, uri, body) in [(Method::PATCH, "/object", restore), (Method::POST, "/object/revert", revert)] {
        assert_eq!(lab.refuses_as(method, uri, body, (409, "cap_conflict"), message).await, details);
    }
    let body = json!({"id": emma, "properties": {"title": titled("b")}});
    lab.refuses_as(Method::PATCH, "/object", body, (404, "cap_not_found"), "Object not found").await;
    assert_eq!(lab.get(&format!("/object?id={emma}&revision={then}")).await.ok(), shown);
    // It can be made anew, and the old one deleted for good.
    let copy =
        json!({"structureId": "RootPage", "id": chosen(1), "properties": {"title": shown["properties"]["title"]}});
    lab.create(copy).await;
    assert_eq!(lab.delete(&format!("/object?id={emma}&hardDelete=true")).await.status, 200);
    let revert = json!({"id": emma, "revision": then});
    assert_eq!(lab.refuses_as(Method::POST, "/object/revert", revert, (409, "cap_conflict"), message).await, details);
}

#[tokio::test]
async fn lists_go_on_as_they_stood_when_they_were_begun() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    for number in 0..5 {
        object(&lab, &book, &number.to_string(), json!({})).await;
    }
    let first = lab.get("/objects?limit=2&include=objects").await.ok();
    lab.delete(&format!("{STRUCTURES}?id={book}&objects=trash")).await;
    let uri = format!("/objects?limit=9&include=objects&cursor={}", first["nextCursor"].as_str().unwrap());
    let rest = lab.get(&uri).await.ok();
    let titles: Vec<_> = rest["results"].as_array().unwrap().iter().map(|row| row["title"].clone()).collect();
    assert_eq!(titles, ["2", "3", "4"]);
    assert!(rest["results"][0]["object"]["properties"]["title"].is_object());
}
