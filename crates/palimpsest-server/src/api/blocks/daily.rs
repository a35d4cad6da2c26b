//! POST /blocks/daily-note/append.

use palimpsest_engine::{AppendDaily, Operation};
use palimpsest_model::{MAX_MARKDOWN, Node, Problems, Reading, Timestamp};
use serde_json::json;

use super::append::read_content;
use crate::document::object::some_blocks;
use crate::document::shape::{boolean, open, refer, said};
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let append = input.body(|body, reading| {
        let date = body.get("date").given(reading, read_date);
        let untimed = body.get("noTimeStamp").given(reading, Node::boolean);
        let content = read_content(body, reading);
        Some(AppendDaily { date: date?, timed: untimed? != Some(true), content: content? })
    })?;
    Ok(Operation::AppendDaily(append))
}

/// A day, or an instant, which counts by its day in UTC.
fn read_date(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Timestamp> {
    let text = node.string(reading)?;
    let date = Timestamp::parse(text);
    if date.is_none() {
        reading.problem(node, "Invalid ISO date: expected a day such as 2026-11-22T00:00:00.000Z");
    }
    date
}

pub(crate) fn describe() -> Description {
    let markdown = json!({"type": "string", "maxLength": MAX_MARKDOWN});
    let optional = [
        ("date", said(refer("Instant"), "The day; without it, today.")),
        ("noTimeStamp", said(boolean(), "Whether the time is left out that stands above what is added.")),
        ("blocks", some_blocks()),
        ("markdown", markdown),
    ];
    let mut body = open(&[], &optional);
    body["oneOf"] = json!([{"required": ["blocks"]}, {"required": ["markdown"]}]);
    Description::new("blocks.dailyNote.append", "Add blocks to the note of a day")
        .about("The note is made when there is none.")
        .body(body)
        .answers(Success::empty("The blocks are in the note."))
}
