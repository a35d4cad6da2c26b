//! GET /object/diff?id=…&from=…&to=…: what differs between two revisions of an object.

use palimpsest_engine::Code;
use palimpsest_model::{ObjectId, read_uuid};

use crate::api::read_revision;
use crate::document::names::{revision, uuid};
use crate::document::shape::refer;
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let (id, from, to) = call.input.query(|query, notes| {
            let id = read_uuid(&query.get("id"), notes).map(ObjectId);
            let from = read_revision(&query.get("from"), notes);
            let to = read_revision(&query.get("to"), notes);
            Some((id?, from?, to?))
        })?;
        Ok(call.engine.diff(&call.token, id, from, to).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    Description::new("object.diff", "What differs between an object at one revision and at another")
        .about("The revision to compare with may be the earlier one: then the changes are those of the way back.")
        .needs("id", uuid())
        .needs("from", revision("The revision before."))
        .needs("to", revision("The revision after."))
        .answers(Success::json("The changes.", refer("Difference")))
        .refuses(&[Code::NotFound, Code::RevisionCompacted, Code::Erased])
}
