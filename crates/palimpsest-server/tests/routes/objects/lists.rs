//! GET /objects/structure, /objects/collection, /objects/tag.

use http::Method;
use palimpsest_engine::admin::{Command, Reply};
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{NOBODY, entities, id, page, tag, titled};

async fn titles(lab: &Lab, uri: &str) -> Vec<String> {
    let list = lab.get(uri).await.ok();
    let rows = list["results"].as_array().unwrap();
    for row in rows {
        let members: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["id", "structureId", "title"]);
    }
    rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

/// A space with a shelf and a tag: page `a` has both, `b` neither, tag `t` is the tag.
async fn library() -> (Lab, String, String) {
    let lab = Lab::new().await;
    let command = Command::CollectionCreate { space: None, structure: "Page".to_owned(), title: "Shelf".to_owned() };
    let Reply::Collection(shelf) = lab.app.administer(command).await else { panic!("no collection") };
    let (shelf, tag) = (shelf.id.to_string(), lab.make(tag("t")).await);
    let mut body = page("a");
    body["collections"] = json!([shelf]);
    body["properties"]["tags"] = entities(&[&tag]);
    lab.create(body).await;
    lab.create(page("b")).await;
    (lab, shelf, tag)
}

#[tokio::test]
async fn lists_show_what_belongs_to_them() {
    let (lab, shelf, tag) = library().await;
    assert_eq!(titles(&lab, "/objects/structure?id=RootPage").await, ["a", "b"]);
    assert_eq!(titles(&lab, "/objects/structure?id=RootTag").await, ["t"]);
    assert_eq!(titles(&lab, "/objects/structure?id=RootDailyNote").await, Vec::<String>::new());
    assert_eq!(titles(&lab, &format!("/objects/collection?id={shelf}")).await, ["a"]);
    assert_eq!(titles(&lab, &format!("/objects/tag?id={tag}")).await, ["a"]);
    assert_eq!(titles(&lab, "/objects/structure?structureId=RootTag").await, ["t"]);
    assert_eq!(titles(&lab, &format!("/objects/collection?collectionId={shelf}")).await, ["a"]);
    assert_eq!(titles(&lab, &format!("/objects/tag?tagId={tag}")).await, ["a"]);
}

#[tokio::test]
async fn lists_follow_changes_and_hide_the_trash() {
    let (lab, shelf, tag) = library().await;
    let first = lab.get("/objects/structure?id=RootPage").await.ok();
    let (a, b) = (id(&first["results"][0]), id(&first["results"][1]));
    lab.update(
        json!({"id": b, "collections": [shelf], "properties": {"tags": entities(&[&tag]), "title": titled("B")}}),
    )
    .await;
    lab.update(json!({"id": a, "collections": [], "properties": {"tags": entities(&[])}})).await;
    assert_eq!(titles(&lab, &format!("/objects/collection?id={shelf}")).await, ["B"]);
    assert_eq!(titles(&lab, &format!("/objects/tag?id={tag}")).await, ["B"]);
    lab.delete(&format!("/object?id={b}")).await;
    for uri in [
        "/objects/structure?id=RootPage".to_owned(),
        format!("/objects/collection?id={shelf}"),
        format!("/objects/tag?id={tag}"),
    ] {
        assert!(!titles(&lab, &uri).await.contains(&"B".to_owned()), "{uri}");
    }
    lab.update(json!({"id": b, "deleteRequested": false})).await;
    assert_eq!(titles(&lab, &format!("/objects/tag?id={tag}")).await, ["B"]);
}

#[tokio::test]
async fn a_list_of_nothing_that_is_there_is_not_found() {
    let (lab, shelf, tag) = library().await;
    let page = id(&lab.get("/objects/structure?id=RootPage").await.ok()["results"][0]);
    let refused = async |uri: String, message: &str| {
        lab.refuses_as(Method::GET, &uri, Value::Null, (404, "cap_not_found"), message).await;
    };
    refused(format!("/objects/structure?id={NOBODY}"), "Structure not found").await;
    refused("/objects/structure?id=RootQuery".to_owned(), "Structure not found").await;
    for nobody in [NOBODY, &tag] {
        refused(format!("/objects/collection?id={nobody}"), "Collection not found").await;
    }
    for nobody in [NOBODY, &shelf, &page] {
        refused(format!("/objects/tag?id={nobody}"), "Tag not found").await;
    }
    lab.delete(&format!("/object?id={tag}")).await;
    refused(format!("/objects/tag?id={tag}"), "Tag not found").await;
}

#[tokio::test]
async fn all_problems_of_the_query_are_told() {
    let lab = Lab::new().await;
    let told = async |uri: &str, message: &str| lab.refuses(Method::GET, uri, Value::Null, message).await;
    for list in ["structure", "collection", "tag"] {
        let undefined = "✖ Invalid input: expected string, received undefined\n  → at id";
        told(&format!("/objects/{list}"), undefined).await;
        told(&format!("/objects/{list}?id=x"), "✖ Invalid UUID\n  → at id").await;
        let both = "✖ Invalid UUID\n  → at id\n✖ Too big: expected number to be <=100\n  → at pageSize";
        told(&format!("/objects/{list}?id=x&pageSize=101"), both).await;
    }
    let cursor = "✖ Invalid cursor\n  → at cursor";
    for wrong in ["", "x", "AAAA"] {
        told(&format!("/objects/structure?id=RootPage&cursor={wrong}"), cursor).await;
    }
}
