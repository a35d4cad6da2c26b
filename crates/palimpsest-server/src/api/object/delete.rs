//! DELETE /object?id=…&hardDelete=true|false.

use palimpsest_engine::{Code, DeleteObject, Operation};
use palimpsest_model::{ObjectId, Problems, read_uuid};
use serde_json::json;

use crate::document::names::uuid;
use crate::document::shape::words;
use crate::document::{Description, Link, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let delete = input.query(|query, reading| {
        let id = read_uuid(&query.get("id"), reading).map(ObjectId);
        let flag = query.get("hardDelete");
        let hard = match flag.value().and_then(serde_json::Value::as_str) {
            None | Some("false") => Some(false),
            Some("true") => Some(true),
            Some(_) => flag.boolean(reading),
        };
        Some(DeleteObject { id: id?, hard: hard? })
    })?;
    Ok(Operation::DeleteObject(delete))
}

pub(crate) fn describe() -> Description {
    let id = "$request.query.id";
    let restored = json!({"id": id, "deleteRequested": false});
    let done = Success::empty("The object is in the trash, or gone.")
        .leads(Link::new("get", "object.get", json!({"query.id": id})))
        .leads(Link::with_body("restore", "object.update", restored));
    Description::new("object.delete", "Move an object to the trash, or delete it for good")
        .needs("id", uuid())
        .takes("hardDelete", words(["true", "false"]))
        .answers(done)
        .refuses(&[Code::NotFound])
}
