//! Objects to be made (spec/02 §4).

use std::collections::BTreeMap;

use palimpsest_model::{BuiltIn, CollectionId, ObjectId, PropertyId, StructureId};
use serde::Serialize;

use crate::new_block::NewBlock;
use crate::property::PropertyValue;
use crate::queue::Subject;

/// An object to be made. What is left out gets the defaults of its structure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewObject {
    structure_id: StructureId,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ObjectId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    collections: Vec<CollectionId>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<PropertyId, PropertyValue>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    blocks: BTreeMap<PropertyId, Vec<NewBlock>>,
}

impl NewObject {
    /// An object of a structure.
    #[must_use]
    pub fn new(structure: StructureId) -> Self {
        Self {
            structure_id: structure,
            id: None,
            collections: Vec::new(),
            properties: BTreeMap::new(),
            blocks: BTreeMap::new(),
        }
    }

    /// A page with a title.
    pub fn page(title: impl Into<String>) -> Self {
        Self::new(StructureId::BuiltIn(BuiltIn::RootPage)).title(title)
    }

    /// A task with a title.
    pub fn task(title: impl Into<String>) -> Self {
        Self::new(StructureId::BuiltIn(BuiltIn::RootTask)).title(title)
    }

    /// A tag with a title.
    pub fn tag(title: impl Into<String>) -> Self {
        Self::new(StructureId::BuiltIn(BuiltIn::RootTag)).title(title)
    }

    pub(crate) fn subject(&self) -> Option<Subject> {
        self.id.map(Subject::Object)
    }

    /// The same under an id of the client's choice.
    #[must_use]
    pub fn id(self, id: ObjectId) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The same with a title.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        self.property("title", PropertyValue::title(title))
    }

    /// The same with a value.
    #[must_use]
    pub fn property(mut self, id: impl Into<PropertyId>, value: PropertyValue) -> Self {
        self.properties.insert(id.into(), value);
        self
    }

    /// The same in one more collection.
    #[must_use]
    pub fn collection(mut self, id: CollectionId) -> Self {
        self.collections.push(id);
        self
    }

    /// The same with the text of a body section.
    #[must_use]
    pub fn blocks(mut self, section: impl Into<PropertyId>, blocks: impl IntoIterator<Item = NewBlock>) -> Self {
        self.blocks.insert(section.into(), blocks.into_iter().collect());
        self
    }
}

#[cfg(test)]
mod tests {
    use palimpsest_model::parse_uuid;
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_was_said_is_written() {
        assert_eq!(
            serde_json::to_value(NewObject::tag("Methods")).unwrap(),
            json!({"structureId": "RootTag", "properties": {"title": {"type": "title", "title": {"value": "Methods"}}}})
        );
        let uuid = parse_uuid("3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11").unwrap();
        let object = NewObject::new(StructureId::Custom(uuid)).id(ObjectId(uuid)).collection(CollectionId(uuid));
        assert_eq!(
            serde_json::to_value(object.blocks("notes", [NewBlock::line()])).unwrap(),
            json!({"structureId": uuid, "id": uuid, "collections": [uuid],
                "blocks": {"notes": [{"type": "HorizontalLineBlock"}]}})
        );
    }
}
