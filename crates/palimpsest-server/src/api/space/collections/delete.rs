//! DELETE /space/collections?id=….

use palimpsest_engine::{Code, DeleteCollection, Operation, SchemaOperation};
use palimpsest_model::{CollectionId, Problems, read_uuid};

use crate::document::names::uuid;
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let id = input.query(|query, reading| read_uuid(&query.get("id"), reading).map(CollectionId))?;
    Ok(Operation::Schema(SchemaOperation::DeleteCollection(DeleteCollection { id })))
}

pub(crate) fn describe() -> Description {
    Description::new("collections.delete", "Remove a collection")
        .about("Its objects stay, and are taken out of it in the same commit, also those in the trash.")
        .needs("id", uuid())
        .answers(Success::empty("The collection is gone."))
        .refuses(&[Code::NotFound])
}
