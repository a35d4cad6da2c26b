//! Random edits of objects, and the histories they make.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::{Index, select};
use proptest::strategy::Union;
use serde_json::{Value as Json, json};

use super::blocks::{Tree, Whose, colors, planted, texts, token_lists_of, trees};
use super::ids::{Ids, seeds};
use super::objects::{collections, objects_of, settable, structures};
use super::written::{drafts, written, written_tokens};
use crate::MAX_GROWTH;
use crate::align::{Names, realign};
use crate::block::{Block, Content};
use crate::color::Color;
use crate::draft::read_block;
use crate::edit::{Occurrence, Position, Replacement, append, delete_block, move_block, replace_text, update_block};
use crate::id::{BlockId, CollectionId, PropertyId};
use crate::object::Object;
use crate::reader::{Node, Reading};
use crate::structure::Structure;
use crate::token::Token;
use crate::value::Value;

/// The versions of objects, oldest first: a first one and up to `max` edits applied in turn. Neighbours differ; an edit that
/// cannot be made or changes nothing makes no version.
pub fn histories(max: usize) -> BoxedStrategy<Vec<Object>> {
    Union::new(structures().iter().map(|structure| {
        (objects_of(structure), vec(edits(structure), 1..=max.max(1)))
            .prop_map(|(first, edits)| {
                let mut versions = vec![first];
                for edit in edits {
                    if let Some(last) = versions.last()
                        && let Some(next) = edit.apply(last).filter(|next| next != last)
                    {
                        versions.push(next);
                    }
                }
                versions
            })
            .boxed()
    }))
    .boxed()
}

/// An edit of an object; what it is about is chosen when it is applied, so it fits every object of its structure.
#[derive(Clone, Debug)]
pub struct Edit {
    seed: u64,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Append { section: Index, place: Place, beside: Index, blocks: Vec<Tree> },
    Update { block: Index, fields: Fields, children: Option<Vec<Tree>> },
    Delete { block: Index },
    Move { block: Index, place: Place, beside: Index },
    Replace { block: Index, from: Index, text: String },
    Rewrite { section: Index, ids: bool, changes: Vec<Change> },
    Set { id: PropertyId, value: Value },
    Clear { id: PropertyId },
    Collections(Vec<CollectionId>),
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Start,
    End,
    StartOfParent,
    EndOfParent,
    After,
    Before,
}

/// What an update writes; each kind of block takes what it knows.
#[derive(Clone, Debug)]
struct Fields {
    tokens: Vec<Token>,
    text: String,
    todo: Option<bool>,
    color: Option<Color>,
}

/// A change of the top level of a list that is about to be written back.
#[derive(Clone, Debug)]
enum Change {
    Drop(Index),
    Insert(Index, Tree),
    Swap(Index, Index),
    Retext(Index, Vec<Token>),
    /// Puts one block under another.
    Nest(Index, Index),
}

/// Edits of objects of a structure.
pub fn edits(structure: &Structure) -> BoxedStrategy<Edit> {
    let index = any::<Index>;
    let places =
        [Place::Start, Place::End, Place::StartOfParent, Place::EndOfParent, Place::After, Place::Before].as_slice();
    let lists = || vec(trees(Whose::Written), 0..3);
    let kind = prop_oneof![
        3 => (index(), select(places), index(), lists())
            .prop_map(|(section, place, beside, blocks)| Kind::Append { section, place, beside, blocks }),
        3 => (index(), fields(), option::weighted(0.2, lists()))
            .prop_map(|(block, fields, children)| Kind::Update { block, fields, children }),
        2 => index().prop_map(|block| Kind::Delete { block }),
        2 => (index(), select(places), index())
            .prop_map(|(block, place, beside)| Kind::Move { block, place, beside }),
        1 => (index(), index(), texts()).prop_map(|(block, from, text)| Kind::Replace { block, from, text }),
        2 => (index(), any::<bool>(), vec(changes(), 0..3))
            .prop_map(|(section, ids, changes)| Kind::Rewrite { section, ids, changes }),
        2 => set(structure),
        1 => cleared(structure),
        1 => collections().prop_map(Kind::Collections),
    ];
    (seeds(), kind).prop_map(|(seed, kind)| Edit { seed, kind }).boxed()
}

