//! Objects as answers show them (spec/02 §0).

use std::collections::BTreeMap;

use palimpsest_model::{BlockId, CollectionId, ObjectId, PropertyId, StructureId, Timestamp};
use serde::{Deserialize, Deserializer};

use crate::block_view::{BlockView, Walk};
use crate::property::PropertyValue;
use crate::time::WireTime;

/// An object.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectView {
    /// Its name.
    pub id: ObjectId,
    /// What it is.
    pub structure_id: StructureId,
    /// The collections it is in.
    pub collections: Vec<CollectionId>,
    /// Its values.
    pub properties: BTreeMap<PropertyId, PropertyValue>,
    /// Its text, by body section; some servers leave it out of some answers.
    #[serde(default)]
    pub blocks: BTreeMap<PropertyId, Vec<BlockView>>,
    /// Its files, when it is media.
    #[serde(default)]
    pub files: Vec<FileView>,
}

/// Where the bytes of a media object are.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    /// A link that needs no token.
    pub url: String,
    /// The media type of what is there.
    pub file_type: String,
    /// When the link ends.
    #[serde(default, deserialize_with = "time")]
    pub expiration_date: Option<Timestamp>,
}

impl ObjectView {
    /// The value of a property.
    #[must_use]
    pub fn property(&self, id: &str) -> Option<&PropertyValue> {
        self.properties.get(&PropertyId::from(id))
    }

    /// Its title; empty when it has none.
    #[must_use]
    pub fn title(&self) -> &str {
        self.property("title").and_then(PropertyValue::as_text).unwrap_or_default()
    }

    /// The blocks at the top of a body section; none when there is no such section.
    #[must_use]
    pub fn section(&self, id: &str) -> &[BlockView] {
        self.blocks.get(&PropertyId::from(id)).map_or(&[], Vec::as_slice)
    }

    /// Every block of every section, parents before their children.
    pub fn walk(&self) -> Walk<'_> {
        Walk::through(self.blocks.values().flatten())
    }

    /// The block of an id, wherever it stands.
    #[must_use]
    pub fn find_block(&self, id: BlockId) -> Option<&BlockView> {
        self.walk().find(|block| block.id == id)
    }
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<WireTime>::deserialize(deserializer)?.map(|time| time.0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";

    #[test]
    fn an_object_without_blocks_and_one_with_files_are_read() {
        let bare = json!({"id": ID, "structureId": "RootPage", "collections": [], "properties": {}});
        let bare: ObjectView = serde_json::from_value(bare).unwrap();
        assert_eq!((bare.title(), bare.walk().count(), bare.files.len()), ("", 0, 0));
        let media = json!({"id": ID, "structureId": ID, "collections": [ID],
            "properties": {"title": {"type": "title", "title": {"value": "Scan"}}},
            "blocks": {"media_notes": [{"id": ID, "type": "HorizontalLineBlock"}]},
            "files": [{"url": "x:y", "fileType": "image/png", "expirationDate": "2026-11-22T12:00:00.000Z"}],
            "mediaContent": {"text": "unknown yet"}});
        let media: ObjectView = serde_json::from_value(media).unwrap();
        assert_eq!((media.title(), media.section("media_notes").len(), media.section("other").len()), ("Scan", 1, 0));
        assert!(media.find_block(media.section("media_notes")[0].id).is_some());
        assert_eq!(media.files[0].expiration_date, Timestamp::parse("2026-11-22T12:00:00Z"));
    }

    #[test]
    fn an_object_without_collections_is_a_surprise() {
        let json = json!({"id": ID, "structureId": "RootPage", "properties": {}});
        assert!(serde_json::from_value::<ObjectView>(json).is_err());
    }
}
