//! GET /object/diff.

use http::Method;
use serde_json::{Value, json};

use super::past::rename_options;
use crate::app::Lab;
use crate::wire::{NOBODY, SECTION, body, id, page, page_of, text, titled};

async fn changes(lab: &Lab, object: &str, from: u64, to: u64) -> Value {
    let mut difference = lab.get(&format!("/object/diff?id={object}&from={from}&to={to}")).await.ok();
    assert_eq!((&difference["from"], &difference["to"]), (&json!(from), &json!(to)));
    difference["changes"].take()
}

#[tokio::test]
async fn a_change_is_a_path_with_what_stands_there_on_both_sides() {
    let lab = Lab::new().await;
    let made = lab.create(page_of(json!([text("a"), text("b")]))).await;
    let (page, first, second) = (id(&made), id(&body(&made)[0]), id(&body(&made)[1]));
    let blocks = json!([{"id": second, "type": "TextBlock", "tokens": text("c")["tokens"]}, text("d")]);
    let change = json!({"id": page, "properties": {"title": titled("b")}, "blocks": {SECTION: blocks}});
    let after = lab.update(change).await;
    let inserted = &body(&after)[1];
    let content = |block: &Value| {
        let mut content = block.clone();
        content.as_object_mut().unwrap().remove("blocks");
        content
    };
    let path = |block: &str, what: &str| format!("blocks.{SECTION}.{block}.{what}");
    let mut expected = vec![
        json!({"path": path(&first, "deleted"), "before": body(&made)[0], "after": null}),
        json!({"path": path(&second, "content"), "before": content(&body(&made)[1]), "after": content(&body(&after)[0])}),
        json!({"path": path(&id(inserted), "inserted"), "before": null, "after": inserted}),
        json!({"path": "properties.title", "before": made["properties"].get("title"), "after": titled("b")}),
    ];
    // The page was made without a title, which GET shows as an empty one.
    expected[3]["before"] = Value::Null;
    expected.sort_by_key(|change| change["path"].as_str().unwrap().to_owned());
    assert_eq!(changes(&lab, &page, 2, 3).await, json!(expected));
    assert_eq!(changes(&lab, &page, 2, 2).await, json!([]));
    assert_eq!(changes(&lab, &page, 3, 3).await, json!([]));
}

#[tokio::test]
async fn the_way_back_is_told_too() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    lab.update(json!({"id": page, "properties": {"title": titled("b")}})).await;
    let one = |before: &str, after: &str| json!([{"path": "properties.title", "before": titled(before), "after": titled(after)}]);
    assert_eq!(changes(&lab, &page, 2, 3).await, one("a", "b"));
    assert_eq!(changes(&lab, &page, 3, 2).await, one("b", "a"));
}

#[tokio::test]
async fn the_trash_is_a_path_and_a_deletion_is_not() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    lab.delete(&format!("/object?id={page}")).await;
    lab.delete(&format!("/object?id={page}&hardDelete=true")).await;
    let trashed = |before: bool, after: bool| json!([{"path": "trashed", "before": before, "after": after}]);
    assert_eq!(changes(&lab, &page, 2, 3).await, trashed(false, true));
    assert_eq!(changes(&lab, &page, 3, 2).await, trashed(true, false));
    assert_eq!(changes(&lab, &page, 2, 4).await, json!([]));
}

#[tokio::test]
async fn each_side_has_the_names_of_its_own_time() {
    let lab = Lab::new().await;
    let made = lab.create(json!({"structureId": "RootTask", "properties": {"title": titled("a")}})).await;
    let (task, from) = (id(&made), lab.head().await);
    let (property, value) = {
        let properties = made["properties"].as_object().unwrap();
        let (property, value) = properties.iter().find(|(_, value)| value["type"] == "label").unwrap();
        (property.clone(), value.clone())
    };
    rename_options(&lab, "new").await;
    let structures = lab.get("/space/structures").await.ok();
    let structures = structures["structures"].as_array().unwrap();
    let structure = structures.iter().find(|structure| structure["id"] == "RootTask").unwrap();
    let definitions = structure["propertyDefinitions"].as_array().unwrap();
    let options = definitions.iter().find(|definition| definition["id"] == *property).unwrap()["labelSet"].clone();
    let option = options.as_array().unwrap().iter().find(|option| option["id"] != value["label"][0]["id"]).unwrap();
    let chosen = json!({"type": "label", "label": [option]});
    let after = lab.update(json!({"id": task, "properties": {&*property: chosen}})).await;
    let found = changes(&lab, &task, from, lab.head().await).await;
    let path = format!("properties.{property}");
    assert_eq!(found, json!([{"path": path, "before": value, "after": after["properties"][&*property]}]));
    assert!(found[0]["after"]["label"][0]["name"].as_str().unwrap().starts_with("new "));
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let told = async |query: &str, message: &str| {
        lab.refuses(Method::GET, &format!("/object/diff?{query}"), Value::Null, message).await;
    };
    let both = "✖ Too big: expected number to be <=2\n  → at from\n✖ Too big: expected number to be <=2\n  → at to";
    told(&format!("id={page}&from=3&to=4"), both).await;
    told(&format!("id={page}&from=2&to=3"), "✖ Too big: expected number to be <=2\n  → at to").await;
    let missing = "✖ Invalid input: expected string, received undefined\n  → at from\n\
                   ✖ Invalid input: expected string, received undefined\n  → at to";
    told(&format!("id={page}"), missing).await;
    let gone = (404, "cap_not_found");
    for query in
        [format!("id={page}&from=1&to=2"), format!("id={page}&from=2&to=1"), format!("id={NOBODY}&from=1&to=9")]
    {
        let uri = format!("/object/diff?{query}");
        lab.refuses_as(Method::GET, &uri, Value::Null, gone, "Object not found").await;
    }
}
