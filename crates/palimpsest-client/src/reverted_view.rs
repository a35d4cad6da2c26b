//! What taking back a commit came to, as answers show it.

use palimpsest_model::{ObjectId, Revision, Tag};
use serde::Deserialize;

use crate::careful::Told;
use crate::position::maybe_tag;

/// What taking back a commit came to.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct RevertedView {
    /// The revision it took, or the head when it changed nothing or is a dry run.
    pub revision: Revision,
    /// The revision whose changes were taken back.
    pub reverted: Revision,
    /// The objects that changed.
    pub results: Vec<RevertedObject>,
    /// What was left as it is.
    #[serde(default)]
    pub left: Vec<LeftView>,
}

/// An object that changed.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct RevertedObject {
    /// Which object.
    pub id: ObjectId,
    /// Its version afterwards; nothing in a dry run.
    #[serde(default, deserialize_with = "maybe_tag")]
    pub etag: Option<Tag>,
}

/// Something that was left as it is.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct LeftView {
    /// The object; nothing when it is about the schema.
    #[serde(default)]
    pub id: Option<ObjectId>,
    /// Where.
    pub path: String,
    /// Why.
    pub reason: LeftReason,
}

/// Why something was left as it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum LeftReason {
    /// Others changed it since, too.
    Conflict,
    /// Others use it.
    InUse,
    /// It stands for a day.
    Date,
    /// Something this client does not know.
    #[serde(other)]
    Other,
}

impl RevertedView {
    pub(crate) fn told(&self) -> Vec<Told> {
        let told = |one: &RevertedObject| Some(Told { id: one.id, tag: one.etag?, is_shown: false });
        self.results.iter().filter_map(told).collect()
    }
}
