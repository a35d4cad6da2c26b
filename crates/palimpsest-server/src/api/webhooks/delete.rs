//! DELETE /webhooks?id=….

use palimpsest_engine::Code;
use palimpsest_model::{WebhookId, read_uuid};

use crate::answer::Answer;
use crate::document::names::uuid;
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let id = call.input.query(|query, notes| read_uuid(&query.get("id"), notes).map(WebhookId))?;
        let revision = call.engine.delete_webhook(&call.token, id).await?;
        Ok(Answer { revision: Some(revision), ..Answer::default() })
    })
}

pub(crate) fn describe() -> Description {
    Description::new("webhooks.delete", "Remove a webhook with the log of its deliveries")
        .about("Conditions and an Idempotency-Key are refused.")
        .needs("id", uuid())
        .answers(Success::empty("The webhook is gone; at most a delivery that is under way still arrives."))
        .refuses(&[Code::NotFound])
}
