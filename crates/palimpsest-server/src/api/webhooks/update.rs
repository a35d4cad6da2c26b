//! PATCH /webhooks: what is left out stays. What is sent is what `api:read` shows, so that scope is needed too.

use palimpsest_engine::{Code, Scope, UpdateWebhook};
use palimpsest_model::{Node, WebhookId, read_uuid};

use super::{read_kinds, read_structures, read_url};
use crate::document::names::uuid;
use crate::document::shape::{boolean, open, refer, said};
use crate::document::{Description, Success, webhooks};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        call.token.require(Scope::Read)?;
        let update = call.input.body(|body, notes| {
            let id = read_uuid(&body.get("id"), notes).map(WebhookId);
            let url = body.get("url").given(notes, read_url);
            let structures = body.get("structureIds").given(notes, read_structures);
            let kinds = body.get("kinds").given(notes, read_kinds);
            let include_objects = body.get("includeObjects").given(notes, Node::boolean);
            let paused = body.get("paused").given(notes, Node::boolean);
            Some(UpdateWebhook {
                id: id?,
                url: url?,
                structures: structures?,
                kinds: kinds?,
                include_objects: include_objects?,
                paused: paused?,
            })
        })?;
        call.input.ignored()?;
        Ok(call.engine.update_webhook(&call.token, update).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    let paused = "Pause it, or let it go on where it stood. One that failed for too long is tried again at once.";
    let optional = [
        ("url", webhooks::url()),
        ("structureIds", webhooks::structures()),
        ("kinds", webhooks::kinds()),
        ("includeObjects", webhooks::include_objects()),
        ("paused", said(boolean(), paused)),
    ];
    Description::new("webhooks.update", "Change, pause or resume a webhook")
        .about("What is left out stays. Besides `api:write` the token needs `api:read`. Conditions and an Idempotency-Key are refused.")
        .body(open(&[("id", uuid())], &optional))
        .answers(Success::json("The webhook as it is now.", refer("Webhook")))
        .refuses(&[Code::NotFound])
}
