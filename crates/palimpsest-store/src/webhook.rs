//! Webhooks: cursors in a log, and what became of their deliveries. Neither is in the log.

use std::fmt;

use palimpsest_model::{LogId, Revision, SpaceId, StructureId, Timestamp, TokenId, WebhookId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::record::ChangeKind;

/// A cursor in the log of a space, and where to send what comes after it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its name.
    pub id: WebhookId,
    /// The space.
    pub space: SpaceId,
    /// The token that made it, with which it ends.
    pub token: TokenId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Where it sends to.
    pub url: String,
    /// Only changes of objects of these structures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structures: Option<Vec<StructureId>>,
    /// Only changes of these kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<ChangeKind>>,
    /// Whether objects are sent along.
    #[serde(default)]
    pub include_objects: bool,
    /// What deliveries are signed with.
    pub secret: SigningSecret,
    /// The log that the cursor is in.
    pub log: LogId,
    /// The last revision that was delivered or passed over.
    pub cursor: Revision,
    /// Why it sends nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<String>,
    /// How often the next change has failed in a row.
    #[serde(default)]
    pub failures: u32,
    /// Since when it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// When it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt: Option<Timestamp>,
    /// What the last failure was; nothing after a success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error_at: Option<Timestamp>,
    /// Who delivers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
}

/// The right of one process to deliver for a webhook, for a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lease {
    /// Whose it is.
    pub holder: Uuid,
    /// When it ends unless it is renewed.
    pub until: Timestamp,
}

/// The key of signatures. Whoever signs needs it, so it is stored; it is never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SigningSecret(pub Vec<u8>);

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret")
    }
}

/// What became of one attempt at a delivery. It holds no content.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The name of the message, the same at every attempt.
    pub message: String,
    /// The revision it told of; nothing for a test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// When it ended.
    pub at: Timestamp,
    /// What the receiver answered, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it failed; nothing when it was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", SigningSecret(b"swordfish".to_vec())), "SigningSecret");
    }
}
