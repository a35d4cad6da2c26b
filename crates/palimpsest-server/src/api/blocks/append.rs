//! POST /blocks/append.

use palimpsest_engine::{AppendBlocks, Appended, Code, Operation};
use palimpsest_model::{
    BlockId, MAX_MARKDOWN, Node, ObjectId, Position, Problems, Reading, read_blocks, read_property_id, read_uuid,
};
use serde_json::{Value, json};

use super::read_block_name;
use crate::document::names::{name, uuid};
use crate::document::object::some_blocks;
use crate::document::shape::{open, said, text, word, words};
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let append = input.body(|body, reading| {
        let id = read_uuid(&body.get("id"), reading).map(ObjectId);
        let section = body.get("propertyId").given(reading, read_property_id);
        let position = read_position(&body.get("position"), reading);
        let parent = read_parent(body, position, reading);
        let content = read_content(body, reading);
        Some(AppendBlocks { id: id?, section: section?, parent: parent?, position: position?, content: content? })
    })?;
    Ok(Operation::AppendBlocks(append))
}

#[derive(Clone, Copy)]
enum Word {
    Start,
    End,
    After,
    Before,
}

fn read_position(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Position> {
    let Some(node) = node.optional() else { return Some(Position::End) };
    node.object(reading)?;
    let words =
        [("end", Word::End), ("start", Word::Start), ("after_block", Word::After), ("before_block", Word::Before)];
    let mut beside = |name: &str| {
        let anchor = node.get(name);
        anchor.object(reading)?;
        read_block_name(&anchor.get("id"), reading)
    };
    let word = node.get("type");
    Some(match word.value().and_then(serde_json::Value::as_str) {
        Some("after_block") => Position::After(beside("after_block")?),
        Some("before_block") => Position::Before(beside("before_block")?),
        _ => match word.word(reading, &words)? {
            Word::Start => Position::Start,
            _ => Position::End,
        },
    })
}

fn read_parent(body: &Node<'_, '_>, position: Option<Position>, reading: &mut Reading) -> Option<Option<BlockId>> {
    body.get("parentBlockId").given(reading, |parent, reading| {
        if matches!(position, Some(Position::After(_) | Position::Before(_))) {
            reading.problem(parent, "`parentBlockId` goes with the positions `start` and `end` only");
            return None;
        }
        read_block_name(parent, reading)
    })
}

pub(super) fn read_content(body: &Node<'_, '_>, reading: &mut Reading) -> Option<Appended> {
    let (blocks, markdown) = (body.get("blocks"), body.get("markdown"));
    if blocks.is_absent() == markdown.is_absent() {
        reading.general("Provide exactly one of `blocks` or `markdown`.");
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
    let markdown = json!({"type": "string", "maxLength": MAX_MARKDOWN});
    let optional = [
        ("propertyId", said(text(), "The section; without it, the main one or that of the named block.")),
        ("parentBlockId", said(name(), "The block to append below; goes with the positions `start` and `end` only.")),
        ("position", position()),
        ("blocks", some_blocks()),
        ("markdown", markdown),
    ];
    let mut body = open(&[("id", uuid())], &optional);
    body["oneOf"] = json!([{"required": ["blocks"]}, {"required": ["markdown"]}]);
    Description::new("blocks.append", "Add blocks to an object")
        .body(body)
        .answers(Success::object())
        .refuses(&[Code::NotFound])
}

fn position() -> Value {
    let beside = |kind: &str| open(&[("type", word(kind)), (kind, open(&[("id", name())], &[]))], &[]);
    json!({"oneOf": [open(&[("type", words(["start", "end"]))], &[]), beside("after_block"), beside("before_block")]})
}
