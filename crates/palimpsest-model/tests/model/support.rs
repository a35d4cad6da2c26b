//! What the tests share: blocks by hand, and realigning with ids that count up.

use std::collections::BTreeMap;

use palimpsest_model::arbitrary::structures;
use palimpsest_model::{
    Alignment, Block, BlockDraft, BlockId, BuiltIn, Content, GroupContent, Names, Node, Object, ObjectId, Position,
    Problems, PropertyId, Reading, Sections, Shown, Structure, StructureId, TextContent, Timestamp, Token, read_block,
    read_blocks, realign, render_object, walk_blocks,
};
use proptest::test_runner::Config;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// So many cases, unless the environment says otherwise.
pub(crate) fn cases(cases: u32) -> Config {
    let config = Config { max_shrink_iters: 20_000, max_global_rejects: 1_000_000, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { Config { cases, ..config } }
}

/// The id of this number.
pub(crate) fn id(number: u128) -> BlockId {
    BlockId(Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 + number))
}

/// The ids that [`realigned`] gives to new blocks are those from this number on.
pub(crate) const FRESH: u128 = 1_000_000;

/// A text block.
pub(crate) fn text(number: u128, text: &str) -> Block {
    Block::leaf(id(number), Content::Text(TextContent { tokens: vec![Token::plain(text)], ..TextContent::default() }))
}

/// A text block with others below it.
pub(crate) fn parent(number: u128, says: &str, below: Vec<Block>) -> Block {
    Block { children: vec![below], ..text(number, says) }
}

/// A group block.
pub(crate) fn group(number: u128, below: Vec<Block>) -> Block {
    Block { id: id(number), content: Content::Group(GroupContent::default()), children: vec![below] }
}

/// The JSON of a text block without id.
pub(crate) fn written_text(text: &str) -> Json {
    json!({"type": "TextBlock", "tokens": [{"type": "TextToken", "text": text, "style": {}}]})
}

pub(crate) fn section() -> PropertyId {
    PropertyId::from("RootPage_content")
}

pub(crate) fn page_structure() -> Structure {
    structure_of(StructureId::BuiltIn(BuiltIn::RootPage))
}

/// The structure of this id, among those whose objects are made up.
pub(crate) fn structure_of(id: StructureId) -> Structure {
    structures().into_iter().find(|structure| structure.id == id).unwrap()
}

/// A page that says this.
pub(crate) fn page(blocks: Vec<Block>) -> Object {
    Object {
        id: ObjectId(Uuid::from_u128(0x4000_8000_0000_0000_0001)),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties: BTreeMap::new(),
        blocks: Sections::from([(section(), blocks)]),
        files: Vec::new(),
    }
}

/// What GET answers for an object.
pub(crate) fn shown(object: &Object) -> Json {
    let structure = structure_of(object.structure);
    let bytes = render_object(Shown { object, structure: &structure, updated_at: Timestamp(0), links: &[] });
    serde_json::from_slice(&bytes).unwrap()
}

/// The blocks as GET shows them.
pub(crate) fn shown_blocks(blocks: &[Block]) -> Json {
    shown(&page(blocks.to_vec()))["blocks"][section().0].take()
}

/// Reads with one of the public readers.
pub(crate) fn read<T>(
    json: &Json,
    reader: impl FnOnce(&Node<'_, '_>, &mut Reading) -> Option<T>,
) -> Result<T, Problems> {
    let mut reading = Reading::default();
    let value = reader(&Node::root(json), &mut reading);
    reading.finish(value)
}

pub(crate) fn draft(json: &Json) -> BlockDraft {
    read(json, read_block).unwrap()
}

pub(crate) fn drafts(json: &Json) -> Vec<BlockDraft> {
    read(json, read_blocks).unwrap()
}

