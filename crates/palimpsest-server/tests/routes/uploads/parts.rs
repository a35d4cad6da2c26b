//! Parts: their order, their sizes, what is refused.

use axum::body::Body;
use http::Method;
use palimpsest_engine::PART_SIZE;
use palimpsest_model::ObjectId;
use palimpsest_model::parse_uuid;
use serde_json::json;

use super::{DAY, begin, complete, content, part_of, send};
use crate::app::{App, Ask, BOTH, Lab, unhurried};
use crate::wire::NOBODY;

async fn sizes(lab: &Lab, upload: &str) -> Vec<(u32, u64)> {
    let id = ObjectId(parse_uuid(upload).unwrap());
    lab.app.engine.files().unwrap().parts(id).await.unwrap().into_iter().collect()
}

#[tokio::test]
async fn parts_come_in_any_order_and_one_that_is_sent_again_replaces_the_earlier() {
    let lab = Lab::new().await;
    let bytes = content(PART_SIZE + 3);
    let upload = begin(&lab, "a.bin", bytes.len() as u64).await;
    let wrong = vec![0; usize::try_from(PART_SIZE).unwrap()];
    lab.put(&part_of(&upload, 1), wrong).await.ok();
    send(&lab, &upload, &bytes).await;
    assert_eq!(sizes(&lab, &upload).await, [(1, PART_SIZE), (2, 3)]);
    let made = complete(&lab, &upload).await.ok();
    assert_eq!(made["properties"]["media_fileSize"]["number"]["value"], PART_SIZE + 3);
    assert_eq!(super::completing::stored(&lab, &upload).await, bytes);
}

#[tokio::test]
async fn a_part_of_another_size_is_refused_and_nothing_of_it_is_kept() {
    let lab = Lab::new().await;
    let upload = begin(&lab, "a.bin", 3).await;
    lab.put(&part_of(&upload, 1), "abc").await.ok();
    for wrong in ["", "ab", "abcd", &"x".repeat(100_000)] {
        let what = "✖ Invalid size: part 1 of 1 has 3 bytes";
        let reply = lab.put(&part_of(&upload, 1), wrong.to_owned()).await;
        reply.refusal(400, "cap_invalid_input", &format!("{what}\n  → at body"));
        assert!(reply.revision().is_some());
        let announced = lab.ask(Method::PUT, &part_of(&upload, 1)).header("content-length", &wrong.len().to_string());
        let reply = lab.app.send(announced.body(Body::from(wrong.to_owned()))).await;
        let received = wrong.len();
        reply.refusal(400, "cap_invalid_input", &format!("{what}, received {received}\n  → at Content-Length"));
    }
    complete(&lab, &upload).await.ok();
    assert_eq!(super::completing::stored(&lab, &upload).await, "abc");
}

#[tokio::test]
async fn a_part_that_there_is_not_is_refused() {
    let lab = Lab::new().await;
    let upload = begin(&lab, "a.bin", PART_SIZE + 1).await;
    for (number, message) in [
        ("0", "Too small: expected number to be >0"),
        ("-1", "Too small: expected number to be >0"),
        ("3", "Invalid part number: expected 1 to 2"),
        ("18446744073709551615", "Invalid part number: expected 1 to 2"),
        ("1.5", "Invalid input: expected int, received number"),
        ("two", "Invalid input: expected number, received NaN"),
    ] {
        let reply = lab.put(&format!("/object/media/upload/part?id={upload}&partNumber={number}"), "x").await;
        reply.refusal(400, "cap_invalid_input", &format!("✖ {message}\n  → at partNumber"));
    }
    let both = "✖ Invalid UUID\n  → at id\n✖ Invalid input: expected string, received undefined\n  → at partNumber";
    lab.put("/object/media/upload/part?id=x", "x").await.refusal(400, "cap_invalid_input", both);
}

#[tokio::test]
async fn an_upload_of_nobody_or_of_another_space_is_not_found() {
    let lab = Lab::new().await;
    let upload = begin(&lab, "a.bin", 1).await;
    lab.put(&part_of(NOBODY, 1), "x").await.refusal(404, "cap_not_found", "Upload not found");
    let elsewhere = lab.app.space("Elsewhere").await;
    let token = lab.app.token(&elsewhere, "other", BOTH).await;
    let ask = Ask::new(Method::PUT, &part_of(&upload, 1)).token(&token).body(Body::from("x"));
    lab.app.send(ask).await.refusal(404, "cap_not_found", "Upload not found");
    // Another token of its own space goes on with it.
    let token = lab.app.token(&lab.space, "another", BOTH).await;
    let ask = Ask::new(Method::PUT, &part_of(&upload, 1)).token(&token).body(Body::from("x"));
    lab.app.send(ask).await.ok();
}

#[tokio::test]
async fn the_time_of_an_upload_ends() {
    let lab = Lab::new().await;
    let upload = begin(&lab, "a.bin", 1).await;
    lab.app.clock.advance(DAY - 1);
    lab.put(&part_of(&upload, 1), "x").await.ok();
    lab.app.clock.advance(1);
    lab.put(&part_of(&upload, 1), "x").await.refusal(404, "cap_not_found", "Upload not found");
    assert_eq!(sizes(&lab, &upload).await, [], "its parts went with it");
    complete(&lab, &upload).await.refusal(404, "cap_not_found", "Upload not found");
}

#[tokio::test]
async fn conditions_and_keys_are_refused_by_every_step() {
    let lab = Lab::new().await;
    let upload = begin(&lab, "a.bin", 1).await;
    let part = part_of(&upload, 1);
    for (name, value) in [("if-match", "\"1.1\""), ("if-none-match", "*"), ("idempotency-key", "once")] {
        let body = json!({"id": upload, "fileName": "a", "fileSize": 1});
        for uri in [super::START, super::COMPLETE, super::ABORT] {
            let reply = lab.app.send(lab.ask(Method::POST, uri).header(name, value).json(&body)).await;
            assert_eq!((reply.status, &*reply.code()), (400, "cap_invalid_input"), "{uri} {name}");
        }
        let reply = lab.app.send(lab.ask(Method::PUT, &part).header(name, value).body(Body::from("x"))).await;
        assert_eq!((reply.status, &*reply.code()), (400, "cap_invalid_input"), "{name}");
    }
    lab.put(&part, "x").await.ok();
    complete(&lab, &upload).await.ok();
}

#[tokio::test]
async fn a_part_may_be_larger_than_other_bodies_and_is_no_json() {
    let lab = Lab::in_app(App::new(palimpsest_server::Limits { body: 100, ..unhurried() })).await;
    let upload = begin(&lab, "a.bin", 5000).await;
    lab.put(&part_of(&upload, 1), content(5000)).await.ok();
    complete(&lab, &upload).await.ok();
}
