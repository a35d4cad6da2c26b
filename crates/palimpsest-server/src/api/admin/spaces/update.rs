//! PATCH /admin/spaces: what is left out stays.

use palimpsest_engine::Code;
use palimpsest_engine::admin::SpaceChanges;
use palimpsest_model::read_name;

use super::SpaceBody;
use crate::api::admin::{read_policy, read_space, read_zone, shown};
use crate::document::names::uuid;
use crate::document::shape::{open, refer};
use crate::document::{Description, Success, admin};
use crate::endpoint::{Operating, Reading};

pub(crate) fn call(call: Operating) -> Reading {
    Box::pin(async move {
        let (id, changes) = call.input.body(|body, notes| {
            let id = read_space(&body.get("id"), notes);
            let title = body.get("title").given(notes, read_name);
            let timezone = body.get("timezone").given(notes, read_zone);
            let concurrency = body.get("concurrency").given(notes, read_policy);
            Some((id?, SpaceChanges { title: title?, timezone: timezone?, concurrency: concurrency? }))
        })?;
        call.input.ignored()?;
        let space = call.engine.change_space(id, changes).await?;
        let revision = space.revision;
        Ok(shown(&SpaceBody::from(space), Some(revision)))
    })
}

pub(crate) fn describe() -> Description {
    let optional = [("title", admin::title()), ("timezone", admin::timezone()), ("concurrency", admin::concurrency())];
    Description::new("admin.spaces.update", "Change the title, the time zone or the policy of a space")
        .about(
            "What is left out stays. Title and time zone are changes of the space: they take a revision, and its feed tells of \
             them. The policy takes none. Conditions and an Idempotency-Key are refused.",
        )
        .body(open(&[("id", uuid())], &optional))
        .answers(Success::json("The space as it is now.", refer("ManagedSpace")))
        .refuses(&[Code::NotFound])
}
