//! Edits of an object's blocks: append, update, delete (spec/02 §12, 14, 15), and those smaller than a block or larger than its
//! content: replacing text, moving.

mod moving;
mod replace;

use std::fmt;

pub use moving::move_block;
pub use replace::{Occurrence, Replacement, replace_text};

use crate::align::{Names, realign};
use crate::block::{Block, Content, TextContent};
use crate::draft::BlockDraft;
use crate::id::{BlockId, NOTHING, PropertyId};
use crate::object::Object;
use crate::{MAX_BLOCKS, MAX_DEPTH, MAX_GROWTH};

/// Where new blocks go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// Before everything else in the section or parent.
    Start,
    /// After everything else in the section or parent.
    End,
    /// Beside a block, right after it.
    After(BlockId),
    /// Beside a block, right before it.
    Before(BlockId),
}

/// Why an edit cannot be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EditError {
    /// The object (or the named section of it) holds no block of this id.
    UnknownBlock(BlockId),
    /// Blocks of this kind take no children.
    NotAParent(&'static str),
    /// An update names another kind than the block has.
    OtherKind {
        /// The kind the block has.
        stored: &'static str,
        /// The kind that was sent.
        sent: &'static str,
    },
    /// A block would stand below itself.
    IntoItself,
    /// Blocks of this kind say nothing.
    NoText(&'static str),
    /// A text that was to be found once stands there so many times.
    NotOnce(usize),
    /// A text stands there fewer times than was asked for.
    TooFew {
        /// How many times it stands there.
        found: usize,
        /// Which of them was asked for.
        wanted: usize,
    },
    /// Texts would grow too much at once.
    TooLong,
    /// The object would hold too many blocks.
    TooMany,
    /// The blocks would nest too deep.
    TooDeep,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownBlock(id) if id.0 == NOTHING => write!(f, "There is no such block here"),
            Self::UnknownBlock(id) => write!(f, "There is no block {id} here"),
            Self::NotAParent(kind) => {
                write!(f, "A {kind} takes no children: the parent must be a TextBlock or GroupBlock")
            }
            Self::OtherKind { stored, sent } => {
                write!(f, "The type of a block cannot change: it is a {stored}, received {sent}")
            }
            Self::IntoItself => write!(f, "A block cannot stand below itself"),
            Self::NoText(kind) => write!(f, "A {kind} has no text"),
            Self::NotOnce(0) => write!(f, "There are 0 matches: the block does not say this"),
            Self::NotOnce(found) => {
                write!(f, "There are {found} matches: tell which by `occurrence`, a number from 1 or \"all\"")
            }
            Self::TooFew { found, wanted } => write!(f, "There are {found} matches, and number {wanted} was asked for"),
            Self::TooLong => write!(f, "Too big: replacements make texts at most {MAX_GROWTH} bytes longer"),
            Self::TooMany => write!(f, "Too big: an object holds at most {MAX_BLOCKS} blocks"),
            Self::TooDeep => write!(f, "Too deep: blocks nest at most {MAX_DEPTH} levels"),
        }
    }
}

impl std::error::Error for EditError {}

/// Whether a section holds nothing but the one empty text block that every new object begins with.
#[must_use]
pub fn is_lone_empty(list: &[Block]) -> bool {
    matches!(list, [block] if block.children.is_empty() && block.content == Content::Text(TextContent::default()))
}

/// Puts new blocks into a section, under a parent or beside a block. The lone empty text block of a new object gives way to
/// what is put before or after everything else. After an error the object may be half-edited: it must be given up.
pub fn append(
    object: &mut Object,
    section: &PropertyId,
    parent: Option<BlockId>,
    position: Position,
    blocks: Vec<Block>,
) -> Result<(), EditError> {
    let gives_way = parent.is_none() && matches!(position, Position::Start | Position::End) && !blocks.is_empty();
    if let Some(top) = object.blocks.get_mut(section).filter(|top| gives_way && is_lone_empty(top)) {
        top.clear();
    }
    place(object, section, parent, position, blocks)?;
    check_limits(object)
}

