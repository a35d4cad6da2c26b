//! Uploads of media (spec/05).

mod completing;
mod ending;
mod links;
mod parts;
mod starting;
mod trouble;
mod turns;

use bytes::Bytes;
use palimpsest_engine::PART_SIZE;
use serde_json::{Value, json};

use crate::app::{Lab, Reply};
use crate::wire::id;

const START: &str = "/object/media/upload";
const COMPLETE: &str = "/object/media/upload/complete";
const ABORT: &str = "/object/media/upload/abort";

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Where a part goes.
pub(crate) fn part_of(upload: &str, number: u64) -> String {
    format!("/object/media/upload/part?id={upload}&partNumber={number}")
}

/// Begins an upload; answers its id.
pub(crate) async fn begin(lab: &Lab, name: &str, size: u64) -> String {
    id(&start(lab, json!({"fileName": name, "fileSize": size})).await)
}

async fn start(lab: &Lab, body: Value) -> Value {
    lab.post(START, &body).await.ok()
}

async fn complete(lab: &Lab, upload: &str) -> Reply {
    lab.post(COMPLETE, &json!({"id": upload})).await
}

async fn abort(lab: &Lab, upload: &str) -> Reply {
    lab.post(ABORT, &json!({"id": upload})).await
}

/// Bytes that no other part of a file has.
fn content(size: u64) -> Bytes {
    (0..size).map(|place| (place * 7 + place / 251).to_le_bytes()[0]).collect::<Vec<_>>().into()
}

/// Sends a whole file in its parts, the last one first.
async fn send(lab: &Lab, upload: &str, bytes: &Bytes) {
    let size = usize::try_from(PART_SIZE).unwrap();
    for (index, part) in bytes.chunks(size).enumerate().rev() {
        let number = index as u64 + 1;
        let kept = lab.put(&part_of(upload, number), bytes.slice_ref(part)).await.ok();
        assert_eq!(kept, json!({"number": number, "size": part.len()}));
    }
}

/// Sends a file and makes its object.
async fn upload(lab: &Lab, body: Value, bytes: &Bytes) -> Value {
    let upload = id(&start(lab, body).await);
    send(lab, &upload, bytes).await;
    complete(lab, &upload).await.ok()
}
