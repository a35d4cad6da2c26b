//! DELETE /admin/tokens?id=…: revokes.

use palimpsest_engine::Code;
use palimpsest_model::{TokenId, read_uuid};

use crate::api::admin::gone;
use crate::document::names::uuid;
use crate::document::{Description, Success};
use crate::endpoint::{Operating, Reading};

pub(crate) fn call(call: Operating) -> Reading {
    Box::pin(async move {
        let id = call.input.query(|query, notes| read_uuid(&query.get("id"), notes).map(TokenId))?;
        call.input.ignored()?;
        call.engine.revoke_token(id).await?;
        Ok(gone())
    })
}

pub(crate) fn describe() -> Description {
    Description::new("admin.tokens.revoke", "Revoke a token")
        .about(
            "It fails from the next request on, and stays in the list. Conditions and an Idempotency-Key are refused.",
        )
        .needs("id", uuid())
        .answers(Success::no_content("The token is revoked."))
        .refuses(&[Code::NotFound])
}
