//! Values of properties: how they are written, and how they are read back.

use http::Method;
use palimpsest_engine::admin::Command;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{day_link, id, page, run, titled};

const BOOK: &str = "33333333-3333-4333-8333-333333333333";

/// The id of the property of "Book" that has this type.
fn of_book(kind: &str) -> &'static str {
    match kind {
        "text" => "66666666-6666-4666-8666-666666666601",
        "number" => "66666666-6666-4666-8666-666666666602",
        "boolean" => "66666666-6666-4666-8666-666666666603",
        "url" => "66666666-6666-4666-8666-666666666604",
        "date" => "66666666-6666-4666-8666-666666666605",
        "label" => "66666666-6666-4666-8666-666666666606",
        "entity" => "66666666-6666-4666-8666-666666666607",
        "richText" => "66666666-6666-4666-8666-666666666608",
        "title" => "title",
        "aliases" => "aliases",
        "icon" => "icon",
        other => panic!("no property of type {other}"),
    }
}

/// A space with the structure "Book", which has a property of every type; and one book.
async fn library() -> (Lab, String) {
    let lab = Lab::new().await;
    let kinds = ["text", "number", "boolean", "url", "date", "label", "entity", "richText"];
    let properties: Vec<_> = kinds
        .iter()
        .map(|kind| {
            let options =
                json!([{"id": "a", "name": "A", "color": "red"}, {"id": "b", "name": "B"}, {"id": "c", "name": "C"}]);
            let definition = json!({"id": of_book(kind), "name": kind, "type": kind});
            if *kind == "label" {
                json!({"id": of_book(kind), "name": kind, "type": kind, "multiple": true, "labelSet": options})
            } else {
                definition
            }
        })
        .collect();
    let definition = json!({"id": BOOK, "title": "Book", "propertyDefinitions": properties});
    lab.app.administer(Command::StructureCreate { space: None, definition }).await;
    let book = lab.make(json!({"structureId": BOOK})).await;
    (lab, book)
}

fn value(kind: &str, payload: Value) -> Value {
    json!({"type": kind, kind: payload})
}

/// Writes a payload and expects to read `expected`.
async fn writes(lab: &Lab, book: &str, kind: &str, payload: Value, expected: Value) {
    let written = json!({"id": book, "properties": {of_book(kind): value(kind, payload)}});
    let object = lab.update(written.clone()).await;
    assert_eq!(object["properties"][of_book(kind)], value(kind, expected), "{written}");
}

/// Writes a payload and expects to read the same.
async fn keeps(lab: &Lab, book: &str, kind: &str, payload: Value) {
    writes(lab, book, kind, payload.clone(), payload).await;
}

#[tokio::test]
async fn plain_values_come_back_as_written_and_stay_when_cleared() {
    let (lab, book) = library().await;
    for kind in ["title", "text", "url"] {
        for text in [json!("a"), json!(""), json!(" B \n"), json!(null)] {
            keeps(&lab, &book, kind, json!({"value": text})).await;
        }
    }
    keeps(&lab, &book, "url", json!({"value": "no URL at all"})).await;
    for flag in [json!(true), json!(false), json!(null)] {
        keeps(&lab, &book, "boolean", json!({"value": flag})).await;
    }
}

#[tokio::test]
async fn numbers_come_back_exactly_and_whole_ones_without_a_point() {
    let (lab, book) = library().await;
    for number in [json!(0), json!(-3), json!(0.1), json!(1e-7), json!(9_007_199_254_740_993_i64), json!(null)] {
        keeps(&lab, &book, "number", json!({"value": number})).await;
    }
    writes(&lab, &book, "number", json!({"value": 50.0}), json!({"value": 50})).await;
    writes(&lab, &book, "number", json!({"value": -0.0}), json!({"value": 0})).await;
}

#[tokio::test]
async fn dates_come_back_whole_and_in_normal_form() {
    let (lab, book) = library().await;
    let day = |start: &str, end: Value| json!({"dateResolution": "day", "start": start, "end": end});
    let midnight = "2026-11-22T00:00:00.000Z";
    keeps(&lab, &book, "date", day(midnight, json!(null))).await;
    keeps(&lab, &book, "date", day(midnight, json!("2026-11-23T00:00:00.000Z"))).await;
    keeps(&lab, &book, "date", json!({"dateResolution": "time", "start": "2026-11-22T14:05:06.789Z", "end": null}))
        .await;
    writes(&lab, &book, "date", json!({"start": "2026-11-22"}), day(midnight, json!(null))).await;
    writes(
        &lab,
        &book,
        "date",
        json!({"start": "2026-11-22T23:30:00-05:00"}),
        day("2026-11-23T00:00:00.000Z", json!(null)),
    )
    .await;
    let cleared = json!({"dateResolution": "day", "start": null, "end": null});
    writes(&lab, &book, "date", json!({"start": null}), cleared.clone()).await;
    writes(&lab, &book, "date", json!({"start": null, "end": midnight}), cleared).await;
}

