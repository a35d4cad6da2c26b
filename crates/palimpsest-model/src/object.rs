//! Objects: what a space is full of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::block::{Block, count_blocks, depth_of, find_block, walk_blocks};
use crate::file::File;
use crate::id::{BlockId, CollectionId, ObjectId, PropertyId, StructureId};
use crate::sections::Sections;
use crate::value::Value;

/// An object in normal form: label options, links and files by id. Its serialised form is what the store keeps.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Object {
    /// Its name.
    pub id: ObjectId,
    /// What it is; never changes.
    pub structure: StructureId,
    /// The collections it was put into, in the order sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<CollectionId>,
    /// Its values by property.
    #[serde(default)]
    pub properties: BTreeMap<PropertyId, Value>,
    /// Its text, a list of blocks for each body section.
    #[serde(default)]
    pub blocks: Sections,
    /// The bytes it stands for, of a media object. They are given when it is made and never change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
}

/// Whether an object can be seen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It can.
    Live,
    /// It is in the trash and may be restored.
    Trashed,
    /// It is gone for the v1 API; history keeps it, and its id is never given again.
    Deleted,
}

/// What comes before the text in the serialised form of an object.
#[derive(Serialize)]
struct Head<'o> {
    id: &'o ObjectId,
    structure: &'o StructureId,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    collections: &'o [CollectionId],
    properties: &'o BTreeMap<PropertyId, Value>,
}

impl Object {
    /// Its serialised form. `before` is a version of it with its own: a text that both share is copied, not written anew.
    #[must_use]
    pub fn to_stored(&self, before: Option<(&Self, &[u8])>) -> Vec<u8> {
        let mut stored = Vec::with_capacity(before.map_or(0, |(_, body)| body.len()) + 512);
        if let Some(text) = before.and_then(|(before, body)| self.text_of(before, body)) {
            self.write_head(&mut stored);
            stored.extend_from_slice(text);
            return stored;
        }
        // Writing to memory cannot fail: no map has keys that are not texts.
        match serde_json::to_writer(&mut stored, self) {
            Ok(()) => stored,
            Err(_) => Vec::new(),
        }
    }

    /// What follows the properties in the serialised form of a version that shares everything from there on.
    fn text_of<'b>(&self, before: &Self, body: &'b [u8]) -> Option<&'b [u8]> {
        if !self.shares_text(before) {
            return None;
        }
        let mut head = Vec::with_capacity(1024);
        before.write_head(&mut head);
        body.strip_prefix(&*head).filter(|text| text.starts_with(b",\"blocks\":"))
    }

    /// Whether it is known without a look at the text that it is that of another version, and so are the files.
    #[must_use]
    pub fn shares_text(&self, other: &Self) -> bool {
        self.blocks.are_shared(&other.blocks) && self.files == other.files
    }

    /// Writes what comes before the text, without the end.
    fn write_head(&self, to: &mut Vec<u8>) {
        let Self { id, structure, collections, properties, .. } = self;
        // Writing to memory cannot fail, as above.
        let _ = serde_json::to_writer(&mut *to, &Head { id, structure, collections, properties });
        to.pop();
    }

    /// Its title; empty when it has none.
    #[must_use]
    pub fn title(&self) -> &str {
        match self.properties.get("title") {
            Some(Value::Title(Some(title))) => title,
            _ => "",
        }
    }

    /// The section and the block of this id.
    #[must_use]
    pub fn find_block(&self, id: BlockId) -> Option<(&PropertyId, &Block)> {
        self.blocks.iter().find_map(|(property, list)| find_block(list, id).map(|block| (property, block)))
    }

    /// Calls `visit` with every block of every section.
    pub fn walk<'o>(&'o self, visit: &mut impl FnMut(&'o Block)) {
        for list in self.blocks.values() {
            walk_blocks(list, visit);
        }
    }

    /// How many blocks it holds.
    #[must_use]
    pub fn block_count(&self) -> usize {
        self.blocks.values().map(|list| count_blocks(list)).sum()
    }

    /// How deep its blocks nest.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.blocks.values().map(|list| depth_of(list)).max().unwrap_or(0)
    }
}
