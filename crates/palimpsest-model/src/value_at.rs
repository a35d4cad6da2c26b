//! What stands at a path of the grammar of [`changed_paths`](crate::changed_paths): a difference is such a path with what
//! stands there before and after.

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use crate::block::{Block, Content};
use crate::id::{BlockId, LabelId, PropertyId, parse_uuid};
use crate::object::Object;
use crate::render::{block_json, value_json};
use crate::structure::Structure;
use crate::value::Value;

/// What stands at a path, in the wire form; nothing when nothing is there. `structure` knows the names of label options.
///
/// A block is found wherever it stands: the section in the path is the one it has in one of the two versions.
#[must_use]
pub fn value_at(object: &Object, structure: Option<&Structure>, path: &str) -> Option<Json> {
    Values::of(object, structure).at(path)
}

/// An object prepared for looking up many paths.
pub struct Values<'o> {
    object: &'o Object,
    structure: Option<&'o Structure>,
    blocks: HashMap<BlockId, (Place<'o>, &'o Block)>,
}

/// Where a block stands.
struct Place<'o> {
    section: &'o PropertyId,
    parent: Option<BlockId>,
    /// The column, when the parent is a grid.
    column: Option<usize>,
    index: usize,
    after: Option<BlockId>,
}

impl<'o> Values<'o> {
    /// Prepares an object.
    #[must_use]
    pub fn of(object: &'o Object, structure: Option<&'o Structure>) -> Self {
        let mut values = Self { object, structure, blocks: HashMap::new() };
        for (section, list) in &object.blocks {
            values.add(section, None, list);
        }
        values
    }

    fn add(&mut self, section: &'o PropertyId, parent: Option<(BlockId, Option<usize>)>, list: &'o [Block]) {
        let mut after = None;
        for (index, block) in list.iter().enumerate() {
            let (parent, column) = (parent.map(|(id, _)| id), parent.and_then(|(_, column)| column));
            self.blocks.insert(block.id, (Place { section, parent, column, index, after }, block));
            after = Some(block.id);
            let is_grid = matches!(block.content, Content::Grid(_));
            for (number, children) in block.children.iter().enumerate() {
                self.add(section, Some((block.id, is_grid.then_some(number))), children);
            }
        }
    }

    /// What stands at a path; nothing when nothing is there.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<Json> {
        if path == "collections" {
            return Some(json!(self.object.collections));
        }
        if let Some(id) = path.strip_prefix("properties.") {
            return self.property(&PropertyId::from(id));
        }
        // A section may be called anything, so its end is found from behind.
        let (rest, what) = path.strip_prefix("blocks.")?.rsplit_once('.')?;
        let (_, id) = rest.rsplit_once('.')?;
        let (place, block) = self.blocks.get(&BlockId(parse_uuid(id)?))?;
        match what {
            "content" => Some(content(block)),
            "position" => Some(place.json()),
            "inserted" | "deleted" => Some(block_json(block)),
            _ => None,
        }
    }

    fn property(&self, id: &PropertyId) -> Option<Json> {
        let value = self.object.properties.get(id)?;
        let definition = self.structure.and_then(|structure| structure.property(id));
        let options = definition.map_or(&[][..], |definition| definition.options());
        let Value::Label(chosen) = value else { return Some(value_json(value, options)) };
        // Reads leave out what is no option any more; a difference must not.
        let known = |id: &LabelId| options.iter().find(|option| option.id == *id);
        let chosen: Vec<_> =
            chosen.iter().map(|id| known(id).map_or(json!({ "id": id }), |known| json!(known))).collect();
        Some(json!({"type": value.kind(), value.kind(): chosen}))
    }
}

impl Place<'_> {
    fn json(&self) -> Json {
        let mut place = json!({
            "propertyId": self.section,
            "parentBlockId": self.parent,
            "index": self.index,
            "after": self.after,
        });
        if let Some(column) = self.column {
            place["column"] = json!(column);
        }
        place
    }
}

/// What a block says itself: its wire form without what stands below it, and with the alignment, which reads do not show. The
/// columns of a grid stay, empty.
fn content(block: &Block) -> Json {
    let bare = Block { id: block.id, content: block.content.clone(), children: columns(block) };
    let mut json = block_json(&bare);
    let Json::Object(members) = &mut json else { return json };
    members.remove("blocks");
    if let Some(alignment) = block.content.alignment() {
        members.insert("textAlignment".to_owned(), json!(alignment));
    }
    json
}

fn columns(block: &Block) -> Vec<Vec<Block>> {
    if matches!(block.content, Content::Grid(_)) { vec![Vec::new(); block.children.len()] } else { Vec::new() }
}
