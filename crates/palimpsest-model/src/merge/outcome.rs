//! The merged tree: every block that stays, with its content and its one place. It is a tree whatever the dispute, because
//! what is in dispute stands as in theirs, and all circles are in dispute.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::blocks::Versions;
use super::content::Shape;
use super::dispute::Dispute;
use super::tree::{Home, Sections};
use super::weave::weave;
use super::{By, Three};
use crate::block::{Block, Content};
use crate::id::BlockId;

pub(super) struct Outcome<'v, 'o> {
    versions: &'v Versions<'o>,
    dispute: &'v Dispute,
    lists: HashMap<Home<'o>, Vec<BlockId>>,
    /// How many lists are in use below a block.
    used: HashMap<BlockId, usize>,
}

impl<'v, 'o> Outcome<'v, 'o> {
    pub(super) fn of(versions: &'v Versions<'o>, dispute: &'v Dispute) -> Self {
        let places = places(versions, dispute);
        let mut used: HashMap<BlockId, usize> = HashMap::new();
        let mut homes = HashSet::new();
        for (home, _) in places.values() {
            homes.insert(*home);
            if let Home::Under(parent, list) = home {
                let used = used.entry(*parent).or_default();
                *used = (*used).max(list + 1);
            }
        }
        let woven = |home: Home<'o>| {
            let lists = Three {
                base: versions.base.list(home),
                theirs: versions.theirs.tree.list(home),
                mine: versions.mine.tree.list(home),
            };
            let placed = |id| places.get(&id).filter(|(place, _)| *place == home).map(|(_, by)| *by);
            (home, weave(lists, &placed))
        };
        let lists = homes.into_iter().map(woven).collect();
        Self { versions, dispute, lists, used }
    }

    pub(super) fn sections(&self, sections: Three<&'o Sections>) -> Sections {
        let ids: BTreeSet<_> = sections.theirs.keys().chain(sections.mine.keys()).collect();
        let stays = |id| {
            let is_everywhere = sections.theirs.contains_key(id) && sections.mine.contains_key(id);
            is_everywhere || !sections.base.contains_key(id) || self.lists.contains_key(&Home::Section(id))
        };
        let list = |id| (Clone::clone(id), self.list(Home::Section(id)));
        ids.into_iter().filter(|id| stays(*id)).map(list).collect()
    }

    fn list(&self, home: Home<'o>) -> Vec<Block> {
        self.lists.get(&home).into_iter().flatten().filter_map(|id| self.block(*id)).collect()
    }

    fn block(&self, id: BlockId) -> Option<Block> {
        let (content, shape) = self.content(id)?;
        // Columns count even when they are empty; a lone empty list does not.
        let columns = if let Shape::Columns(count) = shape { count } else { 0 };
        let lists = columns.max(self.used.get(&id).copied().unwrap_or(0));
        let mut block =
            Block { id, content, children: (0..lists).map(|list| self.list(Home::Under(id, list))).collect() };
        block.normalise();
        Some(block)
    }

    fn content(&self, id: BlockId) -> Option<(Content, Shape)> {
        if let Some(settled) = self.dispute.settled.get(&id) {
            return Some(settled.clone());
        }
        let trees = [&self.versions.theirs.tree, &self.versions.mine.tree];
        let node = trees.into_iter().find_map(|tree| tree.nodes.get(&id))?;
        Some((node.block.content.clone(), node.shape()))
    }
}

/// Where each block goes that is in the merge, and who put it there.
fn places<'o>(versions: &Versions<'o>, dispute: &Dispute) -> HashMap<BlockId, (Home<'o>, By)> {
    let mut places = HashMap::new();
    let kept = kept(versions, dispute);
    for (id, node) in &versions.theirs.tree.nodes {
        let is_here = versions.mine.tree.has(*id) || !versions.base.has(*id) || kept.contains(id);
        if is_here {
            let home = home(versions, dispute, *id).unwrap_or(node.home);
            let by = match (versions.is_put(&versions.theirs, *id), versions.is_put(&versions.mine, *id)) {
                (true, _) => By::Theirs,
                (false, true) if versions.mine.tree.has(*id) && !dispute.place.contains(id) => By::Mine,
                _ => By::Base,
            };
            places.insert(*id, (home, by));
        }
    }
    for (id, node) in &versions.mine.tree.nodes {
        if !versions.theirs.tree.has(*id) && !versions.base.has(*id) && is_rooted(versions, dispute, *id) {
            places.insert(*id, (node.home, By::Mine));
        }
    }
    places
}

/// Where a block goes that both sides have; nothing if that is where theirs has it, for want of agreement.
fn home<'o>(versions: &Versions<'o>, dispute: &Dispute, id: BlockId) -> Option<Home<'o>> {
    versions.wish(id).filter(|_| !dispute.place.contains(&id))
}

/// Whether what mine made has a place: it is not in dispute, nor is anything of mine's that it stands below.
fn is_rooted(versions: &Versions<'_>, dispute: &Dispute, id: BlockId) -> bool {
    let mut next = Some(id);
    while let Some(id) = next.filter(|id| !versions.theirs.tree.has(*id)) {
        if dispute.place.contains(&id) || versions.base.has(id) {
            return false;
        }
        next = versions.mine.tree.nodes.get(&id).and_then(|node| node.home.parent());
    }
    true
}

/// What mine deleted and the merge keeps: a subtree with anything in dispute in it, and what such a subtree stands in.
fn kept(versions: &Versions<'_>, dispute: &Dispute) -> HashSet<BlockId> {
    let (theirs, mine) = (&versions.theirs.tree, &versions.mine.tree);
    let is_deleted = |id: &BlockId| versions.base.has(*id) && theirs.has(*id) && !mine.has(*id);
    let mut open: Vec<BlockId> = dispute.content.iter().chain(&dispute.place).copied().filter(is_deleted).collect();
    for (id, node) in &theirs.nodes {
        if mine.has(*id) || !versions.base.has(*id) {
            let home = home(versions, dispute, *id).unwrap_or(node.home);
            open.extend(home.parent().filter(is_deleted));
        }
    }
    let mut kept = HashSet::new();
    while let Some(id) = open.pop() {
        if !kept.insert(id) {
            continue;
        }
        let above = [&versions.base, theirs].into_iter().filter_map(|tree| tree.nodes.get(&id)?.home.parent());
        let below = versions.base.nodes.get(&id).into_iter().flat_map(|node| node.block.children.iter().flatten());
        open.extend(above.chain(below.map(|block| block.id)).filter(is_deleted));
    }
    kept
}
