//! What of the blocks both sides changed differently. It is the same whichever side is called theirs.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Three;
use super::blocks::{Side, Versions};
use super::content::{Shape, merge as merge_content};
use super::tree::{Home, Tree};
use crate::block::Content;
use crate::id::BlockId;

#[derive(Default)]
pub(super) struct Dispute {
    /// Blocks whose content both changed, or one changed and the other deleted.
    pub(super) content: BTreeSet<BlockId>,
    /// Blocks that were moved or made where they cannot be for the other side.
    pub(super) place: BTreeSet<BlockId>,
    /// Blocks whose deletion would take along what cannot leave them.
    deletion: BTreeSet<BlockId>,
    /// The content of blocks that both sides have and that is in no dispute.
    pub(super) settled: HashMap<BlockId, (Content, Shape)>,
}

impl Dispute {
    pub(super) fn between(versions: &Versions<'_>) -> Self {
        let mut dispute = Self::default();
        dispute.compare_contents(versions);
        dispute.compare_places(versions);
        loop {
            let before = (dispute.content.len(), dispute.place.len());
            dispute.look_under_what_is_gone(versions);
            dispute.look_for_circles(versions);
            if before == (dispute.content.len(), dispute.place.len()) {
                break;
            }
        }
        dispute.look_for_kept_parents(versions);
        dispute
    }

    pub(super) fn paths(&self, versions: &Versions<'_>) -> Vec<String> {
        let path = |id: &BlockId, what: &str| {
            let sides = [&versions.theirs, &versions.mine].map(|side| side.tree.nodes.get(id));
            let section = versions.base.nodes.get(id).or(sides.into_iter().flatten().min_by_key(|node| node.section));
            section.map(|node| format!("blocks.{}.{id}.{what}", node.section))
        };
        let place = |id: &BlockId| path(id, if versions.base.has(*id) { "position" } else { "inserted" });
        let content = self.content.iter().filter_map(|id| path(id, "content"));
        let deletion = self.deletion.iter().filter_map(|id| path(id, "deleted"));
        content.chain(self.place.iter().filter_map(place)).chain(deletion).collect()
    }

    fn compare_contents(&mut self, versions: &Versions<'_>) {
        for (id, base) in &versions.base.nodes {
            let sides = [&versions.theirs, &versions.mine].map(|side| side.tree.nodes.get(id));
            match sides {
                [Some(theirs), Some(mine)] => {
                    let blocks = Three { base: base.block, theirs: theirs.block, mine: mine.block };
                    match merge_content(blocks) {
                        Some(content) => _ = self.settled.insert(*id, content),
                        None => _ = self.content.insert(*id),
                    }
                }
                [Some(left), None] | [None, Some(left)] => {
                    if left.block.content != base.block.content || left.shape() != base.shape() {
                        self.content.insert(*id);
                    }
                }
                [None, None] => {}
            }
        }
    }

    /// Moves of one block by both sides, moves of deleted blocks, and blocks that both sides made.
    fn compare_places(&mut self, versions: &Versions<'_>) {
        let mut together: HashMap<Home<'_>, HashSet<BlockId>> = HashMap::new();
        for (id, theirs) in &versions.theirs.tree.nodes {
            let Some(mine) = versions.mine.tree.nodes.get(id) else { continue };
            if versions.is_put(&versions.theirs, *id) && versions.is_put(&versions.mine, *id) {
                let is_same_block = versions.base.has(*id)
                    || theirs.block.content == mine.block.content && theirs.shape() == mine.shape();
                if theirs.home == mine.home && is_same_block {
                    together.entry(theirs.home).or_default().insert(*id);
                } else {
                    self.place.insert(*id);
                }
            }
        }
        for (side, other) in versions.sides() {
            self.place.extend(side.moved.iter().filter(|id| !other.tree.has(**id)));
        }
        for (home, blocks) in together {
            self.place.extend(different_places(versions, home, &blocks));
        }
    }

    fn look_under_what_is_gone(&mut self, versions: &Versions<'_>) {
        for (side, other) in versions.sides() {
            for (id, node) in &side.tree.nodes {
                if self.place.contains(id) {
                    self.look_at_room(versions, other, node.home);
                }
                let there = other.tree.nodes.get(id);
                if !versions.is_put(side, *id) || there.is_some_and(|there| there.home == node.home) {
                    continue;
                }
                let Some(parent) = node.home.parent() else { continue };
                let is_named = versions.base.has(*id) || other.tree.has(parent) || versions.base.has(parent);
                if is_named && self.is_barred(versions, side, other, node.home) {
                    self.place.insert(*id);
                    self.dispute_shape(versions, parent);
                }
            }
        }
    }

    /// Whether the other side has deleted the list, or has changed the number of lists that it is one of.
    fn is_barred(&self, versions: &Versions<'_>, side: &Side<'_>, other: &Side<'_>, home: Home<'_>) -> bool {
        let Some(parent) = home.parent() else { return false };
        let base = versions.base.nodes.get(&parent);
        match (side.tree.nodes.get(&parent), other.tree.nodes.get(&parent)) {
            (Some(here), Some(there)) if here.shape() != there.shape() => {
                base.is_none_or(|base| base.shape() != there.shape()) || self.content.contains(&parent)
            }
            (Some(_), Some(_)) => false,
            (Some(here), None) if base.is_none() => {
                self.place.contains(&parent) || self.is_barred(versions, side, other, here.home)
            }
            _ => true,
        }
    }

    /// A block that stays where only one side has a list keeps that side's lists.
    fn look_at_room(&mut self, versions: &Versions<'_>, other: &Side<'_>, home: Home<'_>) {
        if let Home::Under(parent, list) = home
            && other.tree.nodes.get(&parent).is_some_and(|there| there.shape().room() <= list)
        {
            self.dispute_shape(versions, parent);
        }
    }

