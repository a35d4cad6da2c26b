//! PATCH /space/structures.

use palimpsest_engine::{Code, Operation, SchemaOperation, UpdateStructure};
use palimpsest_model::{Problems, read_hue, read_name, read_structure_id};
use serde_json::json;

use crate::api::space::require_one;
use crate::document::names::structure_id;
use crate::document::shape::{open, refer};
use crate::document::values::hue;
use crate::document::{Description, Success, space};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let update = input.body(|body, reading| {
        let id = read_structure_id(&body.get("id"), reading);
        let title = body.get("title").given(reading, read_name);
        let plural_name = body.get("pluralName").given(reading, read_name);
        let label_color = body.get("labelColor").given(reading, read_hue);
        require_one(body, reading, &["title", "pluralName", "labelColor"]);
        Some(UpdateStructure { id: id?, title: title?, plural_name: plural_name?, label_color: label_color? })
    })?;
    Ok(Operation::Schema(SchemaOperation::UpdateStructure(update)))
}

pub(crate) fn describe() -> Description {
    let changes = [("title", space::title()), ("pluralName", space::title()), ("labelColor", hue())];
    let mut body = open(&[("id", structure_id())], &changes);
    body["anyOf"] = changes.iter().map(|(name, _)| json!({ "required": [name] })).collect();
    Description::new("structures.update", "Give a structure other names")
        .about("What is left out stays. Built-in structures can be renamed too.")
        .body(body)
        .answers(Success::json("The structure, as the list of structures shows it.", refer("Structure")).versioned())
        .refuses(&[Code::NotFound])
}
