//! The trash as answers show it.

use palimpsest_model::{ObjectId, StructureId, Tag, Timestamp};
use serde::Deserialize;

use crate::actor_view::ActorView;
use crate::list::Page;
use crate::position::tag;
use crate::required::required;
use crate::time::time;

/// A page of the trash.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrashView {
    /// The rows.
    pub results: Vec<TrashedView>,
    /// Where the next page begins; nothing at the end.
    #[serde(deserialize_with = "required")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

/// An object in the trash.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrashedView {
    /// Its name.
    pub id: ObjectId,
    /// What it is.
    pub structure_id: StructureId,
    /// What it is called; may be empty.
    pub title: String,
    /// When it was put there.
    #[serde(deserialize_with = "time")]
    pub trashed_at: Timestamp,
    /// Who put it there.
    pub trashed_by: ActorView,
    /// Its version, which restoring and deleting for good take as condition.
    #[serde(deserialize_with = "tag")]
    pub etag: Tag,
}

impl TrashView {
    /// The page after this one, asked for as `this` was; nothing at the end.
    #[must_use]
    pub fn after(&self, this: &Page) -> Option<Page> {
        this.next(self.next_cursor.as_deref())
    }
}
