//! Pages of lists as answers show them.

use palimpsest_model::{ObjectId, Revision, StructureId, Tag};
use serde::Deserialize;

use crate::list::Page;
use crate::object_view::ObjectView;
use crate::position::maybe_tag;
use crate::required::required;

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageView {
    /// GET /objects only: the revision that all pages of this list show.
    #[serde(default)]
    pub revision: Option<Revision>,
    /// The rows.
    pub results: Vec<RowView>,
    /// Where the next page begins; nothing at the end.
    #[serde(deserialize_with = "required")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

/// An object in a list, or among the results of a search.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowView {
    /// Its name.
    pub id: ObjectId,
    /// What it is.
    pub structure_id: StructureId,
    /// What it is called; may be empty.
    pub title: String,
    /// GET /objects only: its version.
    #[serde(default, deserialize_with = "maybe_tag")]
    pub etag: Option<Tag>,
    /// The object itself, when the page was asked for [whole](Page::whole).
    #[serde(default)]
    pub object: Option<ObjectView>,
}

impl PageView {
    /// The page after this one, asked for as `this` was; nothing at the end.
    #[must_use]
    pub fn after(&self, this: &Page) -> Option<Page> {
        this.next(self.next_cursor.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_next_page_is_asked_for_as_this_one_was() {
        let view = |cursor| PageView { revision: None, results: Vec::new(), next_cursor: cursor, has_more: true };
        let this = Page::first().size(7).whole();
        assert_eq!(view(Some("c".to_owned())).after(&this), Some(Page::at("c").size(7).whole()));
        assert_eq!(view(None).after(&this), None);
    }

    #[test]
    fn a_page_that_does_not_say_whether_it_is_the_last_is_a_surprise() {
        assert!(serde_json::from_value::<PageView>(json!({"results": [], "hasMore": false})).is_err());
        assert!(
            serde_json::from_value::<PageView>(json!({"results": [], "nextCursor": null, "hasMore": false})).is_ok()
        );
    }
}