fn set(structure: &Structure) -> BoxedStrategy<Kind> {
    Union::new(
        settable(structure)
            .into_iter()
            .map(|(id, value)| value.prop_map(move |value| Kind::Set { id: id.clone(), value }).boxed()),
    )
    .boxed()
}

fn cleared(structure: &Structure) -> BoxedStrategy<Kind> {
    let ids: Vec<_> = settable(structure).into_iter().map(|(id, _)| id).collect();
    select(ids).prop_map(|id| Kind::Clear { id }).boxed()
}

fn fields() -> BoxedStrategy<Fields> {
    (token_lists_of(Whose::Written), texts(), option::of(any::<bool>()), option::of(colors()))
        .prop_map(|(tokens, text, todo, color)| Fields { tokens, text, todo, color })
        .boxed()
}

fn changes() -> BoxedStrategy<Change> {
    let index = any::<Index>;
    prop_oneof![
        index().prop_map(Change::Drop),
        (index(), trees(Whose::Written)).prop_map(|(at, tree)| Change::Insert(at, tree)),
        (index(), index()).prop_map(|(one, other)| Change::Swap(one, other)),
        (index(), token_lists_of(Whose::Written)).prop_map(|(at, tokens)| Change::Retext(at, tokens)),
        (index(), index()).prop_map(|(child, parent)| Change::Nest(child, parent)),
    ]
    .boxed()
}

impl Edit {
    /// The object after the edit; nothing when it cannot be made.
    #[must_use]
    pub fn apply(&self, object: &Object) -> Option<Object> {
        let mut next = object.clone();
        let mut ids = Ids::new(self.seed);
        match &self.kind {
            Kind::Append { section, place, beside, blocks } => {
                let section = section_of(object, section)?;
                let anchor = block_of(object.blocks.get(&section)?, beside).map(|block| block.id);
                let (parent, position) = place.beside(anchor)?;
                append(&mut next, &section, parent, position, planted(blocks.clone(), &mut ids)).ok()?;
            }
            Kind::Update { block, fields, children } => {
                let sections: Vec<_> = object.blocks.values().flatten().collect();
                let block = block_of(sections, block)?;
                let children = children.clone().map(|trees| planted(trees, &mut ids));
                let json = update(block, fields, children.as_deref());
                let mut reading = Reading::default();
                let draft = read_block(&Node::root(&json), &mut reading)?;
                with_names(object, &mut ids, |names| update_block(&mut next, None, block.id, draft, names)).ok()?;
            }
            Kind::Delete { block } => {
                let sections: Vec<_> = object.blocks.values().flatten().collect();
                delete_block(&mut next, block_of(sections, block)?.id).ok()?;
            }
            Kind::Move { block, place, beside } => {
                let sections: Vec<_> = object.blocks.values().flatten().collect();
                let block = block_of(sections.iter().copied(), block)?;
                let anchor = block_of(sections, beside)?.id;
                let (section, _) = object.find_block(anchor)?;
                let (parent, position) = place.beside(Some(anchor))?;
                move_block(&mut next, block.id, section, parent, position).ok()?;
            }
            Kind::Replace { block, from, text } => {
                let sections: Vec<_> = object.blocks.values().flatten().collect();
                let block = block_of(sections, block)?;
                let find = letter_of(block, from)?.to_string();
                let replacement = Replacement { find, replace: text.clone(), occurrence: Occurrence::All };
                replace_text(&mut next, block.id, &replacement, &mut MAX_GROWTH.clone()).ok()?;
            }
            Kind::Rewrite { section, ids: with_ids, changes } => {
                let section = section_of(object, section)?;
                let current = object.blocks.get(&section)?;
                let Json::Array(mut list) = written(current, *with_ids) else { return None };
                changes.iter().for_each(|change| change.apply(&mut list, &mut ids));
                let drafts = drafts(&Json::Array(list)).ok()?;
                let lists = with_names(object, &mut ids, |names| realign(&[current], vec![drafts], names));
                next.blocks.insert(section, lists.into_iter().next()?);
            }
            Kind::Set { id, value } => {
                next.properties.insert(id.clone(), value.clone());
            }
            Kind::Clear { id } => {
                next.properties.remove(id);
            }
            Kind::Collections(collections) => next.collections.clone_from(collections),
        }
        Some(next)
    }
}

