//! What links do to entity tags: the bytes change with the hour, the version does not.

use std::sync::Arc;

use http::Method;
use serde_json::json;

use super::Media;
use crate::app::{App, Lab, Reply, unhurried};
use crate::faulty::{Fault, Faulty};
use crate::wire::{page, titled};

const HOUR: i64 = 60 * 60 * 1000;

async fn read(media: &Media, known: &str) -> Reply {
    let ask = media.lab.ask(Method::GET, &format!("/object?id={}", media.id));
    media.lab.app.send(ask.header("if-none-match", known)).await
}

fn tag(reply: &Reply) -> String {
    reply.header("etag").unwrap().to_owned()
}

fn version(tag: &str) -> &str {
    tag.split('-').next().unwrap()
}

async fn media() -> Media {
    Media::new(b"gel", "gel.png", "image/png").await
}

#[tokio::test]
async fn within_the_hour_a_read_is_known_and_after_it_the_digest_is_another() {
    let media = media().await;
    let first = tag(&media.lab.get(&format!("/object?id={}", media.id)).await);
    media.lab.app.clock.advance(HOUR - 1);
    assert_eq!(read(&media, &first).await.status, 304);
    media.lab.app.clock.advance(1);
    let later = read(&media, &first).await;
    assert_eq!(later.status, 200);
    assert_ne!(tag(&later), first);
    assert_eq!(version(&tag(&later)), version(&first));
    assert_eq!(later.json()["files"][0]["expirationDate"], json!("2026-11-22T15:00:00.000Z"));
    assert_eq!(read(&media, &tag(&later)).await.status, 304);
}

#[tokio::test]
async fn a_tag_of_yesterday_holds_for_a_write() {
    let media = media().await;
    let yesterday = tag(&media.lab.get(&format!("/object?id={}", media.id)).await);
    media.lab.app.clock.advance(24 * HOUR);
    let body = json!({"id": media.id, "properties": {"title": titled("Other")}});
    let ask = || media.lab.ask(Method::PATCH, "/object").header("if-match", &yesterday).json(&body);
    media.lab.app.send(ask()).await.ok();
    assert_eq!(media.lab.app.send(ask()).await.status, 412, "now it has changed");
}

#[tokio::test]
async fn what_was_shown_within_the_hour_is_shown_again_without_a_look_into_the_store() {
    let store = Arc::new(Faulty::default());
    let lab = Lab::in_app(App::over(Arc::clone(&store) as _, unhurried())).await;
    let media = Media::in_lab(lab, b"gel", "gel.png", "image/png").await;
    let shown = media.lab.object(&media.id).await;
    store.breaks(Fault::HeadAlone);
    assert_eq!(media.lab.object(&media.id).await, shown);
    media.lab.app.clock.advance(HOUR);
    assert_eq!(media.lab.get(&format!("/object?id={}", media.id)).await.status, 503, "new links have to be made");
    store.heals();
    assert_ne!(media.lab.object(&media.id).await, shown);
}

#[tokio::test]
async fn without_files_the_bytes_stay_the_same_for_ever() {
    let lab = Lab::new().await;
    let id = lab.make(page("a")).await;
    let first = lab.get(&format!("/object?id={id}")).await;
    lab.app.clock.advance(1000 * HOUR);
    let later = lab.get(&format!("/object?id={id}")).await;
    assert_eq!((tag(&first), first.body), (tag(&later), later.body));
}

#[tokio::test]
async fn a_clock_that_goes_back_shows_links_that_hold() {
    let media = media().await;
    media.link().await;
    media.lab.app.clock.advance(-5 * HOUR);
    let link = media.link().await;
    assert_eq!(media.get(&link).await.status, 200);
}
