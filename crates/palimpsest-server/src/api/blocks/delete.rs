//! DELETE /block?objectId=…&blockId=….

use palimpsest_engine::{Code, DeleteBlock, Operation};
use palimpsest_model::{BlockId, ObjectId, Problems, read_uuid};

use crate::document::names::uuid;
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let delete = input.query(|query, reading| {
        let id = read_uuid(&query.get("objectId"), reading).map(ObjectId);
        let block = read_uuid(&query.get("blockId"), reading).map(BlockId);
        Some(DeleteBlock { id: id?, block: block? })
    })?;
    Ok(Operation::DeleteBlock(delete))
}

pub(crate) fn describe() -> Description {
    Description::new("blocks.block.delete", "Delete a block with everything below it")
        .needs("objectId", uuid())
        .needs("blockId", uuid())
        .answers(Success::object())
        .refuses(&[Code::NotFound])
}
