//! What the beta API writes: weblinks and daily notes, each as one commit.

use http::Method;
use palimpsest_engine::admin::Command;
use palimpsest_model::MAX_MARKDOWN;
use serde_json::{Value, json};

use super::Beta;
use crate::app::{Ask, Reply};
use crate::wire::{tag, titled};

impl Beta {
    async fn of_lab(&self, path: &str, body: Value) -> Reply {
        let mut body = body;
        body["spaceId"] = json!(self.lab.space);
        self.post(path, &body).await
    }

    /// The texts of the note of a day, heading first.
    async fn note(&self, day: &str) -> Vec<String> {
        let found = self.lab.post("/objects/search", &json!({"query": day})).await.ok();
        let Some(id) = found["results"][0]["id"].as_str() else { return Vec::new() };
        let note = self.lab.get(&format!("/object?id={id}")).await.ok();
        let blocks = note["blocks"]["RootDailyNote_notes"].as_array().unwrap().iter();
        blocks.map(|block| block["tokens"][0]["text"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_tag_is_found_among_however_many_of_its_name() {
    let beta = Beta::new().await;
    let make = |id: String, structure: &str| json!({"id": id, "structureId": structure, "properties": {"title": titled("inbox")}});
    for number in 0..230 {
        beta.lab.make(make(format!("00000000-0000-4000-8000-{number:012}"), "RootPage")).await;
    }
    let last = "ffffffff-ffff-4fff-bfff-ffffffffffff";
    beta.lab.make(make(last.to_owned(), "RootTag")).await;
    let made = beta.of_lab("/save-weblink", json!({"url": "https://example.org", "tags": ["inbox"]})).await.ok();
    let object = beta.lab.get(&format!("/object?id={}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(object["properties"]["tags"]["entity"], json!([{"id": last}]));
}

#[tokio::test]
async fn a_weblink_is_made_with_its_tags_in_one_commit() {
    let beta = Beta::new().await;
    let known = beta.lab.make(tag("reading")).await;
    beta.lab.make(tag("Reading")).await;
    let head = beta.lab.head().await;
    let sent = json!({
        "url": "https://example.org/a?b=c", "titleOverwrite": "Example", "descriptionOverwrite": "What it is",
        "tags": ["reading", " new one ", "reading"], "mdText": "Some **notes** #reading",
    });
    let made = beta.of_lab("/save-weblink", sent).await;
    assert_eq!(made.revision(), Some(head + 1), "one commit");
    let made = made.ok();
    let expected = json!({
        "spaceId": beta.lab.space, "id": made["id"], "structureId": "MediaWebResource", "title": "Example",
        "description": "What it is", "tags": ["reading", "new one"],
    });
    assert_eq!(made, expected);
    let object = beta.lab.get(&format!("/object?id={}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(object["properties"]["media_URLReference"]["url"]["value"], "https://example.org/a?b=c");
    let tags = object["properties"]["tags"]["entity"].as_array().unwrap();
    assert_eq!((tags.len(), &tags[0]["id"]), (2, &json!(known)), "the tag of exactly this name");
    let fresh = beta.lab.get(&format!("/object?id={}", tags[1]["id"].as_str().unwrap())).await.ok();
    assert_eq!(
        (&fresh["structureId"], &fresh["properties"]["title"]["title"]["value"]),
        (&json!("RootTag"), &json!("new one"))
    );
    let notes = object["blocks"]["media_notes"].as_array().unwrap();
    assert_eq!(notes[0]["tokens"][0]["text"], "Some ");
    let changes = beta.lab.get(&format!("/changes?since={head}")).await.ok();
    assert_eq!(changes["changes"][0]["by"]["name"], "old");
    let again = beta.of_lab("/save-weblink", json!({"url": "https://example.org", "tags": ["new one"]})).await.ok();
    let object = beta.lab.get(&format!("/object?id={}", again["id"].as_str().unwrap())).await.ok();
    assert_eq!(object["properties"]["tags"]["entity"], json!([{"id": tags[1]["id"]}]), "made once");
}

#[tokio::test]
async fn a_weblink_without_more_is_called_by_its_url() {
    let beta = Beta::new().await;
    for body in
        [json!({"spaceid": beta.other}), json!({"spaceId": beta.other, "tags": [], "mdText": "", "titleOverwrite": ""})]
    {
        let mut body = body;
        body["url"] = json!("https://example.org/");
        let made = beta.post("/save-weblink", &body).await;
        assert_eq!(made.header("palimpsest-ignored"), None);
        let made = made.ok();
        assert_eq!(
            (&made["title"], &made["description"], &made["tags"]),
            (&json!("https://example.org/"), &json!(""), &json!([]))
        );
        assert_eq!(made["spaceId"], json!(beta.other));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_weblink_is_told_with_its_path_and_nothing_is_made() {
    let beta = Beta::new().await;
    let head = beta.lab.head().await;
    let too_many: Vec<_> = (0..31).map(|number| number.to_string()).collect();
    let url = "https://example.org";
    for (body, told) in [
        (json!({}), "at url"),
        (json!({"url": "no url"}), "at url"),
        (json!({"url": url, "titleOverwrite": "x".repeat(501)}), "at titleOverwrite"),
        (json!({"url": url, "descriptionOverwrite": "x".repeat(1001)}), "at descriptionOverwrite"),
        (json!({"url": url, "tags": too_many}), "at tags"),
        (json!({"url": url, "tags": ["a", ""]}), "at tags[1]"),
        (json!({"url": url, "tags": "a"}), "at tags"),
        (json!({"url": url, "mdText": "x".repeat(MAX_MARKDOWN + 1)}), "at mdText"),
    ] {
        let reply = beta.of_lab("/save-weblink", body.clone()).await;
        assert_eq!((reply.status, &*reply.code()), (400, "cap_invalid_input"), "{told}");
        assert!(reply.json()["message"].as_str().unwrap().contains(told), "{told}: {reply:?}");
    }
    let reply = beta.post("/save-weblink", &json!({"url": url})).await;
    assert!(reply.status == 400 && reply.json()["message"].as_str().unwrap().contains("at spaceId"), "{reply:?}");
    assert_eq!(beta.lab.head().await, head);
    let whole = json!({"url": url, "titleOverwrite": "x".repeat(500), "descriptionOverwrite": "x".repeat(1000), "tags": &too_many[..30]});
    beta.of_lab("/save-weblink", whole).await.ok();
}

#[tokio::test]
async fn an_entry_stands_in_the_note_of_today_in_the_zone_of_the_space() {
    let beta = Beta::new().await;
    let (space, zone) = (beta.lab.space.clone(), "Pacific/Auckland".to_owned());
    beta.lab.app.administer(Command::SpaceTimezone { space, zone }).await;
    let now = beta.lab.app.engine.now().to_string();
    assert_eq!(&now[..16], "2026-11-22T12:00", "noon in London is past midnight in Auckland");
    let head = beta.lab.head().await;
    let reply = beta.of_lab("/save-to-daily-note", json!({"mdText": "stamped", "origin": "commandPalette"})).await;
    assert_eq!((reply.status, reply.body.len(), reply.revision()), (200, 0, Some(head + 1)));
    assert_eq!(reply.header("palimpsest-ignored"), None);
    assert_eq!(beta.note("2026-11-23").await, ["01:00", "stamped"]);
    for (plain, member) in [("one", "noTimeStamp"), ("two", "noTimestamp")] {
        let body = json!({"mdText": plain, member: true, "origin": "mcp"});
        assert_eq!(beta.of_lab("/save-to-daily-note", body).await.status, 200);
    }
    assert_eq!(beta.note("2026-11-23").await, ["01:00", "stamped", "one", "two"]);
    beta.of_lab("/save-to-daily-note", json!({"mdText": "three", "noTimestamp": false})).await;
    assert_eq!(beta.note("2026-11-23").await[4..], ["01:00", "three"]);
}

#[tokio::test]
async fn what_is_wrong_with_an_entry_is_told_with_its_path_and_nothing_is_written() {
    let beta = Beta::new().await;
    let head = beta.lab.head().await;
    for (body, told) in [
        (json!({}), "at mdText"),
        (json!({"mdText": 1}), "at mdText"),
        (json!({"mdText": "x".repeat(MAX_MARKDOWN + 1)}), "at mdText"),
        (json!({"mdText": "a", "noTimeStamp": "yes"}), "at noTimeStamp"),
        (json!({"mdText": "a", "noTimestamp": 1}), "at noTimestamp"),
        (json!({"mdText": "a", "origin": 1}), "at origin"),
    ] {
        let reply = beta.of_lab("/save-to-daily-note", body).await;
        assert_eq!((reply.status, &*reply.code()), (400, "cap_invalid_input"), "{told}");
        assert!(reply.json()["message"].as_str().unwrap().contains(told), "{told}: {reply:?}");
    }
    let ask = Ask::new(Method::POST, "/save-to-daily-note").token(&beta.token).header("prefer", "handling=strict");
    let reply =
        beta.lab.app.send(ask.json(&json!({"spaceId": beta.lab.space, "mdText": "a", "date": "2026-01-01"}))).await;
    reply.refusal(400, "cap_invalid_input", "✖ This would have no effect\n  → at date");
    assert_eq!(beta.lab.head().await, head);
}
