//! GET /space.

use crate::document::shape::refer;
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move { Ok(call.engine.space(&call.token).await?.into()) })
}

pub(crate) fn describe() -> Description {
    Description::new("space.get", "The space").answers(Success::json("The space.", refer("Space")).versioned())
}
