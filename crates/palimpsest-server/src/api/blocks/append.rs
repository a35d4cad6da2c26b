//! POST /blocks/append.

use palimpsest_engine::{AppendBlocks, Appended, Code, Operation};
use palimpsest_model::{MAX_MARKDOWN, Node, ObjectId, Problems, Reading, read_blocks, read_uuid};
use serde_json::{Value, json};

use super::place::{members, read_place};
use crate::document::names::uuid;
use crate::document::object::some_blocks;
use crate::document::shape::open;
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let append = input.body(|body, reading| {
        let id = read_uuid(&body.get("id"), reading).map(ObjectId);
        let place = read_place(body, reading);
        let content = read_content(body, reading);
        Some(AppendBlocks { id: id?, place: place?, content: content? })
    })?;
    Ok(Operation::AppendBlocks(append))
}

/// Reads what is put somewhere: blocks or Markdown.
pub(crate) fn read_content(body: &Node<'_, '_>, reading: &mut Reading) -> Option<Appended> {
    let (blocks, markdown) = (body.get("blocks"), body.get("markdown"));
    if blocks.is_absent() == markdown.is_absent() {
        reading.problem(body, "Provide exactly one of `blocks` or `markdown`.");
        return None;
    }
    if blocks.is_absent() {
        return read_markdown(&markdown, reading).map(Appended::Markdown);
    }
    let drafts = read_blocks(&blocks, reading)?;
    if drafts.is_empty() {
        reading.problem(&blocks, "Too small: expected array to have >=1 items");
        return None;
    }
    Some(Appended::Blocks(drafts))
}

pub(crate) fn read_markdown(node: &Node<'_, '_>, reading: &mut Reading) -> Option<String> {
    let text = node.string(reading)?;
    if text.encode_utf16().count() > MAX_MARKDOWN {
        reading.problem(node, format!("Too big: expected string to have <={MAX_MARKDOWN} characters"));
        return None;
    }
    Some(text.to_owned())
}

pub(crate) fn describe() -> Description {
    Description::new("blocks.append", "Add blocks to an object")
        .body(described(&[("id", uuid())]))
        .answers(Success::object())
        .refuses(&[Code::NotFound])
}

/// The schema of an object that tells what is put where, besides these members.
pub(crate) fn described(required: &[(&str, Value)]) -> Value {
    let markdown = json!({"type": "string", "maxLength": MAX_MARKDOWN});
    let mut members = members("The section; without it, the main one or that of the named block.").to_vec();
    members.extend([("blocks", some_blocks()), ("markdown", markdown)]);
    let mut schema = open(required, &members);
    schema["oneOf"] = json!([{"required": ["blocks"]}, {"required": ["markdown"]}]);
    schema
}
