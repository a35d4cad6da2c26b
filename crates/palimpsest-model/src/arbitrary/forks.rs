//! Two versions that come from one.

use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::{Index, select};
use proptest::strategy::Union;

use super::edits::{Edit, edits};
use super::objects::{objects_of, structures};
use crate::block::{Block, Content, walk_blocks};
use crate::id::{BlockId, PropertyId};
use crate::object::Object;
use crate::structure::Structure;
use crate::token::Token;

/// An object and two versions of it, each made by up to some edits, moves and changes of words.
#[derive(Clone, Debug)]
pub struct Fork {
    /// What all three are.
    pub structure: Structure,
    /// What both come from.
    pub base: Object,
    /// What one side made of it.
    pub theirs: Object,
    /// What the other side made of it.
    pub mine: Object,
}

/// Forks with up to `max` changes on each side; a change that cannot be made is left out.
pub fn forks(max: usize) -> BoxedStrategy<Fork> {
    Union::new(structures().into_iter().map(|structure| {
        let side = || vec(steps(&structure), 0..=max);
        (objects_of(&structure), side(), side())
            .prop_map(move |(base, theirs, mine)| Fork {
                theirs: after(&base, &theirs),
                mine: after(&base, &mine),
                structure: structure.clone(),
                base,
            })
            .boxed()
    }))
    .boxed()
}

fn after(base: &Object, steps: &[Step]) -> Object {
    steps.iter().fold(base.clone(), |object, step| step.apply(&object).unwrap_or(object))
}

#[derive(Clone, Debug)]
enum Step {
    Edit(Edit),
    /// Takes a block with what is below it to another list, or elsewhere in its own.
    Move {
        block: Index,
        to: Index,
        at: Index,
    },
    /// Puts a word in the place of another.
    Reword {
        block: Index,
        word: Index,
        by: &'static str,
    },
}

fn steps(structure: &Structure) -> BoxedStrategy<Step> {
    let index = any::<Index>;
    prop_oneof![
        3 => edits(structure).prop_map(Step::Edit),
        2 => (index(), index(), index()).prop_map(|(block, to, at)| Step::Move { block, to, at }),
        1 => (index(), index(), select(&["", "x", "three"][..]))
            .prop_map(|(block, word, by)| Step::Reword { block, word, by }),
    ]
    .boxed()
}

impl Step {
    fn apply(&self, object: &Object) -> Option<Object> {
        match self {
            Self::Edit(edit) => edit.apply(object),
            Self::Move { block, to, at } => {
                let ids = ids(object, |_| true);
                let id = ids.get(chosen(block, ids.len())?)?;
                let mut next = object.clone();
                let taken = next.blocks.values_mut().find_map(|list| take(list, *id))?;
                let lists = lists(&next);
                let list = list_mut(&mut next, lists.get(chosen(to, lists.len())?)?)?;
                list.insert(at.index(list.len() + 1), taken);
                Some(next)
            }
            Self::Reword { block, word, by } => {
                let ids = ids(object, |block| matches!(block.content, Content::Text(_)));
                let id = *ids.get(chosen(block, ids.len())?)?;
                let mut next = object.clone();
                let block = next.blocks.values_mut().find_map(|list| find_mut(list, id))?;
                let Content::Text(text) = &mut block.content else { return None };
                let Some(Token::Text { text, .. }) = text.tokens.first_mut() else { return None };
                let mut words: Vec<&str> = text.split(' ').collect();
                let at = word.index(words.len());
                words[at] = by;
                *text = words.join(" ");
                Some(next)
            }
        }
    }
}

fn chosen(index: &Index, count: usize) -> Option<usize> {
    (count > 0).then(|| index.index(count))
}

fn ids(object: &Object, wanted: impl Fn(&Block) -> bool) -> Vec<BlockId> {
    let mut ids = Vec::new();
    object.walk(&mut |block| {
        if wanted(block) {
            ids.push(block.id);
        }
    });
    ids
}

/// A section, or a list below a block.
enum ListName {
    Section(PropertyId),
    Under(BlockId, usize),
}

fn lists(object: &Object) -> Vec<ListName> {
    let mut lists: Vec<_> = object.blocks.keys().cloned().map(ListName::Section).collect();
    for list in object.blocks.values() {
        walk_blocks(list, &mut |block| {
            let count = if block.is_parent() { 1 } else { block.children.len() };
            lists.extend((0..count).map(|list| ListName::Under(block.id, list)));
        });
    }
    lists
}

fn list_mut<'o>(object: &'o mut Object, name: &ListName) -> Option<&'o mut Vec<Block>> {
    match name {
        ListName::Section(id) => object.blocks.get_mut(id),
        ListName::Under(id, list) => {
            let block = object.blocks.values_mut().find_map(|list| find_mut(list, *id))?;
            if block.children.is_empty() {
                block.children.push(Vec::new());
            }
            block.children.get_mut(*list)
        }
    }
}

fn find_mut(list: &mut [Block], id: BlockId) -> Option<&mut Block> {
    list.iter_mut().find_map(|block| {
        if block.id == id {
            return Some(block);
        }
        block.children.iter_mut().find_map(|list| find_mut(list, id))
    })
}

fn take(list: &mut Vec<Block>, id: BlockId) -> Option<Block> {
    if let Some(at) = list.iter().position(|block| block.id == id) {
        return Some(list.remove(at));
    }
    list.iter_mut().find_map(|block| {
        let taken = block.children.iter_mut().find_map(|list| take(list, id))?;
        block.normalise();
        Some(taken)
    })
}
