//! POST /blocks/daily-note/append.

use http::Method;
use palimpsest_engine::admin::Command;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{body_of, id, outline, text};

const PATH: &str = "/blocks/daily-note/append";
const DAILY: &str = "RootDailyNote_notes";

/// The notes there are, as GET shows them, in the order they were made.
async fn notes(lab: &Lab) -> Vec<Value> {
    let list = lab.get("/objects/structure?id=RootDailyNote").await.ok();
    let mut notes = Vec::new();
    for row in list["results"].as_array().unwrap() {
        notes.push(lab.object(&id(row)).await);
    }
    notes
}

fn title(note: &Value) -> &str {
    note["properties"]["title"]["title"]["value"].as_str().unwrap()
}

fn says(note: &Value) -> String {
    outline(body_of(note, DAILY))
}

async fn append(lab: &Lab, body: Value) {
    let reply = lab.post(PATH, &body).await;
    assert_eq!((reply.status, &*reply.body), (200, &b""[..]), "{reply:?}");
    assert_eq!(reply.header("content-type"), None);
    assert_eq!(reply.revision(), Some(lab.head().await));
}

#[tokio::test]
async fn the_note_of_today_is_made_and_appended_to() {
    let lab = Lab::new().await;
    append(&lab, json!({"markdown": "- one"})).await;
    lab.app.clock.advance(65 * 60_000);
    append(&lab, json!({"blocks": [text("two"), text("three")]})).await;
    append(&lab, json!({"noTimeStamp": true, "markdown": "four"})).await;
    let notes = notes(&lab).await;
    assert_eq!(notes.len(), 1);
    assert_eq!(
        (title(&notes[0]), says(&notes[0]).as_str()),
        ("2026-11-22T00:00:00.000Z", "12:00 one 13:05 two three four")
    );
    let blocks = body_of(&notes[0], DAILY);
    assert_eq!(blocks[0]["hierarchy"], json!({"key": "H3", "val": 3}));
    assert!(blocks.iter().all(|block| block["blocks"] == json!([])), "what follows a time stands beside it");
    assert_eq!(notes[0]["structureId"], "RootDailyNote");
}

#[tokio::test]
async fn a_date_names_its_day_in_utc() {
    let lab = Lab::new().await;
    for (date, day) in [
        ("2026-11-23T00:00:00.000Z", "2026-11-23"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-24T23:59:59.999Z", "2026-11-24"),
        ("2026-11-25T01:00:00+02:00", "2026-11-24"),
    ] {
        append(&lab, json!({"date": date, "noTimeStamp": true, "markdown": date})).await;
        let note = notes(&lab).await.into_iter().find(|note| says(note).contains(date)).unwrap();
        assert_eq!(title(&note), format!("{day}T00:00:00.000Z"));
    }
    assert_eq!(notes(&lab).await.len(), 2);
}

#[tokio::test]
async fn the_zone_of_the_space_decides_today_and_the_time() {
    let lab = Lab::new().await;
    lab.app.clock.advance(11 * 3_600_000 + 30 * 60_000);
    let (space, zone) = (lab.space.clone(), "europe/berlin".to_owned());
    lab.app.administer(Command::SpaceTimezone { space, zone }).await;
    append(&lab, json!({"markdown": "late"})).await;
    append(&lab, json!({"date": "2026-11-22", "markdown": "on the day before"})).await;
    let notes = notes(&lab).await;
    assert_eq!((title(&notes[0]), says(&notes[0]).as_str()), ("2026-11-23T00:00:00.000Z", "00:30 late"));
    assert_eq!((title(&notes[1]), says(&notes[1]).as_str()), ("2026-11-22T00:00:00.000Z", "00:30 on the day before"));
}

#[tokio::test]
async fn a_trashed_note_is_restored_and_a_deleted_one_made_anew() {
    let lab = Lab::new().await;
    append(&lab, json!({"noTimeStamp": true, "markdown": "before"})).await;
    let first = id(&notes(&lab).await[0]);
    lab.delete(&format!("/object?id={first}")).await;
    let before = lab.head().await;
    append(&lab, json!({"noTimeStamp": true, "markdown": "after"})).await;
    assert_eq!(lab.head().await, before + 1);
    let restored = notes(&lab).await;
    assert_eq!((id(&restored[0]), says(&restored[0]).as_str()), (first.clone(), "before after"));
    lab.delete(&format!("/object?id={first}&hardDelete=true")).await;
    append(&lab, json!({"noTimeStamp": true, "markdown": "anew"})).await;
    let anew = notes(&lab).await;
    assert_eq!((anew.len(), says(&anew[0]).as_str()), (1, "anew"));
    assert_ne!(id(&anew[0]), first, "an id is never given twice");
}

#[tokio::test]
async fn nothing_to_put_makes_no_note() {
    let lab = Lab::new().await;
    let before = lab.head().await;
    append(&lab, json!({"markdown": ""})).await;
    append(&lab, json!({"markdown": " \n"})).await;
    assert_eq!((lab.head().await, notes(&lab).await.len()), (before, 0));
}

#[tokio::test]
async fn a_refused_append_makes_no_note() {
    let lab = Lab::new().await;
    let exactly = "✖ Provide exactly one of `blocks` or `markdown`.";
    lab.refuses(Method::POST, PATH, json!({}), exactly).await;
    lab.refuses(Method::POST, PATH, json!({"blocks": [text("a")], "markdown": "a"}), exactly).await;
    let few = "✖ Too small: expected array to have >=1 items\n  → at blocks";
    lab.refuses(Method::POST, PATH, json!({"blocks": []}), few).await;
    let date = "✖ Invalid ISO date: expected a day such as 2026-11-22T00:00:00.000Z\n  → at date";
    lab.refuses(Method::POST, PATH, json!({"date": "tomorrow", "markdown": "a"}), date).await;
    let both = "✖ Invalid input: expected string, received number\n  → at date\n\
                ✖ Invalid input: expected boolean, received string\n  → at noTimeStamp";
    lab.refuses(Method::POST, PATH, json!({"date": 1, "noTimeStamp": "yes", "markdown": "a"}), both).await;
    let unknown = json!({"type": "EntityBlock", "entityId": "8b0c2d8e-7d3f-4f57-9df0-2f4f0f6a1c11"});
    lab.refuses(Method::POST, PATH, json!({"blocks": [unknown]}), "✖ Unknown object\n  → at blocks[0].entityId").await;
    assert_eq!(notes(&lab).await.len(), 0);
}

#[tokio::test]
async fn a_note_is_an_object_like_others() {
    let lab = Lab::new().await;
    append(&lab, json!({"markdown": "see [[Reagents]] #idea"})).await;
    let note = id(&notes(&lab).await[0]);
    lab.append(json!({"id": note, "markdown": "through the other door"})).await;
    let tags = lab.get("/objects/structure?id=RootTag").await.ok();
    assert_eq!(tags["results"][0]["title"], "idea");
    assert!(says(&lab.object(&note).await).ends_with("through the other door"));
    let create = json!({"structureId": "RootDailyNote"});
    lab.refuses(Method::POST, "/object", create, "This object type cannot be created via this endpoint.").await;
}
