//! POST /object/markdown.

use palimpsest_engine::{CreateFromMarkdown, Operation};
use palimpsest_model::{ObjectId, Problems, read_structure_id, read_uuid};

use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let create = input.body(|body, reading| {
        let id = body.get("id").given(reading, |id, reading| read_uuid(id, reading).map(ObjectId));
        let structure = read_structure_id(&body.get("structureId"), reading);
        let markdown = body.get("markdown").string(reading).map(str::to_owned);
        Some(CreateFromMarkdown { id: id?, structure: structure?, markdown: markdown? })
    })?;
    Ok(Operation::CreateFromMarkdown(create))
}