    fn dispute_shape(&mut self, versions: &Versions<'_>, parent: BlockId) {
        let sides = [&versions.theirs, &versions.mine].map(|side| side.tree.nodes.get(&parent));
        if let [Some(theirs), Some(mine)] = sides
            && theirs.shape() != mine.shape()
        {
            if versions.base.has(parent) {
                self.content.insert(parent);
                self.settled.remove(&parent);
            } else {
                self.place.insert(parent);
            }
        }
    }

    /// Finds moves that together put a block below itself. A block in dispute may stay with either side.
    fn look_for_circles(&mut self, versions: &Versions<'_>) {
        let one_sided = versions.theirs.moved.is_empty() || versions.mine.moved.is_empty();
        if one_sided && self.place.is_empty() {
            return;
        }
        let mut parents: HashMap<BlockId, Vec<BlockId>> = HashMap::new();
        for (side, _) in versions.sides() {
            for (id, node) in &side.tree.nodes {
                let home = versions.wish(*id).filter(|_| !self.place.contains(id)).unwrap_or(node.home);
                parents.entry(*id).or_default().extend(home.parent());
            }
        }
        let circling = without_ends(&without_ends(&parents));
        let is_moved = |id: &&BlockId| versions.sides().iter().any(|(side, _)| side.moved.contains(id));
        self.place.extend(circling.keys().filter(is_moved));
    }

    /// A block that one side took out of what it deleted, and that cannot go where that side put it, keeps its parents.
    fn look_for_kept_parents(&mut self, versions: &Versions<'_>) {
        for id in &self.place {
            for (side, other) in versions.sides() {
                let (Some(base), Some(here)) = (versions.base.nodes.get(id), side.tree.nodes.get(id)) else { continue };
                let mut next = base.home.parent();
                if base.home != here.home || !other.tree.has(*id) {
                    continue;
                }
                let mut top = None;
                while let Some(parent) = next.filter(|parent| !other.tree.has(*parent)) {
                    top = Some(parent);
                    next = versions.base.nodes.get(&parent).and_then(|node| node.home.parent());
                }
                self.deletion.extend(top);
            }
        }
    }
}

/// What of the blocks that both sides put into one list stands elsewhere in it for the other side: after another block that
/// neither moved, or in another order.
fn different_places(versions: &Versions<'_>, home: Home<'_>, blocks: &HashSet<BlockId>) -> Vec<BlockId> {
    let lists = [&versions.theirs, &versions.mine].map(|side| side.tree.list(home));
    if lists[0] == lists[1] {
        return Vec::new();
    }
    let is_firm = |id: BlockId| {
        let home_of = |tree: &Tree<'_>| tree.nodes.get(&id).map(|node| node.home == home);
        versions.sides().iter().all(|(side, _)| !versions.is_put(side, id) && home_of(&side.tree) == Some(true))
    };
    let [theirs, mine] = lists.map(|list| {
        let mut after = None;
        let mut places = Vec::new();
        for (place, id) in list.iter().enumerate() {
            if blocks.contains(id) {
                places.push((*id, (after, place)));
            } else if is_firm(*id) {
                after = Some(*id);
            }
        }
        places
    });
    let there: HashMap<_, _> = mine.into_iter().collect();
    let mut different = Vec::new();
    let mut both: Vec<(BlockId, usize)> = Vec::new();
    for (id, (after, _)) in theirs {
        match there.get(&id) {
            Some((other, place)) if *other == after => both.push((id, *place)),
            _ => different.push(id),
        }
    }
    different.extend(inverted(&both));
    different
}

/// The elements that stand in the wrong order with some other.
fn inverted(places: &[(BlockId, usize)]) -> Vec<BlockId> {
    let mut least = usize::MAX;
    let mut least_after = vec![usize::MAX; places.len()];
    for (at, (_, place)) in places.iter().enumerate().rev() {
        least_after[at] = least;
        least = least.min(*place);
    }
    let mut most = None;
    let mut inverted = Vec::new();
    for ((id, place), least) in places.iter().zip(least_after) {
        if most > Some(*place) || least < *place {
            inverted.push(*id);
        }
        most = most.max(Some(*place));
    }
    inverted
}

/// The graph turned round, without what no edge leads out of, however often that is repeated. Done twice, circles remain and
/// what connects them.
fn without_ends(edges: &HashMap<BlockId, Vec<BlockId>>) -> HashMap<BlockId, Vec<BlockId>> {
    let mut turned: HashMap<BlockId, Vec<BlockId>> = HashMap::new();
    for (from, ends) in edges {
        for to in ends.iter().filter(|to| edges.contains_key(to)) {
            turned.entry(*to).or_default().push(*from);
        }
    }
    let leads_out =
        |(id, ends): (&BlockId, &Vec<BlockId>)| (*id, ends.iter().filter(|to| edges.contains_key(to)).count());
    let mut left: HashMap<BlockId, usize> = edges.iter().map(leads_out).collect();
    let mut open: Vec<BlockId> = left.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    while let Some(id) = open.pop() {
        left.remove(&id);
        for from in turned.get(&id).into_iter().flatten() {
            if let Some(count) = left.get_mut(from) {
                *count -= 1;
                if *count == 0 {
                    open.push(*from);
                }
            }
        }
    }
    let kept = |id: &BlockId| left.contains_key(id);
    let inward = |id: &BlockId| turned.get(id).into_iter().flatten().copied().filter(kept).collect();
    left.keys().map(|id| (*id, inward(id))).collect()
}
