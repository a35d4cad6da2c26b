//! Wherever an object is shown, its files are; without files, nothing is said of them.

use http::Method;
use serde_json::{Value, json};

use super::Media;
use crate::app::Lab;
use crate::webhooks::receiver::Wired;
use crate::wire::{page, titled};

/// What each file of an answer shows besides its link; the link works.
async fn one(media: &Media, object: &Value) {
    let files = object["files"].as_array().unwrap_or_else(|| panic!("no files: {object}"));
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!((&file["fileType"], &file["expirationDate"]), (&json!("image/png"), &json!("2026-11-22T14:00:00.000Z")));
    let url = file["url"].as_str().unwrap();
    assert!(url.starts_with("https://lab.example/api/files/"), "{url}");
    assert_eq!(media.get(&super::local(url)).await.body, "bytes of a gel");
}

async fn media() -> Media {
    Media::new(b"bytes of a gel", "gel 1.png", "image/png").await
}

#[tokio::test]
async fn every_read_shows_the_files() {
    let media = media().await;
    let (lab, id) = (&media.lab, &media.id);
    let read = lab.object(id).await;
    one(&media, &read).await;
    let then = lab.head().await;
    assert_eq!(lab.get(&format!("/object?id={id}&revision={then}")).await.ok(), read);
    for ask in [json!({"ids": [id]}), json!({"ids": [id], "revision": then})] {
        assert_eq!(lab.post("/objects/get", &ask).await.ok()["results"][0]["object"], read);
    }
    assert_eq!(lab.get("/objects?include=objects").await.ok()["results"][0]["object"], read);
    let changes = lab.get("/changes?since=1&include=objects").await.ok();
    assert_eq!(changes["changes"][0]["objects"][0]["object"], read);
}

#[tokio::test]
async fn every_write_shows_the_files_and_keeps_them() {
    let media = media().await;
    let (lab, id) = (&media.lab, &media.id);
    let then = lab.head().await;
    one(&media, &lab.update(json!({"id": id, "properties": {"title": titled("Other")}})).await).await;
    one(&media, &lab.append(json!({"id": id, "markdown": "note"})).await).await;
    let edits = json!({"id": id, "edits": [{"op": "set", "propertyId": "title", "value": titled("Third")}]});
    one(&media, &lab.post("/object/edits", &edits).await.ok()).await;
    one(&media, &lab.post("/object/revert", &json!({"id": id, "revision": then})).await.ok()).await;
    let step = json!({"method": "PATCH", "path": "/object",
        "body": {"id": id, "properties": {"title": titled("Fourth")}}});
    for is_dry in [true, false] {
        let ask = lab.ask(Method::POST, "/transactions").header("prefer", "return=representation");
        let done = lab.app.send(ask.json(&json!({"operations": [step], "dryRun": is_dry}))).await.ok();
        one(&media, &done["results"][0]["body"]).await;
    }
    assert_eq!(lab.delete(&format!("/object?id={id}")).await.status, 200);
    one(&media, &lab.update(json!({"id": id, "deleteRequested": false})).await).await;
}

#[tokio::test]
async fn a_replay_shows_links_of_its_own_hour() {
    let media = media().await;
    let lab = &media.lab;
    let body = json!({"id": media.id, "properties": {"title": titled("Once")}});
    let ask = || lab.ask(Method::PATCH, "/object").header("idempotency-key", "once").json(&body);
    let first = lab.app.send(ask()).await.ok();
    one(&media, &first).await;
    lab.app.clock.advance(2 * 60 * 60 * 1000);
    let replay = lab.app.send(ask()).await;
    assert_eq!(replay.header("idempotency-replayed"), Some("true"));
    let replay = replay.ok();
    assert_eq!(replay["files"][0]["expirationDate"], json!("2026-11-22T16:00:00.000Z"));
    assert_eq!(media.get(&super::local(replay["files"][0]["url"].as_str().unwrap())).await.status, 200);
    assert_eq!(replay["properties"], first["properties"]);
}

#[tokio::test]
async fn a_webhook_sends_links_of_the_hour_it_sends_in() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({"includeObjects": true})).await;
    super::planted(&wired.lab, b"bytes of a gel", "gel.png", "image/png").await;
    wired.lab.app.clock.advance(60 * 60 * 1000);
    wired.run(&hook).await;
    let sent = wired.receiver.bodies();
    let object = &sent.last().unwrap()["data"]["objects"][0]["object"];
    assert_eq!(object["files"][0]["expirationDate"], json!("2026-11-22T15:00:00.000Z"));
    let link = super::local(object["files"][0]["url"].as_str().unwrap());
    assert_eq!(wired.lab.app.send(crate::app::Ask::new(Method::GET, &link)).await.body, "bytes of a gel");
}

#[tokio::test]
async fn an_object_without_files_says_nothing_of_them() {
    let lab = Lab::new().await;
    let page = lab.create(page("a")).await;
    assert_eq!(page.get("files"), None);
}
