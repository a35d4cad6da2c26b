//! The end: what the object is, and that there is one.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::Method;
use palimpsest_engine::PART_SIZE;
use palimpsest_engine::admin::{Command, Reply as Told};
use palimpsest_model::{ObjectId, SpaceId, parse_uuid};
use palimpsest_store::Snapshot;
use serde_json::{Value, json};

use super::{COMPLETE, abort, begin, complete, content, part_of, send, start, upload};
use crate::app::Lab;
use crate::wire::{NOBODY, id, page};

/// The file of an object, as it is stored.
pub(super) async fn file(lab: &Lab, object: &str) -> palimpsest_model::File {
    let (space, id) = (SpaceId(parse_uuid(&lab.space).unwrap()), ObjectId(parse_uuid(object).unwrap()));
    let look = move |snapshot: &mut Snapshot<'_>| snapshot.object(id);
    let found = lab.app.engine.store().read(space, look).await.unwrap().value.unwrap().unwrap();
    let [file] = &found.object.files[..] else { panic!("{:?}", found.object.files) };
    file.clone()
}

/// The bytes of an object.
pub(super) async fn stored(lab: &Lab, object: &str) -> Bytes {
    let file = file(lab, object).await;
    let mut stream = lab.app.engine.files().unwrap().open(file.hash, 0..u64::MAX).await.unwrap();
    let mut all = BytesMut::new();
    while let Some(bytes) = stream.next().await {
        all.extend_from_slice(&bytes.unwrap());
    }
    assert_eq!(all.len() as u64, file.size);
    all.freeze()
}

fn title(object: &Value) -> &Value {
    &object["properties"]["title"]["title"]["value"]
}

#[tokio::test]
async fn an_upload_becomes_an_object_of_its_id() {
    let lab = Lab::new().await;
    let (space, structure) = (Some(lab.space.clone()), "MediaImage".to_owned());
    let shelves = ["One", "Two"].map(|title| {
        let (space, structure) = (space.clone(), structure.clone());
        lab.app.administer(Command::CollectionCreate { space, structure, title: title.to_owned() })
    });
    let mut ids = Vec::new();
    for shelf in shelves {
        let Told::Collection(shelf) = shelf.await else { panic!() };
        ids.insert(0, shelf.id);
    }
    let body = json!({
        "fileName": "gel.png", "fileSize": 5, "fileType": "Image/PNG", "title": "Gel of Monday", "collections": ids,
    });
    let begun = start(&lab, body).await;
    send(&lab, &id(&begun), &content(5)).await;
    let head = lab.head().await;
    let reply = complete(&lab, &id(&begun)).await;
    let made = reply.ok();
    assert_eq!(reply.revision(), Some(head + 1), "one commit");
    assert_eq!(made["id"], begun["id"]);
    assert_eq!((made["structureId"].as_str(), title(&made)), (Some("MediaImage"), &json!("Gel of Monday")));
    assert_eq!(made["collections"], json!(ids));
    assert_eq!(made["properties"]["media_fileSize"], json!({"type": "number", "number": {"value": 5}}));
    let place = format!("/object?id={}", id(&made));
    assert_eq!(reply.header("content-location"), Some(&*place));
    let read = lab.get(&place).await;
    assert_eq!((read.ok(), read.header("etag")), (made, reply.header("etag")));
    let kept = file(&lab, &id(&begun)).await;
    assert_eq!((kept.name.as_str(), kept.file_type.as_str(), kept.size), ("gel.png", "Image/PNG", 5));
    assert_eq!(stored(&lab, &id(&begun)).await, content(5));
    let history = lab.get(&format!("/object/history?id={}", id(&begun))).await.ok();
    assert_eq!(
        (&history["results"][0]["kind"], &history["results"][0]["by"]["name"]),
        (&json!("created"), &json!("all"))
    );
    let changes = lab.get(&format!("/changes?since={head}")).await.ok();
    assert_eq!(changes["changes"][0]["objects"][0]["id"], begun["id"]);
}

#[tokio::test]
async fn the_title_is_the_name_of_the_file_unless_it_is_sent() {
    let lab = Lab::new().await;
    let made = upload(&lab, json!({"fileName": "gel.png", "fileSize": 1}), &content(1)).await;
    assert_eq!(title(&made), "gel.png");
    let found = lab.post("/objects/search", &json!({"query": "gel"})).await.ok();
    assert_eq!(found["results"][0]["id"], made["id"]);
}

