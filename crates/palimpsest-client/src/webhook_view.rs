//! Webhooks and their deliveries as answers show them.

use std::fmt;

use palimpsest_model::{Revision, StructureId, Timestamp, WebhookId};
use serde::Deserialize;

use crate::change_view::ChangeKind;
use crate::required::required;
use crate::time::{maybe_time, time};

/// A webhook that was made.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct MadeWebhook {
    /// Its name.
    pub id: WebhookId,
    /// What its messages are signed with, `whsec_…`; it is told once.
    pub secret: String,
}

impl fmt::Debug for MadeWebhook {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeWebhook").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A webhook.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookView {
    /// Its name.
    pub id: WebhookId,
    /// Where it sends to.
    pub url: String,
    /// The structures it is about; nothing is any.
    #[serde(deserialize_with = "required")]
    pub structure_ids: Option<Vec<StructureId>>,
    /// The kinds it is about; nothing is any.
    #[serde(deserialize_with = "required")]
    pub kinds: Option<Vec<ChangeKind>>,
    /// Whether each object is sent as it stood then.
    pub include_objects: bool,
    /// When it was made.
    #[serde(deserialize_with = "time")]
    pub created_at: Timestamp,
    /// Whether it sends.
    pub state: WebhookState,
    /// Why it is paused, when it is.
    #[serde(deserialize_with = "required")]
    pub paused_because: Option<String>,
    /// The last revision that was delivered or passed over.
    pub revision: Revision,
    /// How often the next change has failed in a row.
    pub failures: u32,
    /// What the last failure was; nothing after a success.
    #[serde(deserialize_with = "required")]
    pub last_error: Option<WebhookFailure>,
    /// When the next change is tried again.
    #[serde(deserialize_with = "maybe_time")]
    pub next_attempt_at: Option<Timestamp>,
}

/// Whether a webhook sends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum WebhookState {
    /// It does.
    Active,
    /// It does not, and keeps its place.
    Paused,
    /// Something this client does not know.
    #[serde(other)]
    Other,
}

/// Why a webhook could not send.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct WebhookFailure {
    /// When.
    #[serde(deserialize_with = "time")]
    pub at: Timestamp,
    /// Why.
    pub message: String,
}

/// What became of one attempt at a delivery.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct DeliveryView {
    /// The `webhook-id` of the message: the same at every attempt.
    pub id: String,
    /// What the message was.
    #[serde(rename = "type")]
    pub kind: DeliveryKind,
    /// The revision it told of; nothing for a test.
    #[serde(deserialize_with = "required")]
    pub revision: Option<Revision>,
    /// Which attempt it was, counted from 1.
    pub attempt: u32,
    /// When it was made.
    #[serde(deserialize_with = "time")]
    pub at: Timestamp,
    /// Whether it arrived.
    pub delivered: bool,
    /// What the receiver answered, if it did.
    #[serde(deserialize_with = "required")]
    pub status: Option<u16>,
    /// Why it failed, when it did.
    #[serde(deserialize_with = "required")]
    pub error: Option<String>,
}

/// What a message is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DeliveryKind {
    /// It tells of a change.
    Change,
    /// It was asked for.
    Test,
    /// Something this client does not know.
    #[serde(other)]
    Other,
}
