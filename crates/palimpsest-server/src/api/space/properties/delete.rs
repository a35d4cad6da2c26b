//! DELETE /space/properties?structureId=…&id=…&values=refuse|drop.

use palimpsest_engine::{Code, DeleteProperty, Operation, SchemaOperation};
use palimpsest_model::{Problems, read_property_id, read_structure_id};

use crate::api::space::read_fate;
use crate::document::names::structure_id;
use crate::document::shape::{refer, said, text, words};
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let delete = input.query(|query, reading| {
        let structure = read_structure_id(&query.get("structureId"), reading);
        let id = read_property_id(&query.get("id"), reading);
        let drop_values = read_fate(&query.get("values"), reading, "drop");
        Some(DeleteProperty { structure: structure?, id: id?, drop_values: drop_values? })
    })?;
    Ok(Operation::Schema(SchemaOperation::DeleteProperty(delete)))
}

pub(crate) fn describe() -> Description {
    let values = said(
        words(["refuse", "drop"]),
        "What becomes of its values, or of its text: they refuse it, or they go with it, also in the trash.",
    );
    Description::new("properties.delete", "Remove a property, or a body section, from a structure")
        .about("What a structure comes with stays, and so does its last body section.")
        .needs("structureId", structure_id())
        .needs("id", text())
        .takes("values", values)
        .answers(Success::json("The structure, as the list of structures shows it.", refer("Structure")).versioned())
        .refuses(&[Code::NotFound])
}
