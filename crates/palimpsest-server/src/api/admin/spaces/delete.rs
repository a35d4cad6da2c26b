//! DELETE /admin/spaces?id=….

use palimpsest_engine::Code;

use crate::api::admin::{gone, read_space};
use crate::document::names::uuid;
use crate::document::{Description, Success};
use crate::endpoint::{Operating, Reading};

pub(crate) fn call(call: Operating) -> Reading {
    Box::pin(async move {
        let id = call.input.query(|query, notes| read_space(&query.get("id"), notes))?;
        call.input.ignored()?;
        call.engine.remove_space(id).await?;
        Ok(gone())
    })
}

pub(crate) fn describe() -> Description {
    Description::new("admin.spaces.delete", "Delete a space with everything in it")
        .about(
            "Its history, its webhooks and the tokens that open only it go with it; tokens that open others as well open it no \
             more. It cannot be had back. Conditions and an Idempotency-Key are refused.",
        )
        .needs("id", uuid())
        .answers(Success::no_content("The space is gone."))
        .refuses(&[Code::NotFound])
}
