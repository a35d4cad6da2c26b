//! What changed between two versions of an object, as paths of one grammar: `properties.<id>`, `collections`,
//! `blocks.<section>.<block>` with `.content`, `.position`, `.inserted` or `.deleted`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use crate::block::{Block, Content};
use crate::id::{BlockId, PropertyId};
use crate::object::Object;

/// What became of an object from one version to another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// The paths that differ, sorted. Of an inserted or deleted subtree only the top is named; a block that kept its order among
    /// its siblings has not moved, whatever was put between them.
    pub paths: Vec<String>,
    /// The blocks that it has now and had not before, sorted.
    pub added: Vec<BlockId>,
}

/// The paths that differ, sorted, as [`Changes`] has them.
#[must_use]
pub fn changed_paths(before: &Object, after: &Object) -> Vec<String> {
    changes(before, after).paths
}

/// What became of an object from one version to another.
#[must_use]
pub fn changes(before: &Object, after: &Object) -> Changes {
    let mut paths = BTreeSet::new();
    let ids: BTreeSet<_> = before.properties.keys().chain(after.properties.keys()).collect();
    for id in ids {
        if before.properties.get(id) != after.properties.get(id) {
            paths.insert(format!("properties.{id}"));
        }
    }
    if before.files != after.files {
        paths.insert("files".to_owned());
    }
    if before.collections != after.collections {
        paths.insert("collections".to_owned());
    }
    let (old, new) = Tree::of_both(before, after);
    block_paths(&old, &new, &mut paths);
    Changes { paths: paths.into_iter().collect(), added: added(&old, &new) }
}

/// The blocks that one version of an object has and an earlier one has not, sorted.
#[must_use]
pub fn added_blocks(before: &Object, after: &Object) -> Vec<BlockId> {
    let (old, new) = Tree::of_both(before, after);
    added(&old, &new)
}

/// The list a block stands in: a section or one of the lists of a parent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Home<'o> {
    section: &'o PropertyId,
    parent: Option<BlockId>,
    list: usize,
}

#[derive(Default)]
struct Tree<'o> {
    blocks: HashMap<BlockId, (Home<'o>, &'o Block)>,
    lists: BTreeMap<Home<'o>, Vec<BlockId>>,
}

impl<'o> Tree<'o> {
    /// The trees of two versions, without what lists at the same place begin and end with in both.
    fn of_both(before: &'o Object, after: &'o Object) -> (Self, Self) {
        let mut trees = (Self::default(), Self::default());
        if before.blocks.are_shared(&after.blocks) {
            return trees;
        }
        let sections: BTreeSet<_> = before.blocks.keys().chain(after.blocks.keys()).collect();
        for section in sections {
            let home = Home { section, parent: None, list: 0 };
            let lists = (before.blocks.get(section), after.blocks.get(section));
            Self::add_both(&mut trees, home, (lists.0.map(Vec::as_slice), lists.1.map(Vec::as_slice)));
        }
        trees
    }

    fn add_both(trees: &mut (Self, Self), home: Home<'o>, lists: (Option<&'o [Block]>, Option<&'o [Block]>)) {
        let (before, after) = match lists {
            (Some(before), Some(after)) => differing(before, after),
            (before, after) => {
                before.into_iter().for_each(|list| trees.0.add(home, list));
                after.into_iter().for_each(|list| trees.1.add(home, list));
                return;
            }
        };
        match (before, after) {
            // One block that changed: below it as well, only what differs is of interest.
            ([old], [new]) if old.id == new.id => {
                for (tree, block) in [(&mut trees.0, old), (&mut trees.1, new)] {
                    tree.lists.insert(home, vec![block.id]);
                    tree.blocks.insert(block.id, (home, block));
                }
                for index in 0..old.children.len().max(new.children.len()) {
                    let home = Home { parent: Some(old.id), list: index, ..home };
                    let list = |block: &'o Block| block.children.get(index).map(Vec::as_slice);
                    Self::add_both(trees, home, (list(old), list(new)));
                }
            }
            _ => {
                trees.0.add(home, before);
                trees.1.add(home, after);
            }
        }
    }

    fn add(&mut self, home: Home<'o>, list: &'o [Block]) {
        self.lists.insert(home, list.iter().map(|block| block.id).collect());
        for block in list {
            self.blocks.insert(block.id, (home, block));
            for (index, children) in block.children.iter().enumerate() {
                self.add(Home { parent: Some(block.id), list: index, ..home }, children);
            }
        }
    }

