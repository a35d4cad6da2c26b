//! Objects: what a space is full of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::block::{Block, count_blocks, depth_of, find_block, walk_blocks};
use crate::file::File;
use crate::id::{BlockId, CollectionId, ObjectId, PropertyId, StructureId};
use crate::sections::Sections;
use crate::value::Value;

/// An object in normal form: label options, links and files by id. Serialised by its members it is what stores kept once,
/// and still read; what they keep is [`Object::to_stored`].
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

impl Object {
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
