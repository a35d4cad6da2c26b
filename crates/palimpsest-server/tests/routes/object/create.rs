//! POST /object: what a new object is.

use palimpsest_engine::admin::{Command, Reply};
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{SECTION, body, outline, outlined, over, page, page_of, text, titled};

const BOOK: &str = "33333333-3333-4333-8333-333333333333";

/// Makes the structure "Book" with a second body section; answers that section.
async fn books(lab: &Lab) -> String {
    let summary = "55555555-5555-4555-8555-555555555555";
    let section = json!({"id": summary, "name": "Summary", "type": "blocks"});
    let definition = json!({"id": BOOK, "title": "Book", "propertyDefinitions": [section]});
    lab.app.administer(Command::StructureCreate { space: None, definition }).await;
    summary.to_owned()
}

async fn collection(lab: &Lab, structure: &str, title: &str) -> String {
    let (structure, title) = (structure.to_owned(), title.to_owned());
    let told = lab.app.administer(Command::CollectionCreate { space: None, structure, title }).await;
    let Reply::Collection(collection) = told else { panic!("{told:?}") };
    collection.id.to_string()
}

#[tokio::test]
async fn the_least_that_makes_an_object_is_its_structure() {
    let lab = Lab::new().await;
    for structure in ["RootPage", "RootTag", "RootTask"] {
        let object = lab.create(json!({"structureId": structure})).await;
        assert_eq!(object["structureId"], json!(structure));
        assert_eq!(object["properties"]["title"], json!({"type": "title", "title": {"value": null}}));
    }
}

#[tokio::test]
async fn a_new_object_begins_with_one_empty_text_block() {
    let lab = Lab::new().await;
    for body in [json!({"structureId": "RootPage"}), json!({"structureId": "RootPage", "blocks": {}})] {
        let page = lab.create(body).await;
        let blocks = &page["blocks"][SECTION];
        assert_eq!((blocks.as_array().map(Vec::len), &blocks[0]["tokens"]), (Some(1), &json!([])));
    }
    let page = lab.create(page_of(json!([]))).await;
    assert_eq!(page["blocks"], json!({SECTION: []}), "an empty list is taken at its word");
}

#[tokio::test]
async fn a_task_begins_not_started() {
    let lab = Lab::new().await;
    let task = lab.create(json!({"structureId": "RootTask"})).await;
    let first = json!({"id": "not-started", "name": "Not started", "color": "gray"});
    assert_eq!(task["properties"]["status"], json!({"type": "label", "label": [first]}));
    assert_eq!(task["properties"].get("priority"), None);
    let status = json!({"type": "label", "label": [{"id": "done", "name": "anything"}]});
    let task = lab.create(json!({"structureId": "RootTask", "properties": {"status": status}})).await;
    assert_eq!(task["properties"]["status"]["label"][0]["name"], json!("Done"));
    let none = json!({"type": "label", "label": []});
    let task = lab.create(json!({"structureId": "RootTask", "properties": {"status": none}})).await;
    assert_eq!(task["properties"]["status"], none, "not even the default");
}

#[tokio::test]
async fn a_custom_structure_shows_every_section() {
    let lab = Lab::new().await;
    let summary = books(&lab).await;
    let book = lab.create(json!({"structureId": BOOK})).await;
    let sections = book["blocks"].as_object().unwrap();
    assert_eq!((sections.len(), &sections[&summary]), (2, &json!([])));
    let main = sections.keys().find(|key| **key != summary).unwrap();
    assert_eq!(sections[main].as_array().map(Vec::len), Some(1));
    let both = json!({main.as_str(): [text("a")], summary.as_str(): [text("b")]});
    let book = lab.create(json!({"structureId": BOOK.to_uppercase(), "blocks": both})).await;
    let says = |section: &str| outline(book["blocks"][section].as_array().unwrap());
    assert_eq!((says(main), says(&summary)), ("a".to_owned(), "b".to_owned()));
}

#[tokio::test]
async fn an_object_goes_into_the_collections_of_its_structure() {
    let lab = Lab::new().await;
    let (one, two) = (collection(&lab, "RootPage", "One").await, collection(&lab, "Page", "Two").await);
    let mut body = page("a");
    body["collections"] = json!([two, one, two]);
    assert_eq!(lab.create(body).await["collections"], json!([two, one]), "in the order sent, each once");
}

