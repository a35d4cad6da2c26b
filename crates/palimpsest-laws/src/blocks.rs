//! The law of JSON bodies: blocks and properties.

use std::collections::{BTreeMap, HashSet};

use palimpsest_model::{
    Block, BlockDraft, BlockId, BuiltIn, Creation, MAX_BLOCKS, MAX_DEPTH, Names, Object, ObjectId, PropertyDefinition,
    PropertyId, PropertyKind, Shown, Structure, StructureId, Timestamp, Value, builtin_structures, check_property,
    count_blocks, parse_uuid, read_block, read_blocks, read_blocks_by_property, read_properties, realign,
    render_object, update_block, walk_blocks,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::markdown::carries;
use crate::problems::read;

/// Every JSON document is refused with problems that stand in it, or it is kept within the limits, shown, and what is
/// shown is read as the same; as Markdown, too, it is read as what Markdown can carry.
pub fn blocks(input: &[u8]) {
    let Ok(json) = serde_json::from_slice::<Json>(input) else { return };
    let sections = match &json {
        Json::Array(_) => json!({ "content": json }),
        other => other.clone(),
    };
    if let Some(drafts) = read(&sections, read_blocks_by_property) {
        lists(drafts);
    }
    let alone = read(&json, read_block).map(|draft| vec![draft]);
    assert_eq!(alone, read(&json!([json]), read_blocks), "a block is read alone as in a list");
    if let Some(values) = read(&json, read_properties) {
        builtin_structures().iter().for_each(|structure| properties(structure, &values));
    }
}

fn lists(drafts: BTreeMap<PropertyId, Vec<BlockDraft>>) {
    let (sections, drafts): (Vec<_>, Vec<_>) = drafts.into_iter().unzip();
    let made = named(&[], drafts);
    let mut ids = HashSet::new();
    for list in &made {
        walk_blocks(list, &mut |block| assert!(ids.insert(block.id), "an id is given twice"));
    }
    let object = object(BTreeMap::new(), sections.iter().cloned().zip(made.iter().cloned()).collect());
    assert!(object.depth() <= MAX_DEPTH && made.iter().all(|list| count_blocks(list) <= MAX_BLOCKS));
    let stored = Object::from_stored(&object.to_stored()).ok().map(|stored| stored.blocks.into_iter().collect());
    assert_eq!(
        stored,
        Some(object.blocks.clone().into_iter().collect::<BTreeMap<_, _>>()),
        "what is stored is the same"
    );
    let mut shown = show(&object, &structure(&sections));
    let shown = shown["blocks"].take();
    let again = read(&shown, read_blocks_by_property).map(|drafts| {
        let (names, drafts): (Vec<_>, Vec<_>) = drafts.into_iter().unzip();
        assert_eq!(names, sections);
        named(&made, drafts)
    });
    assert_eq!(again.as_ref(), Some(&made), "what is shown is read as the same");
    let mut updated = object.clone();
    for block in shown.as_object().into_iter().flatten().flat_map(|(_, list)| list.as_array()).flatten() {
        rewrite(&mut updated, block);
    }
    assert_eq!(updated, object, "a block that is written back as it is shown changes nothing");
    made.iter().for_each(|list| carries(list));
}

/// Updates a block of an object with what is shown of it.
fn rewrite(object: &mut Object, shown: &Json) {
    let id = shown["id"].as_str().and_then(parse_uuid).map(BlockId);
    let (Some(id), Some(draft)) = (id, read(shown, read_block)) else { unreachable!("{shown} is a block") };
    let mut fresh = || unreachable!("{shown} names all its blocks");
    let result = update_block(object, None, id, draft, &mut Names { fresh: &mut fresh, free: &mut |_| false });
    assert_eq!(result, Ok(()));
}

/// The drafts as blocks in place of the present ones. Every id that is sent is free.
fn named(current: &[Vec<Block>], drafts: Vec<Vec<BlockDraft>>) -> Vec<Vec<Block>> {
    let mut next = 0xf7e5_0000_0000_4000_8000_0000_0000_0000_u128;
    let mut fresh = || {
        next += 1;
        BlockId(Uuid::from_u128(next))
    };
    let current: Vec<&[Block]> = current.iter().map(Vec::as_slice).collect();
    realign(&current, drafts, &mut Names { fresh: &mut fresh, free: &mut |_| true })
}

fn properties(structure: &Structure, values: &[(PropertyId, Value)]) {
    let mut kept = BTreeMap::new();
    for (id, value) in values {
        match check_property(structure, id, value.clone()) {
            Ok(value) => drop(kept.insert(id.clone(), value)),
            Err(problem) => assert!(!problem.path.0.is_empty() && !problem.message.is_empty(), "{problem:?}"),
        }
    }
    let object = object(kept, BTreeMap::new());
    let mut shown = show(&object, structure)["properties"].take();
    // What is always shown, whether there is a value or not.
    if let Some(shown) = shown.as_object_mut() {
        shown.retain(|id, _| object.properties.contains_key(&PropertyId::from(id.as_str())));
    }
    let again: Option<BTreeMap<_, _>> = read(&shown, read_properties).map(|values| values.into_iter().collect());
    assert_eq!(again, Some(object.properties), "what is shown is read as the same");
}

fn object(properties: BTreeMap<PropertyId, Value>, blocks: BTreeMap<PropertyId, Vec<Block>>) -> Object {
    Object {
        id: ObjectId(Uuid::nil()),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties,
        blocks: blocks.into(),
        files: Vec::new(),
    }
}

/// A structure of these sections.
fn structure(sections: &[PropertyId]) -> Structure {
    let section = |id: &PropertyId| PropertyDefinition {
        id: id.clone(),
        name: "Content".to_owned(),
        kind: PropertyKind::Blocks,
        read_only: false,
    };
    Structure {
        id: StructureId::BuiltIn(BuiltIn::RootPage),
        title: "Page".to_owned(),
        plural_name: "Pages".to_owned(),
        label_color: "gray".to_owned(),
        creation: Creation::Direct,
        listed: true,
        properties: sections.iter().map(section).collect(),
    }
}

fn show(object: &Object, structure: &Structure) -> Json {
    let bytes = render_object(Shown { object, structure, updated_at: Timestamp(0), links: &[] });
    serde_json::from_slice(&bytes).unwrap_or_default()
}
