//! GET /admin/spaces.

use serde_json::json;

use super::SpaceBody;
use crate::api::admin::shown;
use crate::document::shape::{closed, list, refer};
use crate::document::{Description, Success};
use crate::endpoint::{Operating, Reading};

pub(crate) fn call(call: Operating) -> Reading {
    Box::pin(async move {
        let spaces: Vec<_> = call.engine.spaces().await?.into_iter().map(SpaceBody::from).collect();
        Ok(shown(&json!({ "results": spaces }), None))
    })
}

pub(crate) fn describe() -> Description {
    Description::new("admin.spaces.list", "The spaces of the server, the oldest first")
        .answers(Success::json("The spaces.", closed(&[("results", list(refer("ManagedSpace")))], &[])))
}
