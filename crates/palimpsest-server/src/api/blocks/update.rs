//! PATCH /blocks/block.

use palimpsest_engine::{Operation, UpdateBlock};
use palimpsest_model::{ObjectId, Problems, read_block, read_property_id, read_uuid};

use super::read_block_name;
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
