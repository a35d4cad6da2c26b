//! The past of an object as answers show it.

use palimpsest_model::{Revision, Tag, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::actor_view::ActorView;
use crate::change_view::ChangeKind;
use crate::list::Page;
use crate::position::tag;
use crate::required::required;
use crate::time::time;

/// A page of what was done to an object, the newest first.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryView {
    /// The entries.
    pub results: Vec<EntryView>,
    /// Where the next page begins; nothing at the end.
    #[serde(deserialize_with = "required")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

/// What one revision did to an object.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct EntryView {
    /// The revision.
    pub revision: Revision,
    /// When it was committed.
    #[serde(deserialize_with = "time")]
    pub at: Timestamp,
    /// Who did it.
    pub by: ActorView,
    /// What was done.
    pub kind: ChangeKind,
    /// The paths that changed, sorted; of a creation none.
    pub paths: Vec<String>,
    /// The version it left.
    #[serde(deserialize_with = "tag")]
    pub etag: Tag,
}

/// What differs between two revisions of an object.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct DifferenceView {
    /// The revision before.
    pub from: Revision,
    /// The revision after.
    pub to: Revision,
    /// What differs, by path.
    pub changes: Vec<PathChange>,
}

/// What differs at a path.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct PathChange {
    /// Where.
    pub path: String,
    /// What stood there; null for nothing.
    pub before: Value,
    /// What stands there; null for nothing.
    pub after: Value,
}

impl HistoryView {
    /// The page after this one, asked for as `this` was; nothing at the end.
    #[must_use]
    pub fn after(&self, this: &Page) -> Option<Page> {
        this.next(self.next_cursor.as_deref())
    }
}
