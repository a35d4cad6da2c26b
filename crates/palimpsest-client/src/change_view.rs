//! Changes of a space as answers show them.

use palimpsest_model::{LogId, ObjectId, Revision, StructureId, Tag, Timestamp};
use serde::{Deserialize, Serialize};

use crate::actor_view::ActorView;
use crate::object_view::ObjectView;
use crate::position::{Position, log, maybe_tag};
use crate::time::time;

/// A page of changes, the oldest first, without a gap.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangesView {
    /// The life of the space.
    #[serde(deserialize_with = "log")]
    pub log: LogId,
    /// The revision to go on from.
    pub revision: Revision,
    /// The changes.
    pub changes: Vec<ChangeView>,
    /// Whether there are more already.
    pub has_more: bool,
}

/// What one revision changed.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct ChangeView {
    /// The revision.
    pub revision: Revision,
    /// When it was committed.
    #[serde(deserialize_with = "time")]
    pub at: Timestamp,
    /// Who did it.
    pub by: ActorView,
    /// What it did to objects.
    pub objects: Vec<ChangedView>,
    /// What it did to the space, its structures and collections.
    #[serde(default)]
    pub schema: Vec<SchemaChangeView>,
}

/// What one revision did to one object.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedView {
    /// Which object.
    pub id: ObjectId,
    /// What it is.
    pub structure_id: StructureId,
    /// What was done.
    pub kind: ChangeKind,
    /// The paths that changed, sorted; of a creation none.
    pub paths: Vec<String>,
    /// The version it left; nothing when the object was deleted for good.
    #[serde(deserialize_with = "maybe_tag")]
    pub etag: Option<Tag>,
    /// The object as it stood then, when that was asked for and it could be seen.
    #[serde(default)]
    pub object: Option<ObjectView>,
}

/// What is done to objects.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names say it")]
pub enum ChangeKind {
    Created,
    Updated,
    Trashed,
    Restored,
    Deleted,
    Reverted,
    Merged,
    /// Something this client does not know.
    #[serde(other)]
    Other,
}

/// What one revision did to a part of the schema.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct SchemaChangeView {
    /// `space`, `structure`, `property` or `collection`.
    pub kind: String,
    /// Its name.
    pub id: String,
    /// `created`, `updated` or `deleted`.
    pub change: String,
}

impl ChangesView {
    /// Where to go on.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { log: Some(self.log), revision: self.revision }
    }
}
