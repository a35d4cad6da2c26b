//! PATCH /space/collections.

use palimpsest_engine::{Code, Operation, SchemaOperation, UpdateCollection};
use palimpsest_model::{CollectionId, Problems, read_name, read_uuid};

use crate::document::names::uuid;
use crate::document::shape::{open, refer};
use crate::document::{Description, Success, space};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let update = input.body(|body, reading| {
        let id = read_uuid(&body.get("id"), reading).map(CollectionId);
        let title = read_name(&body.get("title"), reading);
        Some(UpdateCollection { id: id?, title: title? })
    })?;
    Ok(Operation::Schema(SchemaOperation::UpdateCollection(update)))
}

pub(crate) fn describe() -> Description {
    Description::new("collections.update", "Give a collection another name")
        .body(open(&[("id", uuid()), ("title", space::title())], &[]))
        .answers(Success::json("The collection.", refer("Collection")).versioned())
        .refuses(&[Code::NotFound])
}
