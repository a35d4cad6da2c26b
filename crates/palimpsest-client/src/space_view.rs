//! The space as answers show it (spec/02 §1).

use palimpsest_model::{Icon, SpaceId};
use serde::Deserialize;

/// The space of a token.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct SpaceView {
    /// Its name.
    pub id: SpaceId,
    /// What people call it.
    pub title: String,
    /// Its icon.
    #[serde(default)]
    pub icon: Option<Icon>,
}