#[tokio::test]
async fn labels_are_matched_by_id_and_answered_as_the_stored_options() {
    let (lab, book) = library().await;
    let (a, b) = (json!({"id": "a", "name": "A", "color": "red"}), json!({"id": "b", "name": "B"}));
    let sent =
        json!([{"id": "b", "name": "b"}, {"id": "a", "name": "wrong", "color": "no colour"}, {"id": "b", "name": ""}]);
    writes(&lab, &book, "label", sent, json!([b, a])).await;
    keeps(&lab, &book, "label", json!([])).await;
    let task = lab.make(json!({"structureId": "RootTask"})).await;
    let two = json!({"type": "label", "label": [{"id": "high", "name": "high"}, {"id": "low", "name": "low"}]});
    let task = lab.update(json!({"id": task, "properties": {"priority": two}})).await;
    let high = json!([{"id": "high", "name": "High", "color": "red"}]);
    assert_eq!(task["properties"]["priority"]["label"], high, "a single choice keeps the first");
}

#[tokio::test]
async fn a_status_that_was_cleared_stays_cleared() {
    let lab = Lab::new().await;
    let task = lab.make(json!({"structureId": "RootTask"})).await;
    let none = json!({"type": "label", "label": []});
    lab.update(json!({"id": task, "properties": {"status": none}})).await;
    let task = lab.update(json!({"id": task, "properties": {"title": titled("a")}})).await;
    assert_eq!(task["properties"]["status"], none);
}

#[tokio::test]
async fn aliases_and_icons_come_back_as_written() {
    let (lab, book) = library().await;
    for names in [json!([]), json!(["a"]), json!(["b", "a", "b", ""]), json!(["1", "2", "3", "4", "5", "6", "7", "8"])]
    {
        keeps(&lab, &book, "aliases", json!({"value": names})).await;
    }
    for icon in [json!({"type": "emoji", "val": "👩🏽‍🔬"}), json!({"type": "iconify", "val": "ph-test-tube"}), json!(null)]
    {
        keeps(&lab, &book, "icon", json!({"value": icon})).await;
    }
}

#[tokio::test]
async fn rich_text_keeps_its_tokens() {
    let (lab, book) = library().await;
    let link = json!({"type": "LinkToken", "text": "me", "entityId": book});
    let tokens = json!([run("a"), {"type": "CodeToken", "text": "b"}, {"type": "MathToken", "text": "c"}, link]);
    keeps(&lab, &book, "richText", json!({"value": tokens})).await;
    keeps(&lab, &book, "richText", json!({"value": []})).await;
    let whole = json!({"type": "LinkToken", "text": "2026-11-22",
        "date": {"dateResolution": "day", "start": "2026-11-22T00:00:00.000Z", "end": null}});
    writes(&lab, &book, "richText", json!({"value": [day_link("2026-11-22")]}), json!({"value": [whole]})).await;
}

#[tokio::test]
async fn values_are_replaced_one_by_one_and_the_others_stay() {
    let (lab, book) = library().await;
    keeps(&lab, &book, "text", json!({"value": "stays"})).await;
    keeps(&lab, &book, "aliases", json!({"value": ["a", "b"]})).await;
    keeps(&lab, &book, "aliases", json!({"value": ["c"]})).await;
    assert_eq!(lab.object(&book).await["properties"][of_book("text")]["text"]["value"], json!("stays"));
}

/// A value that no property takes, or not this one, and why.
async fn refused(lab: &Lab, book: &str, property: &str, value: Value, problem: &str, at: &str) {
    let body = json!({"id": book, "properties": {property: value}});
    let path = if property.contains('-') {
        format!("properties[\"{property}\"]{at}")
    } else {
        format!("properties.{property}{at}")
    };
    lab.refuses(Method::PATCH, "/object", body, &format!("✖ {problem}\n  → at {path}")).await;
}

