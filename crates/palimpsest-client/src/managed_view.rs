//! Spaces and tokens as answers show them to the operator.

use std::fmt;

use palimpsest_model::{ObjectId, SpaceId, Timestamp, TokenId};
use serde::Deserialize;

use crate::managed::{Concurrency, Scope};
use crate::time::{maybe_time, time};

/// A space as its operator sees it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct ManagedSpace {
    /// Its name.
    pub id: SpaceId,
    /// What people call it.
    pub title: String,
    /// The zone that decides its days.
    pub timezone: String,
    /// What it asks of those who change something.
    pub concurrency: Concurrency,
}

/// A token without its secret.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedToken {
    /// Its name for machines.
    pub id: TokenId,
    /// Its name for people.
    pub name: String,
    /// The spaces that it opens.
    pub space_ids: Vec<SpaceId>,
    /// What it may do there.
    pub scopes: Vec<Scope>,
    /// When it was made.
    #[serde(deserialize_with = "time")]
    pub created_at: Timestamp,
    /// When it ends, if it does.
    #[serde(deserialize_with = "maybe_time")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    #[serde(deserialize_with = "maybe_time")]
    pub revoked_at: Option<Timestamp>,
    /// What it is held to when it changes something.
    pub concurrency: Concurrency,
}

/// A token that was made.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct MadeToken {
    /// Its name for machines.
    pub id: TokenId,
    /// Its secret, `cap-api-…`; it is told once.
    pub token: String,
}

impl fmt::Debug for MadeToken {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeToken").field("id", &self.id).finish_non_exhaustive()
    }
}

/// An object that was erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasedView {
    /// Where it was.
    pub space_id: SpaceId,
    /// Which it was.
    pub id: ObjectId,
}
