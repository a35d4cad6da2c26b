//! Spaces and tokens as the operator asks for them. Palimpsest only.

use palimpsest_model::{SpaceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::time::WireTime;

/// What a space or a token asks of those who change something that exists.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Concurrency {
    /// Nothing: the last write wins.
    LastWriteWins,
    /// To name the version that they change.
    RequireCondition,
}

/// What a token may do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Scope {
    /// Read.
    #[serde(rename = "api:read")]
    Read,
    /// Write.
    #[serde(rename = "api:write")]
    Write,
}

/// A space to be made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewSpace {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<SpaceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<Concurrency>,
}

impl NewSpace {
    /// One with this title.
    pub fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into(), id: None, timezone: None, concurrency: None }
    }

    /// The same with an id of the caller's choice.
    #[must_use]
    pub fn id(self, id: SpaceId) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The same with the days of a time zone, such as `Europe/Berlin`.
    #[must_use]
    pub fn timezone(self, name: impl Into<String>) -> Self {
        Self { timezone: Some(name.into()), ..self }
    }

    /// The same, asking this of those who change something.
    #[must_use]
    pub fn concurrency(self, concurrency: Concurrency) -> Self {
        Self { concurrency: Some(concurrency), ..self }
    }
}

/// Changes of a space by its operator; what is left out stays.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SpaceSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<Concurrency>,
}

impl SpaceSettings {
    /// No changes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives it this title.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// Gives it the days of a time zone, such as `Europe/Berlin`.
    #[must_use]
    pub fn timezone(self, name: impl Into<String>) -> Self {
        Self { timezone: Some(name.into()), ..self }
    }

    /// Asks this of those who change something.
    #[must_use]
    pub fn concurrency(self, concurrency: Concurrency) -> Self {
        Self { concurrency: Some(concurrency), ..self }
    }
}

/// Changes with the space they are of.
#[derive(Serialize)]
pub(crate) struct SpaceSettingsOf<'c> {
    pub(crate) id: SpaceId,
    #[serde(flatten)]
    pub(crate) settings: &'c SpaceSettings,
}

/// A token to be made.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewAccessToken {
    name: String,
    space_ids: Vec<SpaceId>,
    scopes: Vec<Scope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<WireTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<Concurrency>,
}

impl NewAccessToken {
    /// One of this name that may do everything in a space.
    pub fn of(space: SpaceId, name: impl Into<String>) -> Self {
        Self::of_all([space], name)
    }

    /// One of several spaces, which is for the retired beta API only.
    pub fn of_all(spaces: impl IntoIterator<Item = SpaceId>, name: impl Into<String>) -> Self {
        let scopes = vec![Scope::Read, Scope::Write];
        let space_ids = spaces.into_iter().collect();
        Self { name: name.into(), space_ids, scopes, expires_at: None, concurrency: None }
    }

    /// The same, which may do only this.
    #[must_use]
    pub fn scopes(self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self { scopes: scopes.into_iter().collect(), ..self }
    }

    /// The same, which ends then.
    #[must_use]
    pub fn expires_at(self, end: Timestamp) -> Self {
        Self { expires_at: Some(WireTime(end)), ..self }
    }

    /// The same, held to this.
    #[must_use]
    pub fn concurrency(self, concurrency: Concurrency) -> Self {
        Self { concurrency: Some(concurrency), ..self }
    }
}
