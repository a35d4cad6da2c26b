//! What changed between two versions of an object, as paths of one grammar: `properties.<id>`, `collections`,
//! `blocks.<section>.<block>` with `.content`, `.position`, `.inserted` or `.deleted`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use crate::block::{Block, Content};
use crate::id::{BlockId, PropertyId};
use crate::object::Object;

/// The paths that differ, sorted. Of an inserted or deleted subtree only the top is named; a block that kept its order among
/// its siblings has not moved, whatever was put between them.
#[must_use]
pub fn changed_paths(before: &Object, after: &Object) -> Vec<String> {
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
    if before.blocks != after.blocks {
        block_paths(before, after, &mut paths);
    }
    paths.into_iter().collect()
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
    fn of(object: &'o Object) -> Self {
        let mut tree = Self::default();
        for (section, list) in &object.blocks {
            tree.add(Home { section, parent: None, list: 0 }, list);
        }
        tree
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

fn block_paths(before: &Object, after: &Object, paths: &mut BTreeSet<String>) {
    let (old, new) = (Tree::of(before), Tree::of(after));
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
