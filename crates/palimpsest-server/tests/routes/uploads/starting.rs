//! The start: what is read, what is answered, what is refused.

use std::sync::Arc;

use http::Method;
use palimpsest_engine::PART_SIZE;
use palimpsest_engine::admin::{Command, Reply as Told};
use palimpsest_store::MemoryFiles;
use serde_json::{Value, json};

use super::{DAY, START, abort, begin, start};
use crate::app::{App, Lab};
use crate::wire::{NOBODY, id};

#[tokio::test]
async fn an_upload_tells_how_it_is_to_be_sent() {
    let lab = Lab::new().await;
    let head = lab.head().await;
    let body = json!({"fileName": "gel.png", "fileSize": 9_437_184, "fileType": "image/x-own"});
    let made = start(&lab, body).await;
    let expected = json!({
        "id": id(&made), "status": "pending", "fileName": "gel.png", "fileType": "image/x-own", "fileSize": 9_437_184,
        "partSize": 5_242_880, "partCount": 2, "expiresAt": "2026-11-23T12:00:00.000Z",
    });
    assert_eq!(made, expected);
    assert_eq!(lab.head().await, head, "an upload is in no log");
    assert!(!lab.sees(&id(&made)).await, "an upload is no object");
}

#[tokio::test]
async fn the_name_tells_the_type_that_was_not_sent() {
    let lab = Lab::new().await;
    for (name, expected) in [("a.PDF", "application/pdf"), ("a.mp3", "audio/mpeg"), ("a", "application/octet-stream")] {
        assert_eq!(start(&lab, json!({"fileName": name, "fileSize": 1})).await["fileType"], expected, "{name}");
    }
}

#[tokio::test]
async fn sizes_are_counted_in_parts() {
    let lab = Lab::new().await;
    for (size, count) in [(1, 1), (PART_SIZE, 1), (PART_SIZE + 1, 2), (2 * PART_SIZE, 2), (1 << 30, 205)] {
        assert_eq!(start(&lab, json!({"fileName": "a", "fileSize": size})).await["partCount"], count, "{size}");
    }
    assert_eq!(start(&lab, json!({"fileName": "a", "fileSize": 5.0})).await["fileSize"], 5);
}

#[tokio::test]
async fn what_is_out_of_form_is_refused_with_its_path() {
    let lab = Lab::new().await;
    let cases: [(&str, Value, &str); 17] = [
        ("fileName", Value::Null, "Invalid input: expected string, received null"),
        ("fileName", json!(""), "Too small: expected string to have >=1 characters"),
        ("fileName", json!("é".repeat(513)), "Too big: expected string to have <=512 characters"),
        ("fileName", json!("a\nb.png"), "Invalid name: expected no control characters"),
        ("fileSize", json!("9"), "Invalid input: expected number, received string"),
        ("fileSize", json!(0), "Too small: expected number to be >0"),
        ("fileSize", json!(-5), "Too small: expected number to be >0"),
        ("fileSize", json!(1.5), "Invalid input: expected int, received number"),
        ("fileSize", json!(1e300), "Invalid input: expected int, received number"),
        ("fileSize", json!(1_u64 << 53), "Too big: expected number to be <=9007199254740991"),
        ("fileType", json!("png"), "Invalid media type: expected one such as image/png"),
        ("fileType", json!("image/png\r\nX: y"), "Invalid media type: expected one such as image/png"),
        ("fileType", json!("image/png;,text/html"), "Invalid media type: expected one such as image/png"),
        ("fileType", json!("application/pdf;a=b,text/html"), "Invalid media type: expected one such as image/png"),
        ("fileType", json!("image/png; a"), "Invalid media type: expected one such as image/png"),
        ("fileType", json!(format!("image/{}", "x".repeat(250))), "Too big: expected string to have <=255 characters"),
        ("title", json!("x".repeat(501)), "Too big: expected string to have <=500 characters"),
    ];
    for (member, value, message) in cases {
        let mut body = json!({"fileName": "a.png", "fileSize": 9});
        body[member] = value;
        lab.refuses(Method::POST, START, body, &format!("✖ {message}\n  → at {member}")).await;
    }
    let all = "✖ Invalid input: expected string, received undefined\n  → at fileName\n\
               ✖ Invalid input: expected number, received undefined\n  → at fileSize\n\
               ✖ Invalid UUID\n  → at collections[0]";
    lab.refuses(Method::POST, START, json!({"collections": ["x"]}), all).await;
    for good in ["image/png", "IMAGE/PNG; a=\"b c\"", "video/mp4; codecs=\"avc1, mp4a\"", "application/vnd.a+b"] {
        let made = start(&lab, json!({"fileName": "é".repeat(512), "fileSize": 9, "fileType": good})).await;
        assert_eq!(made["fileType"], good);
    }
}

#[tokio::test]
async fn collections_are_checked_before_anything_is_sent() {
    let lab = Lab::new().await;
    let shelf = |structure: &str| {
        let (space, structure) = (Some(lab.space.clone()), structure.to_owned());
        lab.app.administer(Command::CollectionCreate { space, structure, title: "Shelf".to_owned() })
    };
    let Told::Collection(pages) = shelf("RootPage").await else { panic!() };
    let Told::Collection(images) = shelf("MediaImage").await else { panic!() };
    let ids = json!([images.id, pages.id, NOBODY]);
    let body = |name: &str| json!({"fileName": name, "fileSize": 1, "collections": ids});
    let unknown = "✖ Unknown collection\n  → at collections[2]";
    let other = "✖ This collection holds no objects of type Image\n  → at collections[1]";
    lab.refuses(Method::POST, START, body("a.png"), &format!("{other}\n{unknown}")).await;
    // Of what type it is, its first bytes will tell.
    lab.refuses(Method::POST, START, body("a"), unknown).await;
    start(&lab, json!({"fileName": "a.png", "fileSize": 1, "collections": [images.id]})).await;
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_at_the_start() {
    let lab = Lab::in_app(App::taking(Arc::new(MemoryFiles::default()), 1000)).await;
    begin(&lab, "a", 1000).await;
    let reply = lab.post(START, &json!({"fileName": "a", "fileSize": 1001})).await;
    reply.refusal(413, "cap_invalid_input", "The file has 1001 bytes; this server takes at most 1000");
}

#[tokio::test]
async fn a_space_has_so_many_uploads_under_way_and_no_more() {
    let lab = Lab::new().await;
    let first = begin(&lab, "a", 1).await;
    for _ in 1..1000 {
        begin(&lab, "a", 1).await;
    }
    let body = json!({"fileName": "a", "fileSize": 1});
    let message = "The space has 1000 uploads under way; it takes no more";
    lab.refuses(Method::POST, START, body.clone(), message).await;
    let elsewhere = lab.app.space("Elsewhere").await;
    let token = lab.app.token(&elsewhere, "other", crate::app::BOTH).await;
    let ask = crate::app::Ask::new(Method::POST, START).token(&token).json(&body);
    lab.app.send(ask).await.ok();
    assert_eq!(abort(&lab, &first).await.status, 204);
    begin(&lab, "a", 1).await;
    lab.refuses(Method::POST, START, body, message).await;
    lab.app.clock.advance(DAY);
    begin(&lab, "a", 1).await;
}
