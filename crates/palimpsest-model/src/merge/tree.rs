//! The blocks of one version, found by id and by the list they stand in.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::content::Shape;
use crate::block::Block;
use crate::diff::out_of_order;
use crate::id::{BlockId, PropertyId};

/// The sections of an object.
pub(super) type Sections = BTreeMap<PropertyId, Vec<Block>>;

/// The list a block stands in. A list below a block goes where the block goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Home<'o> {
    Section(&'o PropertyId),
    Under(BlockId, usize),
}

impl Home<'_> {
    pub(super) fn parent(self) -> Option<BlockId> {
        if let Self::Under(parent, _) = self { Some(parent) } else { None }
    }
}

/// A block and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Node<'o> {
    pub(super) home: Home<'o>,
    pub(super) section: &'o PropertyId,
    pub(super) block: &'o Block,
}

impl Node<'_> {
    pub(super) fn shape(&self) -> Shape {
        Shape::of(self.block)
    }
}

#[derive(Default)]
pub(super) struct Tree<'o> {
    pub(super) nodes: HashMap<BlockId, Node<'o>>,
    pub(super) lists: HashMap<Home<'o>, Vec<BlockId>>,
}

impl<'o> Tree<'o> {
    pub(super) fn of(sections: &'o Sections) -> Self {
        let mut tree = Self::default();
        for (section, list) in sections {
            tree.add(Home::Section(section), section, list);
        }
        tree
    }

    fn add(&mut self, home: Home<'o>, section: &'o PropertyId, list: &'o [Block]) {
        self.lists.insert(home, list.iter().map(|block| block.id).collect());
        for block in list {
            self.nodes.insert(block.id, Node { home, section, block });
            for (index, children) in block.children.iter().enumerate() {
                self.add(Home::Under(block.id, index), section, children);
            }
        }
    }

    pub(super) fn has(&self, id: BlockId) -> bool {
        self.nodes.contains_key(&id)
    }

    pub(super) fn list(&self, home: Home<'o>) -> &[BlockId] {
        self.lists.get(&home).map_or(&[], Vec::as_slice)
    }

    /// The blocks of `base` that stand elsewhere here: in another list, or out of order.
    pub(super) fn moved_since(&self, base: &Self) -> HashSet<BlockId> {
        let went = |(id, node): (&BlockId, &Node<'o>)| {
            base.nodes.get(id).is_some_and(|old| old.home != node.home).then_some(*id)
        };
        let mut moved: HashSet<BlockId> = self.nodes.iter().filter_map(went).collect();
        for (home, list) in &self.lists {
            moved.extend(out_of_order(base.list(*home), list));
        }
        moved
    }
}
