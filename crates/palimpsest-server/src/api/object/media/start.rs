//! POST /object/media/upload.

use palimpsest_engine::{LONGEST_TYPE, PART_SIZE, StartUpload, is_media_type};
use palimpsest_model::{Node, Reading as Notes};
use serde_json::{Value, json};

use crate::api::object::read_collections;
use crate::document::names::uuid;
use crate::document::object::collections;
use crate::document::shape::{closed, count, open, refer, said, such_as, text, word};
use crate::document::{Description, Link, Success};
use crate::endpoint::{Call, Reading};

/// The longest name of a file, in characters.
const LONGEST_NAME: usize = 512;
/// What a media type consists of, as a pattern.
const TOKEN: &str = "[A-Za-z0-9!#$&^_.+-]+";
/// The longest title.
const LONGEST_TITLE: usize = 500;
/// Beyond it JavaScript clients could not say how large a file is.
const LARGEST: u64 = (1 << 53) - 1;

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let start = call.input.body(|body, notes| {
            let file_name = read_name(&body.get("fileName"), notes);
            let file_size = read_size(&body.get("fileSize"), notes);
            let file_type = body.get("fileType").given(notes, read_type);
            let title = body.get("title").given(notes, |title, notes| read_text(title, LONGEST_TITLE, notes));
            let collections = body.get("collections").given(notes, read_collections);
            Some(StartUpload {
                file_name: file_name?,
                file_size: file_size?,
                file_type: file_type?,
                title: title?,
                collections: collections?.unwrap_or_default(),
            })
        })?;
        call.input.ignored()?;
        Ok(call.engine.start_upload(&call.token, start).await?.into())
    })
}

fn read_text(node: &Node<'_, '_>, most: usize, notes: &mut Notes) -> Option<String> {
    let text = node.string(notes)?;
    if text.chars().count() > most {
        notes.problem(node, format!("Too big: expected string to have <={most} characters"));
        return None;
    }
    Some(text.to_owned())
}

fn read_name(node: &Node<'_, '_>, notes: &mut Notes) -> Option<String> {
    let name = read_text(node, LONGEST_NAME, notes)?;
    if name.is_empty() {
        notes.problem(node, "Too small: expected string to have >=1 characters");
        return None;
    }
    if name.bytes().any(|byte| byte.is_ascii_control()) {
        notes.problem(node, "Invalid name: expected no control characters");
        return None;
    }
    Some(name)
}

fn read_size(node: &Node<'_, '_>, notes: &mut Notes) -> Option<u64> {
    let number = node.number(notes)?;
    // To JavaScript 5.0 and 5 are one number.
    let whole = palimpsest_model::Number::from(number.clone());
    let whole = serde_json::to_value(whole).ok()?;
    let problem = match whole.as_u64() {
        Some(0) => "Too small: expected number to be >0".to_owned(),
        Some(size) if size > LARGEST => format!("Too big: expected number to be <={LARGEST}"),
        Some(size) => return Some(size),
        None if whole.as_f64().is_some_and(|number| number <= 0.0) => "Too small: expected number to be >0".to_owned(),
        None => "Invalid input: expected int, received number".to_owned(),
    };
    notes.problem(node, problem);
    None
}

/// A media type, as it may stand in a header.
fn read_type(node: &Node<'_, '_>, notes: &mut Notes) -> Option<String> {
    let file_type = read_text(node, LONGEST_TYPE, notes)?;
    if !is_media_type(&file_type) {
        notes.problem(node, "Invalid media type: expected one such as image/png");
        return None;
    }
    Some(file_type)
}

pub(crate) fn describe() -> Description {
    let name =
        json!({"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "pattern": "^[^\\x00-\\x1f\\x7f]*$"});
    let size = json!({"type": "integer", "minimum": 1, "maximum": LARGEST});
    let file_type = json!({
        "type": "string",
        "maxLength": LONGEST_TYPE,
        "pattern": format!("^{TOKEN}/{TOKEN}( *; *{TOKEN}=({TOKEN}|\"[ !#-\\[\\]-~]*\"))*$"),
    });
    let decides = "Its media type, which decides what it becomes. Without it the extension of the name does, then the first bytes.";
    let title = json!({"type": "string", "maxLength": LONGEST_TITLE});
    let optional = [
        ("fileType", said(file_type, decides)),
        ("title", said(title, "The title of the object; the name of the file when it is left out.")),
        ("collections", collections()),
    ];
    let body = open(
        &[
            ("fileName", said(name, "How the file is called, with its extension.")),
            ("fileSize", said(size, "How many bytes it has.")),
        ],
        &optional,
    );
    let id = json!({"query.id": "$response.body#/id"});
    let success = Success::json("The upload, which waits for its parts.", upload()).leads(Link::new(
        "part",
        "object.media.part",
        id,
    ));
    Description::new("object.media.upload", "Begin to send a file")
        .about(
            "The file is sent in parts, each of `partSize` bytes but the last, in any order; then the upload is completed, which \
             makes the object. A file larger than the server takes is refused with 413. Conditions and an Idempotency-Key are \
             refused.",
        )
        .body(such_as(body, json!([{"fileName": "gel.png", "fileSize": 9_437_184, "fileType": "image/png"}])))
        .answers(success)
}

fn upload() -> Value {
    closed(
        &[
            ("id", said(uuid(), "The id of the upload, and of the object it becomes.")),
            ("status", word("pending")),
            ("fileName", text()),
            ("fileType", text()),
            ("fileSize", count(1)),
            ("partSize", said(such_as(count(1), json!([PART_SIZE])), "How many bytes each part has but the last.")),
            ("partCount", count(1)),
            ("expiresAt", said(refer("Timestamp"), "When the upload ends if it is not completed.")),
        ],
        &[],
    )
}
