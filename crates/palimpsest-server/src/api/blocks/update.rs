//! PATCH /blocks/block.

use palimpsest_engine::{Code, Operation, UpdateBlock};
use palimpsest_model::{ObjectId, Problems, read_block, read_property_id, read_uuid};

use super::read_block_name;
use crate::document::names::{name, uuid};
use crate::document::shape::{open, refer, text};
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let update = input.body(|body, reading| {
        let id = read_uuid(&body.get("id"), reading).map(ObjectId);
        let block = read_block_name(&body.get("blockId"), reading);
        let section = body.get("propertyId").given(reading, read_property_id);
        let draft = read_block(&body.get("block"), reading);
        Some(UpdateBlock { id: id?, section: section?, block: block?, draft: draft? })
    })?;
    Ok(Operation::UpdateBlock(update))
}

pub(crate) fn describe() -> Description {
    let required = [("id", uuid()), ("blockId", name()), ("block", refer("BlockInput"))];
    Description::new("blocks.block.update", "Change a block")
        .about("The type stays. What is left out stays, what is `null` is removed; children that are sent replace all there were.")
        .body(open(&required, &[("propertyId", text())]))
        .answers(Success::object())
        .refuses(&[Code::NotFound])
}
