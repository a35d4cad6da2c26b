//! Webhooks and their deliveries as they are shown. The secret is not.

use palimpsest_model::{Revision, StructureId, WebhookId};
use palimpsest_store::{ChangeKind, Delivery, Webhook};
use serde::Serialize;

/// A webhook.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WebhookBody {
    id: WebhookId,
    url: String,
    structure_ids: Option<Vec<StructureId>>,
    kinds: Option<Vec<ChangeKind>>,
    include_objects: bool,
    created_at: String,
    state: &'static str,
    paused_because: Option<String>,
    revision: Revision,
    failures: u32,
    last_error: Option<ErrorBody>,
    next_attempt_at: Option<String>,
}

#[derive(Serialize)]
struct ErrorBody {
    at: Option<String>,
    message: String,
}

impl From<Webhook> for WebhookBody {
    fn from(webhook: Webhook) -> Self {
        let at = webhook.last_error_at.map(|at| at.to_string());
        Self {
            id: webhook.id,
            url: webhook.url,
            structure_ids: webhook.structures,
            kinds: webhook.kinds,
            include_objects: webhook.include_objects,
            created_at: webhook.created_at.to_string(),
            state: if webhook.paused.is_some() { "paused" } else { "active" },
            paused_because: webhook.paused,
            revision: webhook.cursor,
            failures: webhook.failures,
            last_error: webhook.last_error.map(|message| ErrorBody { at, message }),
            next_attempt_at: webhook.next_attempt.map(|at| at.to_string()),
        }
    }
}

/// What became of an attempt.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeliveryBody {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    revision: Option<Revision>,
    attempt: u32,
    at: String,
    delivered: bool,
    status: Option<u16>,
    error: Option<String>,
}

impl From<Delivery> for DeliveryBody {
    fn from(delivery: Delivery) -> Self {
        Self {
            delivered: super::arrived(&delivery),
            kind: if delivery.revision.is_some() { "change" } else { "test" },
            id: delivery.message,
            revision: delivery.revision,
            attempt: delivery.attempt,
            at: delivery.at.to_string(),
            status: delivery.status,
            error: delivery.error,
        }
    }
}

/// A list of either.
#[derive(Serialize)]
pub(super) struct ListBody<T> {
    pub(super) results: Vec<T>,
}