    fn has(&self, id: BlockId) -> bool {
        self.blocks.contains_key(&id)
    }
}

/// Two lists without the blocks that both begin and end with.
fn differing<'b>(before: &'b [Block], after: &'b [Block]) -> (&'b [Block], &'b [Block]) {
    let start = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let (before, after) = (&before[start..], &after[start..]);
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(old, new)| old == new).count();
    (&before[..before.len() - end], &after[..after.len() - end])
}

fn added(old: &Tree<'_>, new: &Tree<'_>) -> Vec<BlockId> {
    let mut added: Vec<_> = new.blocks.keys().copied().filter(|id| !old.has(*id)).collect();
    added.sort_unstable();
    added
}

fn block_paths(old: &Tree<'_>, new: &Tree<'_>, paths: &mut BTreeSet<String>) {
    for (id, (home, _)) in &old.blocks {
        if !new.has(*id) && home.parent.is_none_or(|parent| new.has(parent)) {
            paths.insert(format!("blocks.{}.{id}.deleted", home.section));
        }
    }
    for (id, (home, block)) in &new.blocks {
        match old.blocks.get(id) {
            None if home.parent.is_some_and(|parent| !old.has(parent)) => {}
            None => {
                paths.insert(format!("blocks.{}.{id}.inserted", home.section));
            }
            Some((old_home, old_block)) => {
                if old_block.content != block.content || columns(old_block) != columns(block) {
                    paths.insert(format!("blocks.{}.{id}.content", home.section));
                }
                if old_home != home {
                    paths.insert(format!("blocks.{}.{id}.position", home.section));
                }
            }
        }
    }
    for (home, list) in &new.lists {
        let Some(old_list) = old.lists.get(home) else { continue };
        for id in out_of_order(old_list, list) {
            paths.insert(format!("blocks.{}.{id}.position", home.section));
        }
    }
}

/// How many columns a grid has; an empty one holds no block that would tell of it.
fn columns(block: &Block) -> Option<usize> {
    matches!(block.content, Content::Grid(_)).then_some(block.children.len())
}

/// The fewest elements whose moves turn the order of `old` into that of `new`, among those in both.
pub(crate) fn out_of_order<K: Copy + Ord + Hash>(old: &[K], new: &[K]) -> Vec<K> {
    let places: HashMap<_, _> = old.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let kept: Vec<(K, usize)> = new.iter().filter_map(|id| Some((*id, *places.get(id)?))).collect();
    let still = longest_rising(&kept);
    kept.iter().map(|(id, _)| *id).filter(|id| !still.contains(id)).collect()
}

/// The elements of a longest subsequence whose places rise.
pub(crate) fn longest_rising<K: Copy + Ord>(kept: &[(K, usize)]) -> BTreeSet<K> {
    let mut tails: Vec<usize> = Vec::new();
    let mut previous = vec![None; kept.len()];
    for (index, (_, place)) in kept.iter().enumerate() {
        let length = tails.partition_point(|&tail| kept[tail].1 < *place);
        previous[index] = length.checked_sub(1).map(|before| tails[before]);
        if length == tails.len() {
            tails.push(index);
        } else {
            tails[length] = index;
        }
    }
    let mut rising = BTreeSet::new();
    let mut next = tails.last().copied();
    while let Some(index) = next {
        rising.insert(kept[index].0);
        next = previous[index];
    }
    rising
}

#[cfg(all(test, feature = "arbitrary"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::arbitrary::forks;

    fn whole(object: &Object) -> Tree<'_> {
        let mut tree = Tree::default();
        for (section, list) in &object.blocks {
            tree.add(Home { section, parent: None, list: 0 }, list);
        }
        tree
    }

    proptest! {
        #[test]
        fn what_both_versions_begin_and_end_with_makes_no_difference(fork in forks(6)) {
            let (old, new) = (whole(&fork.base), whole(&fork.mine));
            let mut expected = BTreeSet::new();
            block_paths(&old, &new, &mut expected);
            let (mut told, (less, more)) = (BTreeSet::new(), Tree::of_both(&fork.base, &fork.mine));
            block_paths(&less, &more, &mut told);
            prop_assert_eq!(told, expected);
            prop_assert_eq!(added(&less, &more), added(&old, &new));
        }
    }
}