impl Place {
    /// The place in the words of the model; nothing when it is one beside a block and there is none.
    fn beside(self, anchor: Option<BlockId>) -> Option<(Option<BlockId>, Position)> {
        Some(match self {
            Self::Start => (None, Position::Start),
            Self::End => (None, Position::End),
            Self::StartOfParent => (Some(anchor?), Position::Start),
            Self::EndOfParent => (Some(anchor?), Position::End),
            Self::After => (None, Position::After(anchor?)),
            Self::Before => (None, Position::Before(anchor?)),
        })
    }
}

/// A letter that a block says.
fn letter_of(block: &Block, index: &Index) -> Option<char> {
    let text = match &block.content {
        Content::Text(content) => content.tokens.iter().map(Token::text).collect(),
        Content::Code { text, .. } | Content::Math { text, .. } => text.clone(),
        _ => String::new(),
    };
    let letters: Vec<_> = text.chars().collect();
    (!letters.is_empty()).then(|| letters[index.index(letters.len())])
}

impl Change {
    fn apply(&self, list: &mut Vec<Json>, ids: &mut Ids) {
        let count = list.len();
        if count == 0 && !matches!(self, Self::Insert(..)) {
            return;
        }
        match self {
            Self::Drop(at) => {
                list.remove(at.index(count));
            }
            Self::Insert(at, tree) => {
                if let Json::Array(new) = written(&planted(vec![tree.clone()], ids), false) {
                    let at = at.index(count + 1);
                    list.splice(at..at, new);
                }
            }
            Self::Swap(one, other) => list.swap(one.index(count), other.index(count)),
            Self::Retext(at, tokens) => {
                if let Some(block) = list[at.index(count)].as_object_mut().filter(|block| block.contains_key("tokens"))
                {
                    block.insert("tokens".to_owned(), written_tokens(tokens));
                }
            }
            Self::Nest(child, parent) => {
                let (child, parent) = (child.index(count), parent.index(count));
                if child != parent && list[parent].get("blocks").is_some_and(Json::is_array) {
                    let moved = list[child].take();
                    if let Some(children) = list[parent].get_mut("blocks").and_then(Json::as_array_mut) {
                        children.push(moved);
                    }
                    list.remove(child);
                }
            }
        }
    }
}

/// The JSON of an update of `block`: a to-do or colour that is `None` is written as `null`, everything else is left out.
fn update(block: &Block, fields: &Fields, children: Option<&[Block]>) -> Json {
    let color = fields.color.map(|color| color.as_str());
    let todo = fields.todo.map(|done| json!({"isDone": done}));
    let mut json = match block.content.kind() {
        "TextBlock" => json!({"tokens": written_tokens(&fields.tokens), "todo": todo, "colorTheme": color}),
        "GroupBlock" => json!({"todo": todo, "colorTheme": color}),
        "GridBlock" => json!({"dividers": [0.5], "colorTheme": color}),
        "CodeBlock" => json!({"lang": "rust", "text": fields.text}),
        "MathBlock" => json!({"text": fields.text}),
        "EntityBlock" => json!({"entityId": null}),
        _ => json!({}),
    };
    json["type"] = block.content.kind().into();
    match (children, block.content.kind()) {
        (Some(children), "TextBlock" | "GroupBlock") => json["blocks"] = written(children, false),
        (Some(children), "GridBlock") => json["columns"] = json!([written(children, false), []]),
        _ => {}
    }
    json
}

fn section_of(object: &Object, index: &Index) -> Option<PropertyId> {
    let sections: Vec<_> = object.blocks.keys().collect();
    (!sections.is_empty()).then(|| sections[index.index(sections.len())].clone())
}

fn block_of<'b>(blocks: impl IntoIterator<Item = &'b Block>, index: &Index) -> Option<&'b Block> {
    let mut all = Vec::new();
    for block in blocks {
        crate::block::walk_blocks(std::slice::from_ref(block), &mut |block| all.push(block));
    }
    (!all.is_empty()).then(|| all[index.index(all.len())])
}

/// Names new blocks from `ids`; a sent id is free when no block of the object has it.
fn with_names<T>(object: &Object, ids: &mut Ids, run: impl FnOnce(&mut Names<'_>) -> T) -> T {
    let mut free = |id: BlockId| object.find_block(id).is_none();
    run(&mut Names { fresh: &mut || ids.block(), free: &mut free })
}
