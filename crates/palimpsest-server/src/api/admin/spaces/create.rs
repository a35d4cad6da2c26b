//! POST /admin/spaces.

use palimpsest_engine::Code;
use palimpsest_engine::admin::NewSpace;
use palimpsest_model::read_name;

use super::SpaceBody;
use crate::api::admin::{read_policy, read_space, read_zone, shown};
use crate::document::names::uuid;
use crate::document::shape::{open, refer, said};
use crate::document::{Description, Link, Success, admin};
use crate::endpoint::{Operating, Reading};

pub(crate) fn call(call: Operating) -> Reading {
    Box::pin(async move {
        let new = call.input.body(|body, notes| {
            let id = body.get("id").given(notes, read_space);
            let title = read_name(&body.get("title"), notes);
            let timezone = body.get("timezone").given(notes, read_zone);
            let concurrency = body.get("concurrency").given(notes, read_policy);
            Some(NewSpace {
                id: id?,
                title: title?,
                timezone: timezone?,
                concurrency: concurrency?.unwrap_or_default(),
            })
        })?;
        call.input.ignored()?;
        let space = call.engine.make_space(new).await?;
        let revision = space.revision;
        Ok(shown(&SpaceBody::from(space), Some(revision)))
    })
}

pub(crate) fn describe() -> Description {
    let id = said(uuid(), "An id of the operator's choice.");
    let optional = [("id", id), ("timezone", admin::timezone()), ("concurrency", admin::concurrency())];
    let id = serde_json::json!({"query.id": "$response.body#/id"});
    Description::new("admin.spaces.create", "Make a space")
        .about("It has the built-in structures. Its log begins with revision 1. Conditions and an Idempotency-Key are refused.")
        .body(open(&[("title", admin::title())], &optional))
        .answers(
            Success::json("The space.", refer("ManagedSpace"))
                .leads(Link::with_body("update", "admin.spaces.update", serde_json::json!({"id": "$response.body#/id"})))
                .leads(Link::new("delete", "admin.spaces.delete", id)),
        )
        .refuses(&[Code::AlreadyExists])
}
