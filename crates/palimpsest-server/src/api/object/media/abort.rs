//! POST /object/media/upload/abort.

use http::StatusCode;
use palimpsest_engine::Code;
use palimpsest_model::{ObjectId, read_uuid};

use crate::answer::Answer;
use crate::document::names::uuid;
use crate::document::shape::open;
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let id = call.input.body(|body, notes| read_uuid(&body.get("id"), notes).map(ObjectId))?;
        call.input.ignored()?;
        let revision = call.engine.abort_upload(&call.token, id).await?;
        Ok(Answer { status: StatusCode::NO_CONTENT, revision: Some(revision), ..Answer::default() })
    })
}

pub(crate) fn describe() -> Description {
    Description::new("object.media.abort", "Give up sending a file")
        .about("What was sent is removed. Conditions and an Idempotency-Key are refused.")
        .body(open(&[("id", uuid())], &[]))
        .answers(Success::empty("The upload is gone.").without_content())
        .refuses(&[Code::NotFound])
}
