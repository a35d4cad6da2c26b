//! GET /webhooks.

use crate::document::shape::refer;
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move { Ok(call.engine.list_webhooks(&call.token).await?.into()) })
}

pub(crate) fn describe() -> Description {
    Description::new("webhooks.list", "The webhooks of the space, the oldest first")
        .answers(Success::json("The webhooks, without their secrets.", refer("Webhooks")))
}
