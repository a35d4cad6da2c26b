//! POST /object/media/upload/complete.

use palimpsest_engine::Code;
use palimpsest_model::{ObjectId, read_uuid};

use crate::document::names::uuid;
use crate::document::shape::open;
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let id = call.input.body(|body, notes| read_uuid(&body.get("id"), notes).map(ObjectId))?;
        call.input.ignored()?;
        Ok(call.engine.complete_upload(&call.token, id).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    Description::new("object.media.complete", "Make the object of a file that was sent")
        .about(
            "The object has the id of the upload. Missing parts are named in the refusal, and the upload goes on. Sent again it \
             has no second effect and answers the same object. Conditions and an Idempotency-Key are refused.",
        )
        .body(open(&[("id", uuid())], &[]))
        .answers(Success::object().written())
        .refuses(&[Code::NotFound, Code::AlreadyExists])
}
