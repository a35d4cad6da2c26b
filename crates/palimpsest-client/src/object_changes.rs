//! What shall change of an object (spec/02 §5).

use std::collections::BTreeMap;

use palimpsest_model::{CollectionId, ObjectId, PropertyId};
use serde::Serialize;

use crate::new_block::NewBlock;
use crate::property::PropertyValue;

/// What shall change of an object; what is left out stays.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectChanges {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<PropertyId, PropertyValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collections: Option<Vec<CollectionId>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    blocks: BTreeMap<PropertyId, Vec<NewBlock>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_requested: Option<bool>,
}

/// The changes with the object they are for, as the body of a call.
#[derive(Serialize)]
pub(crate) struct ChangesOf<'c> {
    pub(crate) id: ObjectId,
    #[serde(flatten)]
    pub(crate) changes: &'c ObjectChanges,
}

impl ObjectChanges {
    /// No change yet; the server refuses to make none.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a new title.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        self.property("title", PropertyValue::title(title))
    }

    /// The same with a new value.
    #[must_use]
    pub fn property(mut self, id: impl Into<PropertyId>, value: PropertyValue) -> Self {
        self.properties.insert(id.into(), value);
        self
    }

    /// The same with a new membership, which replaces the present one.
    #[must_use]
    pub fn collections(self, ids: impl IntoIterator<Item = CollectionId>) -> Self {
        Self { collections: Some(ids.into_iter().collect()), ..self }
    }

    /// The same with a new text of a body section, which replaces the present one; the same content keeps its block ids.
    #[must_use]
    pub fn blocks(mut self, section: impl Into<PropertyId>, blocks: impl IntoIterator<Item = NewBlock>) -> Self {
        self.blocks.insert(section.into(), blocks.into_iter().collect());
        self
    }

    /// The same, into the trash (`true`) or out of it (`false`).
    #[must_use]
    pub fn trashed(self, trashed: bool) -> Self {
        Self { delete_requested: Some(trashed), ..self }
    }
}

#[cfg(test)]
mod tests {
    use palimpsest_model::parse_uuid;
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_written_with_the_object_they_are_for() {
        let id = ObjectId(parse_uuid("3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11").unwrap());
        let changes = ObjectChanges::new().title("b").collections([]).blocks("notes", []).trashed(false);
        assert_eq!(
            serde_json::to_value(ChangesOf { id, changes: &changes }).unwrap(),
            json!({"id": id, "properties": {"title": {"type": "title", "title": {"value": "b"}}}, "collections": [],
                "blocks": {"notes": []}, "deleteRequested": false})
        );
        assert_eq!(serde_json::to_value(ChangesOf { id, changes: &ObjectChanges::new() }).unwrap(), json!({"id": id}));
    }
}
