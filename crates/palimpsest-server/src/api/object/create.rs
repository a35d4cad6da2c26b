//! POST /object.

use palimpsest_engine::{CreateObject, Operation};
use palimpsest_model::{ObjectId, Problems, read_blocks_by_property, read_properties, read_structure_id, read_uuid};

use super::read_collections;
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let create = input.body(|body, reading| {
        let id = body.get("id").given(reading, |id, reading| read_uuid(id, reading).map(ObjectId));
        let structure = read_structure_id(&body.get("structureId"), reading);
        let collections = body.get("collections").given(reading, read_collections);
        let properties = body.get("properties").given(reading, read_properties);
        let blocks = body.get("blocks").given(reading, read_blocks_by_property);
        Some(CreateObject {
            id: id?,
            structure: structure?,
            collections: collections?.unwrap_or_default(),
            properties: properties?.unwrap_or_default(),
            blocks: blocks?.unwrap_or_default(),
        })
    })?;
    Ok(Operation::CreateObject(create))
}
