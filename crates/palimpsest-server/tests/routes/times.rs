//! `createdAt` and `lastUpdatedAt`.

use serde_json::{Value, json};

use crate::app::{Lab, NOON};
use crate::wire::{SECTION, body, id, page, text, titled};

const MINUTE: i64 = 60_000;

fn created(object: &Value) -> &str {
    object["properties"]["createdAt"]["createdAt"]["value"].as_str().unwrap()
}

fn updated(object: &Value) -> &str {
    object["properties"]["lastUpdatedAt"]["lastUpdatedAt"]["value"].as_str().unwrap()
}

fn created_at(time: &str) -> Value {
    json!({"createdAt": {"type": "createdAt", "createdAt": {"value": time}}})
}

#[tokio::test]
async fn a_new_object_was_created_and_updated_now() {
    let lab = Lab::new().await;
    let page = lab.create(page("a")).await;
    assert_eq!((created(&page), updated(&page)), (NOON, NOON));
}

#[tokio::test]
async fn a_type_without_createdat_shows_none() {
    let lab = Lab::new().await;
    for structure in ["RootTask", "RootTag"] {
        let object = lab.create(json!({"structureId": structure})).await;
        assert_eq!((object["properties"].get("createdAt"), updated(&object)), (None, NOON), "{structure}");
    }
}

#[tokio::test]
async fn the_time_of_creation_can_be_set_and_is_kept_in_normal_form() {
    let lab = Lab::new().await;
    let mut body = page("a");
    body["properties"]["createdAt"] = created_at("2020-02-29T08:00:00+01:00")["createdAt"].clone();
    let page = lab.create(body).await;
    assert_eq!((created(&page), updated(&page)), ("2020-02-29T07:00:00.000Z", NOON));
    let page = lab.update(json!({"id": id(&page), "properties": created_at("2020-03-01")})).await;
    assert_eq!(created(&page), "2020-03-01T00:00:00.000Z");
}

#[tokio::test]
async fn the_time_of_the_last_change_moves_with_every_change_and_the_time_of_creation_stays() {
    let lab = Lab::new().await;
    let page = lab.create(page("a")).await;
    let object = id(&page);
    let block = id(&body(&page)[0]);
    let mut minute = 0;
    let mut expect = |object: &Value| {
        minute += 1;
        assert_eq!(updated(object), format!("2026-11-22T12:{minute:02}:00.000Z"));
        assert_eq!(created(object), NOON);
    };
    let tick = || lab.app.clock.advance(MINUTE);
    tick();
    expect(&lab.update(json!({"id": object, "properties": {"title": titled("b")}})).await);
    tick();
    expect(&lab.update_block(json!({"id": object, "blockId": block, "block": text("c")})).await);
    tick();
    let longer = lab.append(json!({"id": object, "blocks": [text("d")]})).await;
    expect(&longer);
    tick();
    expect(&lab.delete_block(&object, &id(&body(&longer)[1])).await);
    tick();
    expect(&lab.update(json!({"id": object, "blocks": {SECTION: []}})).await);
    tick();
    lab.patch("/object", &json!({"id": object, "deleteRequested": true})).await.ok();
    lab.update(json!({"id": object, "deleteRequested": false})).await;
    expect(&lab.object(&object).await);
}

#[tokio::test]
async fn what_changes_nothing_leaves_the_time_of_the_last_change() {
    let lab = Lab::new().await;
    let page = lab.create(page("a")).await;
    lab.app.clock.advance(MINUTE);
    let same = lab.update(json!({"id": id(&page), "properties": {"title": titled("a")}})).await;
    assert_eq!(updated(&same), NOON);
    lab.create(self::page("another")).await;
    assert_eq!(updated(&lab.object(&id(&page)).await), NOON, "somebody else's change");
}

#[tokio::test]
async fn no_change_is_older_than_the_one_before_when_the_clock_goes_back() {
    let lab = Lab::new().await;
    lab.create(page("a")).await;
    lab.app.clock.advance(-90 * MINUTE);
    let later = lab.create(page("b")).await;
    assert_eq!((created(&later), updated(&later)), (NOON, NOON));
    let changed = lab.update(json!({"id": id(&later), "properties": {"title": titled("c")}})).await;
    assert_eq!(updated(&changed), NOON);
    lab.app.clock.advance(91 * MINUTE);
    let changed = lab.update(json!({"id": id(&later), "properties": {"title": titled("d")}})).await;
    assert_eq!(updated(&changed), "2026-11-22T12:01:00.000Z");
}