#[tokio::test]
async fn a_value_of_the_wrong_shape_is_refused_with_its_path() {
    let (lab, book) = library().await;
    let told = async |kind: &str, payload: Value, problem: &str, at: &str| {
        let at = format!(".{kind}{at}");
        refused(&lab, &book, of_book(kind), value(kind, payload), problem, &at).await;
    };
    told("title", json!({"value": 3}), "Invalid input: expected string, received number", ".value").await;
    told("title", json!("a"), "Invalid input: expected object, received string", "").await;
    told("text", json!({}), "Invalid input: expected string, received undefined", ".value").await;
    told("url", json!({"value": []}), "Invalid input: expected string, received array", ".value").await;
    told("number", json!({"value": "3"}), "Invalid input: expected number, received string", ".value").await;
    told("boolean", json!({"value": 1}), "Invalid input: expected boolean, received number", ".value").await;
    told("date", json!({}), "Invalid input: expected string, received undefined", ".start").await;
    told("date", json!({"start": "soon"}), "Invalid ISO datetime", ".start").await;
    told("date", json!({"start": "2026-02-30"}), "Invalid ISO datetime", ".start").await;
    told("date", json!({"start": null, "end": 3}), "Invalid input: expected string, received number", ".end").await;
    let words = "Invalid option: expected one of \"time\"|\"day\"";
    told("date", json!({"start": null, "dateResolution": "hour"}), words, ".dateResolution").await;
    told("label", json!({"id": "a"}), "Invalid input: expected array, received object", "").await;
    told("label", json!(["a"]), "Invalid input: expected object, received string", "[0]").await;
    told("label", json!([{"id": "a"}]), "Invalid input: expected string, received undefined", "[0].name").await;
    let unknown = "Unknown label option: expected one of \"a\"|\"b\"|\"c\"";
    told("label", json!([{"id": "a", "name": "A"}, {"id": "z", "name": "Z"}]), unknown, "[1].id").await;
    told("entity", json!([{"id": "x"}]), "Invalid UUID", "[0].id").await;
    told("entity", json!([{}]), "Invalid input: expected string, received undefined", "[0].id").await;
    told("aliases", json!({"value": "a"}), "Invalid input: expected array, received string", ".value").await;
    told("aliases", json!({"value": [1]}), "Invalid input: expected string, received number", ".value[0]").await;
    let nine: Vec<_> = (0..9).map(|number| number.to_string()).collect();
    told("aliases", json!({"value": nine}), "Too big: expected array to have <=8 items", ".value").await;
    let words = "Invalid option: expected one of \"emoji\"|\"iconify\"";
    told("icon", json!({"value": {"type": "image", "val": "x"}}), words, ".value.type").await;
    told("icon", json!({"value": {"type": "emoji", "val": "abc"}}), "Invalid emoji", ".value.val").await;
    let phosphor = "Invalid icon: expected a regular Phosphor icon such as `ph-lightbulb`";
    told("icon", json!({"value": {"type": "iconify", "val": "ph-x-bold"}}), phosphor, ".value.val").await;
    told(
        "richText",
        json!({"value": [{"type": "TextToken", "text": "a"}]}),
        "Invalid input: expected object, received undefined",
        ".value[0].style",
    )
    .await;
}

#[tokio::test]
async fn a_value_of_another_type_is_refused() {
    let (lab, book) = library().await;
    let told = async |property: &str, value: Value, problem: &str| {
        refused(&lab, &book, property, value, problem, ".type").await;
    };
    let problem = "Invalid input: expected a value of type title, received text";
    told("title", json!({"type": "text", "text": {"value": "a"}}), problem).await;
    let problem = "Invalid input: expected a value of type number, received boolean";
    told(of_book("number"), value("boolean", json!({"value": true})), problem).await;
    let all = "'title' | 'text' | 'number' | 'boolean' | 'url' | 'date' | 'label' | 'entity' | 'aliases' | 'icon' | \
        'createdAt' | 'richText'";
    let problem = format!("Invalid discriminator value. Expected {all}");
    told("title", json!({"type": "colour"}), &problem).await;
    told("title", json!({}), &problem).await;
    told("lastUpdatedAt", value("lastUpdatedAt", json!({"value": "2026-11-22T12:00:00.000Z"})), &problem).await;
}

#[tokio::test]
async fn a_property_that_is_unknown_or_read_only_or_a_section_is_refused() {
    let (lab, book) = library().await;
    let told = async |property: &str, value: Value, problem: &str| {
        refused(&lab, &book, property, value, problem, "").await;
    };
    told("height", value("text", json!({"value": "a"})), "Unknown property: Book has no property of this id").await;
    told("lastUpdatedAt", value("createdAt", json!({"value": "2026-11-22"})), "This property is read-only").await;
    let page = lab.make(page("a")).await;
    let body = json!({"id": page, "properties": {"RootPage_content": value("richText", json!({"value": []}))}});
    let message = "✖ This is a body section: write it under `blocks`\n  → at properties.RootPage_content";
    lab.refuses(Method::PATCH, "/object", body, message).await;
    told("title", json!("a"), "Invalid input: expected object, received string").await;
}

#[tokio::test]
async fn the_date_of_a_day_is_a_title_nobody_writes() {
    let lab = Lab::new().await;
    lab.create(crate::wire::page_of(json!([crate::wire::tokens(json!([day_link("2026-11-22")]))]))).await;
    let dates = lab.get("/objects/structure?id=UtilDate").await.ok();
    let date = id(&dates["results"][0]);
    let body = json!({"id": date, "properties": {"title": titled("Sunday")}});
    lab.refuses(Method::PATCH, "/object", body, "✖ This property is read-only\n  → at properties.title").await;
}
