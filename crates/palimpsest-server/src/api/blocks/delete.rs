//! DELETE /block?objectId=…&blockId=….

use palimpsest_engine::{DeleteBlock, Operation};
use palimpsest_model::{BlockId, ObjectId, Problems, read_uuid};

use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let delete = input.query(|query, reading| {
        let id = read_uuid(&query.get("objectId"), reading).map(ObjectId);
        let block = read_uuid(&query.get("blockId"), reading).map(BlockId);
        Some(DeleteBlock { id: id?, block: block? })
    })?;
    Ok(Operation::DeleteBlock(delete))
}
