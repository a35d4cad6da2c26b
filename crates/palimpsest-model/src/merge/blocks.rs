//! Block trees, by block id over all sections of an object.

use std::collections::{BTreeSet, HashSet};

use super::Three;
use super::dispute::Dispute;
use super::outcome::Outcome;
use super::tree::{Home, Sections, Tree};
use crate::id::BlockId;

/// Inserts, deletes, moves and edits of different blocks commute. They collide where a block is moved to two places or into
/// itself, where one side deletes what the other side touches, and where both change one block differently.
pub(super) fn merge(sections: Three<&Sections>, conflicts: &mut BTreeSet<String>) -> Sections {
    if let Some(settled) = sections.settled() {
        return settled.clone();
    }
    let versions = Versions::of(sections);
    let dispute = Dispute::between(&versions);
    conflicts.extend(dispute.paths(&versions));
    Outcome::of(&versions, &dispute).sections(sections)
}

/// What one side made of the blocks.
pub(super) struct Side<'o> {
    pub(super) tree: Tree<'o>,
    pub(super) moved: HashSet<BlockId>,
}

pub(super) struct Versions<'o> {
    pub(super) base: Tree<'o>,
    pub(super) theirs: Side<'o>,
    pub(super) mine: Side<'o>,
}

impl<'o> Versions<'o> {
    fn of(sections: Three<&'o Sections>) -> Self {
        let Three { base, theirs, mine } = sections.map(Tree::of);
        let side = |tree: Tree<'o>| Side { moved: tree.moved_since(&base), tree };
        Self { theirs: side(theirs), mine: side(mine), base }
    }

    /// Each side with the other one.
    pub(super) fn sides(&self) -> [(&Side<'o>, &Side<'o>); 2] {
        [(&self.theirs, &self.mine), (&self.mine, &self.theirs)]
    }

    /// Whether a side put the block where it is: moved it there or made it.
    pub(super) fn is_put(&self, side: &Side<'o>, id: BlockId) -> bool {
        side.moved.contains(&id) || !self.base.has(id)
    }

    /// Where a block goes that both sides have, unless there is a dispute about it.
    pub(super) fn wish(&self, id: BlockId) -> Option<Home<'o>> {
        let (theirs, mine) = (self.theirs.tree.nodes.get(&id)?, self.mine.tree.nodes.get(&id)?);
        let by_mine = self.is_put(&self.mine, id) && !self.is_put(&self.theirs, id);
        Some(if by_mine { mine.home } else { theirs.home })
    }
}
