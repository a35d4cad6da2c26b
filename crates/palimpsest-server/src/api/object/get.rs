//! GET /object?id=….

use palimpsest_engine::Code;
use palimpsest_model::{ObjectId, read_uuid};

use crate::document::names::uuid;
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let id = call.input.query(|query, reading| read_uuid(&query.get("id"), reading).map(ObjectId))?;
        Ok(call.engine.object(&call.token, id).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    Description::new("object.get", "An object with all its properties and its text")
        .needs("id", uuid())
        .answers(Success::object())
        .refuses(&[Code::NotFound])
}
