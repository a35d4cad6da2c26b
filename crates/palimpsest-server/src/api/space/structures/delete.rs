//! DELETE /space/structures?id=…&objects=refuse|trash.

use palimpsest_engine::{Code, DeleteStructure, Operation, SchemaOperation};
use palimpsest_model::{Problems, read_structure_id};

use crate::api::space::read_fate;
use crate::document::names::structure_id;
use crate::document::shape::{said, words};
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let delete = input.query(|query, reading| {
        let id = read_structure_id(&query.get("id"), reading);
        let trash_objects = read_fate(&query.get("objects"), reading, "trash");
        Some(DeleteStructure { id: id?, trash_objects: trash_objects? })
    })?;
    Ok(Operation::Schema(SchemaOperation::DeleteStructure(delete)))
}

pub(crate) fn describe() -> Description {
    let objects = said(
        words(["refuse", "trash"]),
        "What becomes of its objects: they refuse it, also those in the trash, or they go into the trash.",
    );
    Description::new("structures.delete", "Remove a structure with its collections")
        .about(
            "Objects of it stay in the trash: they can be read at their revisions and deleted for good, not restored. \
             Properties of other structures that allow its objects refuse it. Built-in structures stay.",
        )
        .needs("id", structure_id())
        .takes("objects", objects)
        .answers(Success::empty("The structure is gone."))
        .refuses(&[Code::NotFound])
}
