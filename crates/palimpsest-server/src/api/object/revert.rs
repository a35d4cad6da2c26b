//! POST /object/revert: an object becomes what it was.

use palimpsest_engine::{Code, Operation, RevertObject};
use palimpsest_model::{ObjectId, Problems, read_uuid};

use crate::api::read_revision_of_body;
use crate::document::names::{revision, uuid};
use crate::document::shape::open;
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let revert = input.body(|body, reading| {
        let id = read_uuid(&body.get("id"), reading).map(ObjectId);
        let revision = read_revision_of_body(&body.get("revision"), reading);
        Some(RevertObject { id: id?, revision: revision? })
    })?;
    Ok(Operation::RevertObject(revert))
}

pub(crate) fn describe() -> Description {
    Description::new("object.revert", "Give an object back what it was at an earlier revision")
        .about(
            "One that is in the trash or was deleted comes back. What the structure of the object does not take any \
             more collides.",
        )
        .body(open(&[("id", uuid()), ("revision", revision("The revision at which it was so."))], &[]))
        .answers(Success::object())
        .refuses(&[Code::NotFound])
}
