//! GET /object?id=…&revision=….

use palimpsest_engine::Code;
use palimpsest_model::{ObjectId, read_uuid};

use crate::answer::Answer;
use crate::api::read_revision;
use crate::document::names::{revision, uuid};
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let (id, revision) = call.input.query(|query, reading| {
            let id = read_uuid(&query.get("id"), reading).map(ObjectId);
            let revision = query.get("revision").given(reading, read_revision);
            Some((id?, revision?))
        })?;
        let view = match revision {
            None => call.engine.object(&call.token, id).await?,
            Some(revision) => call.engine.object_at(&call.token, id, revision).await?,
        };
        Ok(Answer { past: revision, ..view.into() })
    })
}

pub(crate) fn describe() -> Description {
    Description::new("object.get", "An object with all its properties and its text")
        .about("With `revision` as it stood then, although it may have been trashed or deleted since.")
        .needs("id", uuid())
        .takes("revision", revision("The revision to show; the head when it is left out."))
        .answers(Success::object())
        .refuses(&[Code::NotFound, Code::RevisionCompacted, Code::Erased])
}