#[tokio::test]
async fn blocks_are_taken_with_everything_below_them() {
    let lab = Lab::new().await;
    let page =
        lab.create(page_of(json!([over("a", json!([over("b", json!([text("c")])), text("d")])), text("e")]))).await;
    assert_eq!(outlined(&page), "a[b[c] d] e");
}

#[tokio::test]
async fn every_kind_of_block_and_token_comes_back_as_it_was_written() {
    let lab = Lab::new().await;
    let target = lab.make(page("target")).await;
    let base = json!({"key": "Base", "val": 0});
    let style = json!({"bold": true, "italic": false, "strikethrough": true, "underline": true});
    let all_tokens = json!([
        {"type": "TextToken", "text": "a", "style": {}},
        {"type": "TextToken", "text": "b", "style": style, "color": "bg-red"},
        {"type": "LinkToken", "text": "web", "url": "HTTP://Example.org/%7Ea?b#c"},
        {"type": "LinkToken", "text": "", "entityId": target},
        {"type": "LinkToken", "text": "then", "date": {"dateResolution": "time", "start": "2026-11-22T10:00:00.000Z", "end": "2026-11-22T11:00:00.000Z"}},
        {"type": "MathToken", "text": "x^2"},
        {"type": "CodeToken", "text": "let x"},
    ]);
    let line = json!({"type": "HorizontalLineBlock"});
    let blocks = json!([
        {"type": "TextBlock", "tokens": all_tokens, "blocks": [], "hierarchy": {"key": "H1", "val": 1}, "list": {"type": "roman"},
            "todo": {"isDone": true}, "toggle": {"isOpen": false}, "quote": {"layout": "standout"}, "colorTheme": "text-red",
            "highlight": {"type": "custom", "url": "x:y", "label": "l", "location": "p. 3", "color": "green"}},
        {"type": "TextBlock", "tokens": [], "blocks": [line], "hierarchy": {"key": "Small", "val": -1.5}},
        {"type": "GroupBlock", "blocks": [line], "list": {"type": "bullet"}, "todo": {"isDone": false},
            "toggle": {"isOpen": true}, "colorTheme": "bg-gray"},
        {"type": "GridBlock", "columns": [[line], []], "dividers": [50], "gridLayout": "grid", "colorTheme": "bg-sky"},
        {"type": "GridBlock", "columns": [[], [], []], "dividers": [0.25, 0.75]},
        {"type": "CodeBlock", "lang": "rust", "text": "fn main() {}\n"},
        {"type": "MathBlock", "text": "\\sum", "colorTheme": "text-blue"},
        {"type": "EntityBlock", "entityId": target},
        {"type": "EntityBlock", "entityId": null},
        line,
    ]);
    let page = lab.create(page_of(blocks.clone())).await;
    assert_eq!(without_ids(&page["blocks"][SECTION]), blocks);
    let bare = lab
        .create(page_of(json!([{"type": "TextBlock"}, {"type": "GroupBlock"}, {"type": "GridBlock", "dividers": []}])))
        .await;
    let expected = json!([{"type": "TextBlock", "tokens": [], "blocks": [], "hierarchy": base},
        {"type": "GroupBlock", "blocks": []}, {"type": "GridBlock", "columns": [[], []], "dividers": []}]);
    assert_eq!(without_ids(&bare["blocks"][SECTION]), expected, "what was left out");
}

/// The same JSON without the ids of blocks.
fn without_ids(json: &Value) -> Value {
    match json {
        Value::Array(list) => list.iter().map(without_ids).collect(),
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| *key != "id");
            kept.map(|(key, value)| (key.clone(), without_ids(value))).collect()
        }
        other => other.clone(),
    }
}

#[tokio::test]
async fn the_alignment_of_a_text_is_taken_and_never_shown() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([{"type": "TextBlock", "textAlignment": "center"}]))).await;
    assert_eq!(body(&page)[0].get("textAlignment"), None);
}

#[tokio::test]
async fn nothing_is_decorated_with_null() {
    let lab = Lab::new().await;
    let nulls = json!({"type": "TextBlock", "list": null, "toggle": null});
    let page = lab.create(page_of(json!([nulls]))).await;
    let block = &body(&page)[0];
    assert_eq!((block.get("list"), block.get("toggle")), (None, None));
}

#[tokio::test]
async fn titles_may_be_long_and_of_any_letters() {
    let lab = Lab::new().await;
    for title in ["", " padded ", "漢字 🧪 \u{0}\n\t\"\\", &"x".repeat(10_000)] {
        let page = lab.create(page(title)).await;
        assert_eq!(page["properties"]["title"], titled(title));
    }
}