#[tokio::test]
async fn the_type_decides_what_it_becomes_and_stays_as_it_was_sent() {
    let lab = Lab::new().await;
    let png = Bytes::from_static(b"\x89PNG\r\n\x1a\n and more");
    let cases: [(&str, Option<&str>, &str, &str); 9] = [
        ("a.png", None, "MediaImage", "image/png"),
        ("a.png", Some("application/pdf"), "MediaPDF", "application/pdf"),
        ("a.pdf", None, "MediaPDF", "application/pdf"),
        ("a.bin", Some("audio/flac"), "MediaAudio", "audio/flac"),
        ("a.bin", Some("video/mp4; codecs=x"), "MediaVideo", "video/mp4; codecs=x"),
        ("a.docx", None, "MediaFile", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.png", Some("application/octet-stream"), "MediaFile", "application/octet-stream"),
        // Nothing but the first bytes tells.
        ("photo", None, "MediaImage", "image/png"),
        ("photo.unheardof", None, "MediaImage", "image/png"),
    ];
    for (name, sent, structure, kept) in cases {
        let mut body = json!({"fileName": name, "fileSize": png.len()});
        if let Some(sent) = sent {
            body["fileType"] = json!(sent);
        }
        let made = upload(&lab, body, &png).await;
        let file = file(&lab, &id(&made)).await;
        assert_eq!((made["structureId"].as_str(), &*file.file_type), (Some(structure), kept), "{name} {sent:?}");
    }
    let made = upload(&lab, json!({"fileName": "notes", "fileSize": 5}), &Bytes::from_static(b"words")).await;
    assert_eq!(made["structureId"], "MediaFile");
}

#[tokio::test]
async fn missing_parts_are_named_and_the_upload_goes_on() {
    let lab = Lab::new().await;
    let bytes = content(2 * PART_SIZE + 1);
    let upload = begin(&lab, "a.bin", bytes.len() as u64).await;
    let body = json!({"id": upload});
    lab.refuses(Method::POST, COMPLETE, body.clone(), "✖ Missing parts of 3: 1, 2, 3\n  → at id").await;
    lab.put(&part_of(&upload, 2), bytes.slice(5_242_880..2 * 5_242_880)).await.ok();
    lab.refuses(Method::POST, COMPLETE, body, "✖ Missing parts of 3: 1, 3\n  → at id").await;
    send(&lab, &upload, &bytes).await;
    complete(&lab, &upload).await.ok();
    let many = begin(&lab, "b.bin", 30 * PART_SIZE).await;
    let first: Vec<_> = (1..=20).map(|number| number.to_string()).collect();
    let message = format!("✖ Missing parts of 30: {} and 10 more\n  → at id", first.join(", "));
    lab.refuses(Method::POST, COMPLETE, json!({"id": many}), &message).await;
}

#[tokio::test]
async fn completing_twice_answers_the_same_object() {
    let lab = Lab::new().await;
    let made = upload(&lab, json!({"fileName": "a.png", "fileSize": 9}), &content(9)).await;
    let head = lab.head().await;
    let again = complete(&lab, &id(&made)).await;
    assert_eq!((again.ok(), again.revision()), (made.clone(), Some(head)));
    assert_eq!(again.header("etag"), lab.get(&format!("/object?id={}", id(&made))).await.header("etag"));
    assert_eq!(lab.head().await, head, "it has no second effect");
    // The session is gone: nothing can be sent to it, and what is not there any more is not found.
    assert_eq!(lab.put(&part_of(&id(&made), 1), content(9)).await.status, 404);
    assert_eq!(abort(&lab, &id(&made)).await.status, 404);
    lab.delete(&format!("/object?id={}", id(&made))).await;
    assert_eq!(complete(&lab, &id(&made)).await.status, 404);
}

#[tokio::test]
async fn what_was_never_an_upload_is_not_found() {
    let lab = Lab::new().await;
    complete(&lab, NOBODY).await.refusal(404, "cap_not_found", "Upload not found");
    let page = lab.make(page("no file")).await;
    complete(&lab, &page).await.refusal(404, "cap_not_found", "Upload not found");
    for uri in [COMPLETE, super::ABORT] {
        lab.refuses(
            Method::POST,
            uri,
            json!({"id": 5}),
            "✖ Invalid input: expected string, received number\n  → at id",
        )
        .await;
    }
}

#[tokio::test]
async fn collections_are_checked_again_at_the_end() {
    let lab = Lab::new().await;
    let (space, structure) = (Some(lab.space.clone()), "MediaPDF".to_owned());
    let told = lab.app.administer(Command::CollectionCreate { space, structure, title: "Papers".to_owned() }).await;
    let Told::Collection(shelf) = told else { panic!("{told:?}") };
    let body = json!({"fileName": "photo", "fileSize": 5, "collections": [shelf.id]});
    let upload = id(&start(&lab, body).await);
    send(&lab, &upload, &Bytes::from_static(b"words")).await;
    let message = format!("✖ This collection holds no objects of type File: {}\n  → at id", shelf.id);
    lab.refuses(Method::POST, COMPLETE, json!({"id": upload}), &message).await;
    lab.put(&part_of(&upload, 1), &b"%PDF-"[..]).await.ok();
    assert_eq!(complete(&lab, &upload).await.ok()["structureId"], "MediaPDF");
}

#[tokio::test]
async fn many_complete_at_once_and_there_is_one_object() {
    let lab = Lab::new().await;
    let upload = begin(&lab, "a.png", 5).await;
    send(&lab, &upload, &content(5)).await;
    let head = lab.head().await;
    let replies = futures_util::future::join_all((0..8).map(|_| complete(&lab, &upload))).await;
    let first = replies[0].ok();
    assert!(replies.iter().all(|reply| reply.ok() == first));
    assert_eq!(lab.head().await, head + 1);
}

#[tokio::test]
async fn a_token_that_is_held_to_conditions_may_upload() {
    let mut lab = Lab::new().await;
    lab.token = lab.app.careful(&lab.space, "careful").await;
    upload(&lab, json!({"fileName": "a.png", "fileSize": 5}), &content(5)).await;
}

#[tokio::test]
async fn the_same_bytes_are_stored_once() {
    let lab = Lab::new().await;
    for name in ["a.png", "b.png"] {
        upload(&lab, json!({"fileName": name, "fileSize": 5}), &content(5)).await;
    }
    assert_eq!(lab.app.engine.files().unwrap().list(None, 10).await.unwrap().len(), 1);
}
