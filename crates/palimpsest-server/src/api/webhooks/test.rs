//! POST /webhooks/test: a signed message now, answered with what became of it.

use palimpsest_engine::Code;
use palimpsest_model::{WebhookId, read_uuid};

use crate::document::names::uuid;
use crate::document::shape::{open, refer};
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let id = call.input.body(|body, notes| read_uuid(&body.get("id"), notes).map(WebhookId))?;
        call.input.ignored()?;
        Ok(call.engine.test_webhook(&call.token, id).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    Description::new("webhooks.test", "Send a test message to a webhook")
        .about(
            "The body of the message is `{\"type\": \"test\", \"data\": {\"webhookId\"}}`. It is sent once, also to a webhook that is \
             paused, and moves nothing. Conditions and an Idempotency-Key are refused.",
        )
        .body(open(&[("id", uuid())], &[]))
        .answers(Success::json("What became of it.", refer("Delivery")))
        .refuses(&[Code::NotFound])
}
