//! POST /object.

use palimpsest_engine::{Code, CreateObject, Operation};
use palimpsest_model::{ObjectId, Problems, read_blocks_by_property, read_properties, read_structure_id, read_uuid};
use serde_json::{Value, json};

use super::read_collections;
use crate::document::names::uuid;
use crate::document::object::{collections, properties, sections, structure_to_make};
use crate::document::shape::{open, said, such_as};
use crate::document::{Description, Success};
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

pub(crate) fn describe() -> Description {
    let id = said(uuid(), "An id of the client's choice; one that was ever given is refused.");
    let optional = [("id", id), ("collections", collections()), ("properties", properties()), ("blocks", sections())];
    let body = such_as(open(&[("structureId", structure_to_make())], &optional), examples());
    Description::new("object.create", "Make an object")
        .about("The main section of an object begins with one empty text block when no blocks are sent for it.")
        .body(body)
        .answers(Success::object())
        .refuses(&[Code::AlreadyExists])
}

fn examples() -> Value {
    let title = |title: &str| json!({"title": {"type": "title", "title": {"value": title}}});
    let heading =
        json!({"type": "TextBlock", "tokens": [{"type": "TextToken", "text": "Buffers", "style": {"bold": true}}]});
    json!([
        {"structureId": "RootPage", "properties": title("Reagents"), "blocks": {"RootPage_content": [heading]}},
        {"structureId": "RootTag", "properties": title("methods")},
    ])
}