/// Puts blocks somewhere, whatever becomes of the limits.
fn place(
    object: &mut Object,
    section: &PropertyId,
    parent: Option<BlockId>,
    position: Position,
    blocks: Vec<Block>,
) -> Result<(), EditError> {
    let top = object.blocks.entry(section.clone()).or_default();
    let (list, index) = match (parent, position) {
        (_, Position::After(id)) => {
            let (list, index) = list_of(top, id).ok_or(EditError::UnknownBlock(id))?;
            (list, index + 1)
        }
        (_, Position::Before(id)) => list_of(top, id).ok_or(EditError::UnknownBlock(id))?,
        (parent, Position::Start | Position::End) => {
            let list = match parent {
                Some(id) => children_of(top, id)?,
                None => top,
            };
            let index = if position == Position::Start { 0 } else { list.len() };
            (list, index)
        }
    };
    list.splice(index..index, blocks);
    if let Some(parent) = parent.and_then(|id| find_mut(top_of(object, section), id)) {
        parent.normalise();
    }
    Ok(())
}

/// Replaces the content of a block: what the draft left out stays, `null` removes, children are replaced when given. After an
/// error the object may be half-edited: it must be given up.
pub fn update_block(
    object: &mut Object,
    section: Option<&PropertyId>,
    id: BlockId,
    draft: BlockDraft,
    names: &mut Names<'_>,
) -> Result<(), EditError> {
    let block = sections_mut(object, section).find_map(|list| find_mut(list, id)).ok_or(EditError::UnknownBlock(id))?;
    block.content = draft
        .updated(&block.content)
        .ok_or(EditError::OtherKind { stored: block.content.kind(), sent: draft.content.kind() })?;
    if let Some(children) = draft.children {
        let current: Vec<_> = block.children.iter().map(Vec::as_slice).collect();
        block.children = realign(&current, children, names);
        block.normalise();
    }
    check_limits(object)
}

/// Removes a block with everything below it.
pub fn delete_block(object: &mut Object, id: BlockId) -> Result<(), EditError> {
    take_block(object, id).map(|_| ()).ok_or(EditError::UnknownBlock(id))
}

/// Takes a block out, with everything below it.
fn take_block(object: &mut Object, id: BlockId) -> Option<Block> {
    object.blocks.values_mut().find_map(|list| take(list, id))
}

fn take(list: &mut Vec<Block>, id: BlockId) -> Option<Block> {
    if let Some(index) = list.iter().position(|block| block.id == id) {
        return Some(list.remove(index));
    }
    list.iter_mut().find_map(|block| {
        let taken = block.children.iter_mut().find_map(|list| take(list, id))?;
        block.normalise();
        Some(taken)
    })
}

fn check_limits(object: &Object) -> Result<(), EditError> {
    if object.block_count() > MAX_BLOCKS {
        return Err(EditError::TooMany);
    }
    if object.depth() > MAX_DEPTH {
        return Err(EditError::TooDeep);
    }
    Ok(())
}

fn top_of<'o>(object: &'o mut Object, section: &PropertyId) -> &'o mut [Block] {
    object.blocks.get_mut(section).map_or(&mut [], Vec::as_mut_slice)
}

fn sections_mut<'o>(object: &'o mut Object, section: Option<&PropertyId>) -> impl Iterator<Item = &'o mut Vec<Block>> {
    object.blocks.iter_mut().filter(move |(id, _)| section.is_none_or(|wanted| wanted == *id)).map(|(_, list)| list)
}

fn find_mut(list: &mut [Block], id: BlockId) -> Option<&mut Block> {
    list.iter_mut().find_map(|block| {
        if block.id == id {
            return Some(block);
        }
        block.children.iter_mut().find_map(|list| find_mut(list, id))
    })
}

fn children_of(top: &mut [Block], id: BlockId) -> Result<&mut Vec<Block>, EditError> {
    let parent = find_mut(top, id).ok_or(EditError::UnknownBlock(id))?;
    if !parent.is_parent() {
        return Err(EditError::NotAParent(parent.content.kind()));
    }
    if parent.children.is_empty() {
        parent.children.push(Vec::new());
    }
    Ok(&mut parent.children[0])
}

/// The list that directly holds a block, and its place there.
fn list_of(list: &mut Vec<Block>, id: BlockId) -> Option<(&mut Vec<Block>, usize)> {
    if let Some(index) = list.iter().position(|block| block.id == id) {
        return Some((list, index));
    }
    list.iter_mut().find_map(|block| block.children.iter_mut().find_map(|children| list_of(children, id)))
}
