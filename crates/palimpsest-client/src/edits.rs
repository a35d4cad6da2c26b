//! Many small edits of one object (POST /object/edits).

use palimpsest_model::{BlockId, CollectionId, ObjectId, PropertyId};
use serde::Serialize;

use crate::append::Append;
use crate::new_block::NewBlock;
use crate::place::Place;
use crate::property::PropertyValue;

/// Edits of one object, each seeing what those before it left: all of them are made, or none. Palimpsest only.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Edits {
    edits: Vec<Edit>,
}

/// The edits with the object they are for, as the body of a call.
#[derive(Serialize)]
pub(crate) struct EditsOf<'e> {
    pub(crate) id: ObjectId,
    #[serde(flatten)]
    pub(crate) edits: &'e Edits,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "op", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Edit {
    Set {
        property_id: PropertyId,
        value: PropertyValue,
    },
    Add {
        property_id: PropertyId,
        values: Vec<String>,
    },
    Remove {
        property_id: PropertyId,
        values: Vec<String>,
    },
    AddCollections {
        ids: Vec<CollectionId>,
    },
    RemoveCollections {
        ids: Vec<CollectionId>,
    },
    Insert(Append),
    Update {
        block_id: BlockId,
        block: NewBlock,
    },
    Move {
        block_id: BlockId,
        #[serde(flatten)]
        place: Place,
    },
    Delete {
        block_id: BlockId,
    },
    ReplaceText {
        block_id: BlockId,
        find: String,
        replace: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        occurrence: Option<Occurrence>,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
enum Occurrence {
    Nth(u32),
    All(&'static str),
}

impl Edits {
    /// No edit yet; the server refuses to make none.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// And a new value.
    #[must_use]
    pub fn set(self, property: impl Into<PropertyId>, value: PropertyValue) -> Self {
        self.and(Edit::Set { property_id: property.into(), value })
    }

    /// And more of a list: objects or options by their ids, or aliases.
    #[must_use]
    pub fn add<V: ToString>(self, property: impl Into<PropertyId>, values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(|value| value.to_string()).collect();
        self.and(Edit::Add { property_id: property.into(), values })
    }

    /// And less of a list: objects or options by their ids, or aliases.
    #[must_use]
    pub fn remove<V: ToString>(self, property: impl Into<PropertyId>, values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(|value| value.to_string()).collect();
        self.and(Edit::Remove { property_id: property.into(), values })
    }

    /// And into collections.
    #[must_use]
    pub fn add_collections(self, ids: impl IntoIterator<Item = CollectionId>) -> Self {
        self.and(Edit::AddCollections { ids: ids.into_iter().collect() })
    }

    /// And out of collections.
    #[must_use]
    pub fn remove_collections(self, ids: impl IntoIterator<Item = CollectionId>) -> Self {
        self.and(Edit::RemoveCollections { ids: ids.into_iter().collect() })
    }

    /// And new blocks or Markdown.
    #[must_use]
    pub fn insert(self, append: Append) -> Self {
        self.and(Edit::Insert(append))
    }

    /// And a change of a block; what `content` leaves out stays.
    #[must_use]
    pub fn update(self, block: BlockId, content: NewBlock) -> Self {
        self.and(Edit::Update { block_id: block, block: content })
    }

    /// And a block, with everything below it, to another place.
    #[must_use]
    pub fn move_block(self, block: BlockId, place: Place) -> Self {
        self.and(Edit::Move { block_id: block, place })
    }

    /// And a block away, with everything below it.
    #[must_use]
    pub fn delete(self, block: BlockId) -> Self {
        self.and(Edit::Delete { block_id: block })
    }

    /// And a piece of the text of a block for another; it must be there exactly once.
    #[must_use]
    pub fn replace_text(self, block: BlockId, find: impl Into<String>, replace: impl Into<String>) -> Self {
        self.replace(block, find.into(), replace.into(), None)
    }

    /// And a piece of the text of a block for another, where it is there the `nth` time, from 1.
    #[must_use]
    pub fn replace_nth(self, block: BlockId, nth: u32, find: impl Into<String>, replace: impl Into<String>) -> Self {
        self.replace(block, find.into(), replace.into(), Some(Occurrence::Nth(nth)))
    }

    /// And a piece of the text of a block for another, wherever it is there.
    #[must_use]
    pub fn replace_all(self, block: BlockId, find: impl Into<String>, replace: impl Into<String>) -> Self {
        self.replace(block, find.into(), replace.into(), Some(Occurrence::All("all")))
    }

    fn replace(self, block_id: BlockId, find: String, replace: String, occurrence: Option<Occurrence>) -> Self {
        self.and(Edit::ReplaceText { block_id, find, replace, occurrence })
    }

    fn and(mut self, edit: Edit) -> Self {
        self.edits.push(edit);
        self
    }
}

#[cfg(test)]
mod tests {
    use palimpsest_model::parse_uuid;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_edit_is_written_as_the_api_takes_it() {
        let uuid = parse_uuid("3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11").unwrap();
        let (block, collection) = (BlockId(uuid), CollectionId(uuid));
        let edits = Edits::new()
            .set("title", PropertyValue::title("a"))
            .add("tags", [ObjectId(uuid)])
            .remove("aliases", ["b"])
            .add_collections([collection])
            .remove_collections([collection])
            .insert(Append::markdown("c").after(block))
            .update(block, NewBlock::line())
            .move_block(block, Place::new().section("notes").at_start())
            .delete(block)
            .replace_text(block, "d", "e")
            .replace_nth(block, 2, "d", "e")
            .replace_all(block, "d", "e");
        let text = json!({"op": "replaceText", "blockId": uuid, "find": "d", "replace": "e"});
        let (mut second, mut all) = (text.clone(), text.clone());
        second["occurrence"] = json!(2);
        all["occurrence"] = json!("all");
        assert_eq!(
            serde_json::to_value(EditsOf { id: ObjectId(uuid), edits: &edits }).unwrap(),
            json!({"id": uuid, "edits": [
                {"op": "set", "propertyId": "title", "value": {"type": "title", "title": {"value": "a"}}},
                {"op": "add", "propertyId": "tags", "values": [uuid]},
                {"op": "remove", "propertyId": "aliases", "values": ["b"]},
                {"op": "addCollections", "ids": [uuid]},
                {"op": "removeCollections", "ids": [uuid]},
                {"op": "insert", "markdown": "c", "position": {"type": "after_block", "after_block": {"id": uuid}}},
                {"op": "update", "blockId": uuid, "block": {"type": "HorizontalLineBlock"}},
                {"op": "move", "blockId": uuid, "propertyId": "notes", "position": {"type": "start"}},
                {"op": "delete", "blockId": uuid},
                text, second, all,
            ]})
        );
    }
}
