//! POST /admin/erase.

use palimpsest_engine::Code;
use palimpsest_model::{ObjectId, read_uuid};
use serde_json::json;

use crate::api::admin::{read_space, shown};
use crate::document::names::uuid;
use crate::document::shape::{closed, open};
use crate::document::{Description, Success};
use crate::endpoint::{Operating, Reading};

pub(crate) fn call(call: Operating) -> Reading {
    Box::pin(async move {
        let (space, id) = call.input.body(|body, notes| {
            let space = read_space(&body.get("spaceId"), notes);
            let id = read_uuid(&body.get("id"), notes).map(ObjectId);
            Some((space?, id?))
        })?;
        call.input.ignored()?;
        let erased = call.engine.erase_object(space, id).await?;
        Ok(shown(&json!({ "spaceId": erased.space, "id": erased.id }), Some(erased.revision)))
    })
}

pub(crate) fn describe() -> Description {
    Description::new("admin.erase", "Take the content of an object out of everything")
        .about(
            "The object is deleted, and its content goes out of every version, every log entry and every file of the server. It \
             cannot be had back. Conditions and an Idempotency-Key are refused.",
        )
        .body(open(&[("spaceId", uuid()), ("id", uuid())], &[]))
        .answers(Success::json("What was erased.", closed(&[("spaceId", uuid()), ("id", uuid())], &[])))
        .refuses(&[Code::NotFound])
}
