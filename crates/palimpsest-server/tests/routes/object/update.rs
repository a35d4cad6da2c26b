//! PATCH /object: what an update changes, and what it leaves.

use palimpsest_engine::admin::{Command, Reply};
use serde_json::json;

use crate::app::Lab;
use crate::wire::{SECTION, entities, id, outlined, page, page_of, tag, text, titled};

#[tokio::test]
async fn what_is_left_out_stays() {
    let lab = Lab::new().await;
    let tag = lab.make(tag("Methods")).await;
    let mut body = page_of(json!([text("a")]));
    body["properties"] = json!({"title": titled("Reagents"), "tags": entities(&[&tag])});
    let before = lab.create(body).await;
    let after = lab.update(json!({"id": id(&before), "properties": {"title": titled("Buffers")}})).await;
    let mut expected = before;
    expected["properties"]["title"] = titled("Buffers");
    assert_eq!(after, expected);
}

#[tokio::test]
async fn collections_are_replaced_whole() {
    let lab = Lab::new().await;
    let mut shelves = Vec::new();
    for title in ["One", "Two"] {
        let command = Command::CollectionCreate { space: None, structure: "Page".to_owned(), title: title.to_owned() };
        let Reply::Collection(shelf) = lab.app.administer(command).await else { panic!("no collection") };
        shelves.push(shelf.id.to_string());
    }
    let page = lab.make(page("a")).await;
    for collections in [json!([shelves[0]]), json!([shelves[1], shelves[0]]), json!([])] {
        let updated = lab.update(json!({"id": page, "collections": collections})).await;
        assert_eq!(updated["collections"], collections);
    }
}

#[tokio::test]
async fn everything_changes_at_one_revision() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let before = lab.head().await;
    let properties = json!({"title": titled("b"), "description": {"type": "text", "text": {"value": "c"}}});
    let updated = lab.update(json!({"id": page, "properties": properties, "blocks": {SECTION: [text("d")]}})).await;
    assert_eq!((outlined(&updated).as_str(), lab.head().await), ("d", before + 1));
    assert_eq!(updated["properties"]["description"]["text"]["value"], json!("c"));
}

#[tokio::test]
async fn an_id_in_capitals_names_the_same_object() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let updated = lab.update(json!({"id": page.to_uppercase(), "properties": {"title": titled("b")}})).await;
    assert_eq!(updated["id"], json!(page));
}

#[tokio::test]
async fn the_last_write_wins() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    for title in ["b", "c"] {
        lab.update(json!({"id": page, "properties": {"title": titled(title)}})).await;
    }
    assert_eq!(lab.object(&page).await["properties"]["title"], titled("c"));
}
