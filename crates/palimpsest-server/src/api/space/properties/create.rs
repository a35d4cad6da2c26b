//! POST /space/properties.

use palimpsest_engine::{Code, CreateProperty, Operation, SchemaOperation};
use palimpsest_model::{Problems, read_property, read_structure_id};
use serde_json::json;

use crate::document::names::structure_id;
use crate::document::shape::{refer, such_as};
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let create = input.body(|body, reading| {
        let structure = read_structure_id(&body.get("structureId"), reading);
        let draft = read_property(body, reading);
        Some(CreateProperty { structure: structure?, draft: draft? })
    })?;
    Ok(Operation::Schema(SchemaOperation::CreateProperty(create)))
}

pub(crate) fn describe() -> Description {
    let structure = json!({
        "type": "object", "properties": {"structureId": structure_id()}, "required": ["structureId"],
    });
    let examples = json!([{"structureId": "RootPage", "name": "Done", "type": "boolean"}]);
    Description::new("properties.create", "Add a property, or a body section, to a structure")
        .about("Built-in structures take properties too. A body section is a property of type `blocks`.")
        .body(such_as(json!({"allOf": [structure, refer("PropertyInput")]}), examples))
        .answers(Success::json("The structure, as the list of structures shows it.", refer("Structure")).versioned())
        .refuses(&[Code::NotFound, Code::AlreadyExists])
}
