//! GET /space/structures.

use serde_json::json;

use crate::document::shape::refer;
use crate::document::{Description, Link, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move { Ok(call.engine.structures(&call.token).await?.into()) })
}

pub(crate) fn describe() -> Description {
    let first = "$response.body#/structures/0/id";
    let listed = Success::json("The structures that are listed.", refer("Structures"))
        .versioned()
        .leads(Link::with_body("create", "object.create", json!({"structureId": first})))
        .leads(Link::new("list", "objects.structure", json!({"query.id": first})));
    Description::new("space.structures", "The structures (object types) of the space")
        .about("Body sections are no property definitions: their ids are the keys of an object's `blocks`.")
        .answers(listed)
}
