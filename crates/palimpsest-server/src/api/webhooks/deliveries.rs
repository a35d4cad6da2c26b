//! GET /webhooks/deliveries?id=….

use palimpsest_engine::Code;
use palimpsest_model::{WebhookId, read_uuid};

use crate::document::names::uuid;
use crate::document::shape::refer;
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let id = call.input.query(|query, notes| read_uuid(&query.get("id"), notes).map(WebhookId))?;
        Ok(call.engine.list_deliveries(&call.token, id).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    Description::new("webhooks.deliveries", "What became of the deliveries of a webhook, the last first")
        .about("The last 100 attempts are kept, without their content.")
        .needs("id", uuid())
        .answers(Success::json("The attempts.", refer("Deliveries")))
        .refuses(&[Code::NotFound])
}
