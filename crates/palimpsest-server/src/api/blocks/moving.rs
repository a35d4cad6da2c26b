//! POST /blocks/move.

use palimpsest_engine::{Code, MoveBlock, Operation};
use palimpsest_model::{ObjectId, Problems, read_uuid};
use serde_json::Value;

use super::place::{members, read_place};
use super::read_block_name;
use crate::document::names::{name, uuid};
use crate::document::shape::open;
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let change = input.body(|body, reading| {
        let id = read_uuid(&body.get("id"), reading).map(ObjectId);
        let block = read_block_name(&body.get("blockId"), reading);
        let place = read_place(body, reading);
        Some(MoveBlock { id: id?, block: block?, place: place? })
    })?;
    Ok(Operation::MoveBlock(change))
}

pub(crate) fn describe() -> Description {
    Description::new("blocks.move", "Move a block with everything below it")
        .about(
            "Without a place it goes to the end of the section it stands in. A block that stands there already stays.",
        )
        .body(described(&[("id", uuid())]))
        .answers(Success::object())
        .refuses(&[Code::NotFound])
}

/// The schema of an object that tells which block goes where, besides these members.
pub(crate) fn described(required: &[(&str, Value)]) -> Value {
    let required = [required, &[("blockId", name())]].concat();
    open(&required, &members("The section; without it, that of the named block or the one where the block stands."))
}
