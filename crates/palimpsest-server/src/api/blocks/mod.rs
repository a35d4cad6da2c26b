//! Blocks (spec/02 §12, 14, 15).

pub(crate) mod append;
pub(crate) mod daily;
pub(crate) mod delete;
pub(crate) mod moving;
pub(crate) mod place;
pub(crate) mod update;

use palimpsest_model::{BlockId, NOTHING, Node, ObjectId, Reading, parse_uuid};
use uuid::Uuid;

/// Reads the id of an object where the contract checks only that there is one: what is no UUID names nothing.
pub(crate) fn read_object_name(node: &Node<'_, '_>, reading: &mut Reading) -> Option<ObjectId> {
    read_name(node, reading).map(ObjectId)
}

/// Reads the id of a block where the contract checks only that there is one.
pub(crate) fn read_block_name(node: &Node<'_, '_>, reading: &mut Reading) -> Option<BlockId> {
    read_name(node, reading).map(BlockId)
}

fn read_name(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Uuid> {
    let text = node.string(reading)?;
    if text.is_empty() {
        reading.problem(node, "Too small: expected string to have >=1 characters");
        return None;
    }
    Some(parse_uuid(text).unwrap_or(NOTHING))
}
