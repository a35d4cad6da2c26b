//! GET /space/structures.

use crate::document::shape::refer;
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move { Ok(call.engine.structures(&call.token).await?.into()) })
}

pub(crate) fn describe() -> Description {
    Description::new("space.structures", "The structures (object types) of the space")
        .about("Body sections are no property definitions: their ids are the keys of an object's `blocks`.")
        .answers(Success::json("The structures that are listed.", refer("Structures")))
}
