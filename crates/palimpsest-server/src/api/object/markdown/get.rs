//! GET /object/markdown?id=….

use palimpsest_engine::Code;
use palimpsest_model::{ObjectId, read_uuid};

use crate::document::names::uuid;
use crate::document::shape::refer;
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let id = call.input.query(|query, reading| read_uuid(&query.get("id"), reading).map(ObjectId))?;
        Ok(call.engine.markdown(&call.token, id).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    Description::new("object.markdown.get", "An object as Markdown")
        .needs("id", uuid())
        .answers(Success::shown("The object as it is at this revision.", refer("MarkdownObject")))
        .refuses(&[Code::NotFound])
}
