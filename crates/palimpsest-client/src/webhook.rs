//! Webhooks as they are asked for.

use palimpsest_model::{StructureId, WebhookId};
use serde::Serialize;

use crate::change_view::ChangeKind;

/// A webhook to be made: where to send the changes of the space to. Palimpsest only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewWebhook {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    structure_ids: Option<Vec<StructureId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kinds: Option<Vec<ChangeKind>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    include_objects: bool,
}

impl NewWebhook {
    /// Every change, to this URL: http or https, on the public network.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: url.into(), structure_ids: None, kinds: None, include_objects: false }
    }

    /// The same, only changes with an object of one of these structures.
    #[must_use]
    pub fn structures(self, ids: impl IntoIterator<Item = StructureId>) -> Self {
        Self { structure_ids: Some(ids.into_iter().collect()), ..self }
    }

    /// The same, only changes with an object to which one of these kinds happened.
    #[must_use]
    pub fn kinds(self, kinds: impl IntoIterator<Item = ChangeKind>) -> Self {
        Self { kinds: Some(kinds.into_iter().collect()), ..self }
    }

    /// The same with each object as it stood then.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { include_objects: true, ..self }
    }
}

/// Changes of a webhook; what is left out stays. Palimpsest only.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Inside, nothing is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    structure_ids: Option<Option<Vec<StructureId>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kinds: Option<Option<Vec<ChangeKind>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_objects: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<bool>,
}

impl WebhookChanges {
    /// No changes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends to this URL.
    #[must_use]
    pub fn url(self, url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..self }
    }

    /// Sends only changes with an object of one of these structures.
    #[must_use]
    pub fn structures(self, ids: impl IntoIterator<Item = StructureId>) -> Self {
        Self { structure_ids: Some(Some(ids.into_iter().collect())), ..self }
    }

    /// Sends changes with objects of any structure.
    #[must_use]
    pub fn any_structure(self) -> Self {
        Self { structure_ids: Some(None), ..self }
    }

    /// Sends only changes with an object to which one of these kinds happened.
    #[must_use]
    pub fn kinds(self, kinds: impl IntoIterator<Item = ChangeKind>) -> Self {
        Self { kinds: Some(Some(kinds.into_iter().collect())), ..self }
    }

    /// Sends changes of any kind.
    #[must_use]
    pub fn any_kind(self) -> Self {
        Self { kinds: Some(None), ..self }
    }

    /// Whether each object is sent as it stood then.
    #[must_use]
    pub fn whole(self, whole: bool) -> Self {
        Self { include_objects: Some(whole), ..self }
    }

    /// Pauses it, or lets it go on where it stood.
    #[must_use]
    pub fn paused(self, paused: bool) -> Self {
        Self { paused: Some(paused), ..self }
    }
}

/// Changes with the webhook they are of.
#[derive(Serialize)]
pub(crate) struct WebhookChangesOf<'c> {
    pub(crate) id: WebhookId,
    #[serde(flatten)]
    pub(crate) changes: &'c WebhookChanges,
}
