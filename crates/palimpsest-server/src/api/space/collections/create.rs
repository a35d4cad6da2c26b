//! POST /space/collections.

use palimpsest_engine::{Code, CreateCollection, Operation, SchemaOperation};
use palimpsest_model::{CollectionId, Problems, read_name, read_structure_id, read_uuid};
use serde_json::json;

use crate::document::names::{structure_id, uuid};
use crate::document::shape::{open, refer, said, such_as};
use crate::document::{Description, Success, space};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let create = input.body(|body, reading| {
        let id = body.get("id").given(reading, |id, reading| read_uuid(id, reading).map(CollectionId));
        let structure = read_structure_id(&body.get("structureId"), reading);
        let title = read_name(&body.get("title"), reading);
        Some(CreateCollection { id: id?, structure: structure?, title: title? })
    })?;
    Ok(Operation::Schema(SchemaOperation::CreateCollection(create)))
}

pub(crate) fn describe() -> Description {
    let id = said(uuid(), "An id of the client's choice; one that was ever given is refused.");
    let body = open(&[("structureId", structure_id()), ("title", space::title())], &[("id", id)]);
    Description::new("collections.create", "Make a collection of a structure")
        .body(such_as(body, json!([{"structureId": "RootPage", "title": "Reading list"}])))
        .answers(Success::json("The collection.", refer("Collection")).versioned())
        .refuses(&[Code::AlreadyExists])
}