/// Runs something that names blocks: new ones from [`FRESH`] on, sent ids free unless `taken`.
pub(crate) fn named<T>(taken: &[BlockId], run: impl FnOnce(&mut Names<'_>) -> T) -> T {
    let mut next = FRESH;
    let mut fresh = || {
        next += 1;
        id(next - 1)
    };
    run(&mut Names { fresh: &mut fresh, free: &mut |id| !taken.contains(&id) })
}

/// One list, rewritten.
pub(crate) fn realigned(current: &[Block], drafts: Vec<BlockDraft>) -> Vec<Block> {
    let mut lists = named(&[], |names| realign(&[current], vec![drafts], names));
    assert_eq!(lists.len(), 1);
    lists.remove(0)
}

/// All ids, parents before their children.
pub(crate) fn ids(blocks: &[Block]) -> Vec<BlockId> {
    let mut ids = Vec::new();
    walk_blocks(blocks, &mut |block| ids.push(block.id));
    ids
}

/// The same blocks without their ids.
pub(crate) fn anonymous(blocks: &[Block]) -> Vec<Block> {
    let bare = |block: &Block| Block {
        id: id(0),
        content: block.content.clone(),
        children: block.children.iter().map(|list| anonymous(list)).collect(),
    };
    blocks.iter().map(bare).collect()
}

/// The same blocks, none of them aligned. Reads never show the alignment, so a block that is matched without its id keeps the
/// one of whatever it was matched with, and blocks that differ in nothing else cannot be told apart.
pub(crate) fn unaligned(blocks: &[Block]) -> Vec<Block> {
    let bare = |block: &Block| {
        let mut content = block.content.clone();
        align(&mut content, None);
        let children = block.children.iter().map(|list| unaligned(list)).collect();
        Block { id: block.id, content, children }
    };
    blocks.iter().map(bare).collect()
}

/// Aligns what can be aligned.
pub(crate) fn align(content: &mut Content, alignment: Option<Alignment>) {
    match content {
        Content::Text(text) => text.alignment = alignment,
        Content::Group(group) => group.alignment = alignment,
        _ => {}
    }
}

/// The list without the blocks of these ids and what is below them.
pub(crate) fn without(blocks: &[Block], gone: &dyn Fn(BlockId) -> bool) -> Vec<Block> {
    let kept = blocks.iter().filter(|block| !gone(block.id));
    kept.map(|block| normal(block, block.children.iter().map(|list| without(list, gone)).collect())).collect()
}

/// The block with other children, in normal form: text and group blocks do not keep an empty list.
pub(crate) fn normal(block: &Block, mut children: Vec<Vec<Block>>) -> Block {
    if block.is_parent() && children.iter().all(Vec::is_empty) {
        children.clear();
    }
    Block { id: block.id, content: block.content.clone(), children }
}

/// The tree with blocks put somewhere; nothing when there is no such place.
pub(crate) fn placed(top: &[Block], parent: Option<BlockId>, position: Position, new: &[Block]) -> Option<Vec<Block>> {
    let beside = |list: &[Block], id: BlockId, after: usize| {
        let at = list.iter().position(|block| block.id == id)? + after;
        Some([&list[..at], new, &list[at..]].concat())
    };
    let at_an_end = |list: &[Block]| match position {
        Position::Start => [new, list].concat(),
        _ => [list, new].concat(),
    };
    match (parent, position) {
        (_, Position::After(id)) => somewhere(top, &|list| beside(list, id, 1)),
        (_, Position::Before(id)) => somewhere(top, &|list| beside(list, id, 0)),
        (Some(parent), _) => somewhere(top, &|list| {
            let at = list.iter().position(|block| block.id == parent && block.is_parent())?;
            let children = list[at].children.first().map_or(&[][..], Vec::as_slice);
            let block = normal(&list[at], vec![at_an_end(children)]);
            Some([&list[..at], &[block], &list[at + 1..]].concat())
        }),
        (None, _) => Some(at_an_end(top)),
    }
}

/// The tree with the one list changed that `change` knows how to.
fn somewhere(list: &[Block], change: &dyn Fn(&[Block]) -> Option<Vec<Block>>) -> Option<Vec<Block>> {
    if let Some(changed) = change(list) {
        return Some(changed);
    }
    for (at, block) in list.iter().enumerate() {
        for (column, children) in block.children.iter().enumerate() {
            if let Some(changed) = somewhere(children, change) {
                let mut children = block.children.clone();
                children[column] = changed;
                return Some([&list[..at], &[normal(block, children)], &list[at + 1..]].concat());
            }
        }
    }
    None
}
