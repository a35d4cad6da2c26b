//! Where blocks go, as append, move and edits take it.

use palimpsest_engine::Place;
use palimpsest_model::{BlockId, Node, Position, Reading, read_property_id};
use serde_json::Value;

use super::read_block_name;
use crate::document::names::name;
use crate::document::shape::{refer, said, text};

#[derive(Clone, Copy)]
enum Word {
    Start,
    End,
    After,
    Before,
}

pub(crate) fn read_place(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Place> {
    let section = node.get("propertyId").given(reading, read_property_id);
    let position = read_position(&node.get("position"), reading);
    let parent = read_parent(node, position, reading);
    Some(Place { section: section?, parent: parent?, position: position? })
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
    Some(match word.value().and_then(Value::as_str) {
        Some("after_block") => Position::After(beside("after_block")?),
        Some("before_block") => Position::Before(beside("before_block")?),
        _ => match word.word(reading, &words)? {
            Word::Start => Position::Start,
            _ => Position::End,
        },
    })
}

fn read_parent(node: &Node<'_, '_>, position: Option<Position>, reading: &mut Reading) -> Option<Option<BlockId>> {
    node.get("parentBlockId").given(reading, |parent, reading| {
        if matches!(position, Some(Position::After(_) | Position::Before(_))) {
            reading.problem(parent, "`parentBlockId` goes with the positions `start` and `end` only");
            return None;
        }
        read_block_name(parent, reading)
    })
}

/// The members that tell a place; `section` tells what a section left out means.
pub(crate) fn members(section: &'static str) -> [(&'static str, Value); 3] {
    [
        ("propertyId", said(text(), section)),
        ("parentBlockId", said(name(), "The block to put it below; goes with the positions `start` and `end` only.")),
        ("position", refer("Position")),
    ]
}
