//! Giving identity to rewritten lists of blocks, so that ids are stable across a rewrite of the same content.
//!
//! A sent id keeps its block when it names one of the rewritten lists, once; a new one is taken when it is free. Blocks without
//! an id are matched with the present ones by type, written fields and children: the longest common runs first, then what is
//! left, from left to right; then by type and written fields alone, so that a parent survives an edit of its children.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::block::{Block, Content, walk_blocks};
use crate::draft::{BlockDraft, Given};
use crate::id::BlockId;

/// Where new ids come from and which sent ones may be taken.
pub struct Names<'a> {
    /// Gives an id that was never given before.
    pub fresh: &'a mut dyn FnMut() -> BlockId,
    /// Whether an id that no rewritten list holds may be taken as sent.
    pub free: &'a mut dyn FnMut(BlockId) -> bool,
}

/// Makes blocks of `drafts`, list by list, each list replacing the one at the same place in `current` (or nothing).
pub fn realign(current: &[&[Block]], drafts: Vec<Vec<BlockDraft>>, names: &mut Names<'_>) -> Vec<Vec<Block>> {
    let mut pool = HashMap::new();
    for list in current {
        walk_blocks(list, &mut |block| {
            pool.insert(block.id, block);
        });
    }
    let mut aligner = Aligner { pool, used: HashSet::new(), names };
    let mut lists: Vec<Vec<_>> =
        drafts.into_iter().map(|list| list.into_iter().map(|draft| aligner.reserve(draft)).collect()).collect();
    for (index, list) in lists.iter_mut().enumerate() {
        aligner.match_list(current.get(index).copied().unwrap_or_default(), list);
    }
    lists.into_iter().map(|list| aligner.finish_list(list)).collect()
}

/// A draft on its way to become a block.
struct Pending<'c> {
    id: Option<BlockId>,
    matched: Option<&'c Block>,
    content: Content,
    given: Given,
    children: Vec<Vec<Pending<'c>>>,
    own: u64,
    whole: u64,
}

struct Aligner<'c, 'n, 'f> {
    pool: HashMap<BlockId, &'c Block>,
    used: HashSet<BlockId>,
    names: &'n mut Names<'f>,
}

impl<'c> Aligner<'c, '_, '_> {
    /// Takes a draft in and settles the ids that were sent.
    fn reserve(&mut self, draft: BlockDraft) -> Pending<'c> {
        let BlockDraft { sent, content, given, children } = draft;
        let matched = sent.and_then(|id| self.pool.get(&id).copied()).filter(|block| self.used.insert(block.id));
        let taken = sent.filter(|id| {
            matched.is_none() && !self.pool.contains_key(id) && !self.used.contains(id) && (self.names.free)(*id)
        });
        self.used.extend(taken);
        let children: Vec<Vec<_>> = BlockDraft::lists(&content, children)
            .into_iter()
            .map(|list| list.into_iter().map(|child| self.reserve(child)).collect())
            .collect();
        let own = own_hash(&content);
        let whole = whole_hash(own, children.iter().map(|list| list.iter().map(|child| child.whole)));
        Pending { id: matched.map(|block| block.id).or(taken), matched, content, given, children, own, whole }
    }

    fn match_list(&mut self, current: &'c [Block], list: &mut [Pending<'c>]) {
        let free: Vec<&'c Block> = current.iter().filter(|block| !self.used.contains(&block.id)).collect();
        let open: Vec<usize> = (0..list.len()).filter(|&index| list[index].id.is_none()).collect();
        let old: Vec<u64> = free.iter().map(|block| block_hash(block)).collect();
        let new: Vec<u64> = open.iter().map(|&index| list[index].whole).collect();
        for (old, new) in pair_equal(&old, &new) {
            self.bind(&mut list[open[new]], free[old]);
        }
        let old: Vec<&'c Block> = free.into_iter().filter(|block| !self.used.contains(&block.id)).collect();
        let mut by_own: HashMap<u64, VecDeque<&'c Block>> = HashMap::new();
        for block in old {
            by_own.entry(own_hash(&block.content)).or_default().push_back(block);
        }
        for pending in list.iter_mut().filter(|pending| pending.id.is_none()) {
            if let Some(block) = by_own.get_mut(&pending.own).and_then(VecDeque::pop_front) {
                self.bind(pending, block);
            }
        }
        for pending in list {
            let below = pending.matched.map_or(&[][..], |block| &block.children);
            for (index, children) in pending.children.iter_mut().enumerate() {
                self.match_list(below.get(index).map_or(&[][..], Vec::as_slice), children);
            }
        }
    }

    fn bind(&mut self, pending: &mut Pending<'c>, block: &'c Block) {
        self.used.insert(block.id);
        pending.id = Some(block.id);
        pending.matched = Some(block);
    }

    fn finish_list(&mut self, list: Vec<Pending<'c>>) -> Vec<Block> {
        list.into_iter().map(|pending| self.finish(pending)).collect()
    }

    fn finish(&mut self, pending: Pending<'c>) -> Block {
        let Pending { id, matched, mut content, given, children, .. } = pending;
        // Reads never show the alignment, so leaving it out cannot mean to remove it.
        if let Some(block) = matched
            && !given.alignment
        {
            content.set_alignment(block.content.alignment());
        }
        let id = id.unwrap_or_else(|| (self.names.fresh)());
        let children = children.into_iter().map(|list| self.finish_list(list)).collect();
        let mut block = Block { id, content, children };
        block.normalise();
        block
    }
}

/// How many times the longest run is looked for before the rest is matched from left to right; bounds the time it takes.
const RUNS: usize = 32;

/// How many equal blocks are tried as the beginning of a run; bounds the time that lists of equal blocks take.
const TRIED: usize = 32;

/// Pairs equal elements of two lists, each with one other at most: common beginning and end, the longest runs between, then
/// left to right. The pairs come in no order and may cross.
#[must_use]
pub fn pair_equal(old: &[u64], new: &[u64]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    match_runs(old, new, &mut pairs);
    pairs
}

fn match_runs(old: &[u64], new: &[u64], pairs: &mut Vec<(usize, usize)>) {
    let mut open = vec![(0..old.len(), 0..new.len())];
    let mut budget = RUNS;
    while let Some((mut old_gap, mut new_gap)) = open.pop() {
        while !old_gap.is_empty() && !new_gap.is_empty() && old[old_gap.start] == new[new_gap.start] {
            pairs.push((old_gap.start, new_gap.start));
            (old_gap.start, new_gap.start) = (old_gap.start + 1, new_gap.start + 1);
        }
        while !old_gap.is_empty() && !new_gap.is_empty() && old[old_gap.end - 1] == new[new_gap.end - 1] {
            (old_gap.end, new_gap.end) = (old_gap.end - 1, new_gap.end - 1);
            pairs.push((old_gap.end, new_gap.end));
        }
        if budget == 0 || old_gap.is_empty() || new_gap.is_empty() {
            continue;
        }
        budget -= 1;
        let (at_old, at_new, length) = longest_run(&old[old_gap.clone()], &new[new_gap.clone()]);
        if length == 0 {
            continue;
        }
        let (old_at, new_at) = (old_gap.start + at_old, new_gap.start + at_new);
        pairs.extend((0..length).map(|step| (old_at + step, new_at + step)));
        open.push((old_gap.start..old_at, new_gap.start..new_at));
        open.push((old_at + length..old_gap.end, new_at + length..new_gap.end));
    }
    match_rest(old, new, pairs);
}

/// Where the longest common run begins in each and how long it is; the leftmost of equals.
fn longest_run(old: &[u64], new: &[u64]) -> (usize, usize, usize) {
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, hash) in old.iter().enumerate() {
        let places = places.entry(*hash).or_default();
        if places.len() < TRIED {
            places.push(index);
        }
    }
    let mut best = (0, 0, 0);
    let mut start = 0;
    while start < new.len() {
        let mut reached = 1;
        for &place in places.get(&new[start]).into_iter().flatten() {
            let length = old[place..].iter().zip(&new[start..]).take_while(|(old, new)| old == new).count();
            if length > best.2 {
                best = (place, start, length);
            }
            reached = reached.max(length);
        }
        // A run that begins inside the one just measured is no longer than what is left of it.
        start += reached;
    }
    best
}

fn match_rest(old: &[u64], new: &[u64], pairs: &mut Vec<(usize, usize)>) {
    let (taken_old, taken_new): (HashSet<_>, HashSet<_>) = pairs.iter().copied().unzip();
    let mut left: HashMap<u64, VecDeque<usize>> = HashMap::new();
    for index in (0..old.len()).filter(|index| !taken_old.contains(index)) {
        left.entry(old[index]).or_default().push_back(index);
    }
    for index in (0..new.len()).filter(|index| !taken_new.contains(index)) {
        if let Some(place) = left.get_mut(&new[index]).and_then(VecDeque::pop_front) {
            pairs.push((place, index));
        }
    }
}

fn block_hash(block: &Block) -> u64 {
    whole_hash(
        own_hash(&block.content),
        block.children.iter().map(|list| list.iter().map(block_hash).collect::<Vec<_>>().into_iter()),
    )
}

/// The hash of a block with its children; lists at the end that are empty do not count.
fn whole_hash(own: u64, lists: impl Iterator<Item = impl ExactSizeIterator<Item = u64>>) -> u64 {
    let mut hasher = DefaultHasher::new();
    own.hash(&mut hasher);
    for (index, list) in lists.enumerate() {
        if list.len() > 0 {
            (index, list.len()).hash(&mut hasher);
            list.for_each(|child| child.hash(&mut hasher));
        }
    }
    hasher.finish()
}

/// The hash of what reads show of a content itself. Two contents with one hash may share an identity by mistake, never text.
fn own_hash(content: &Content) -> u64 {
    let mut hasher = DefaultHasher::new();
    match content {
        Content::Entity { target, .. } => ("entity", target).hash(&mut hasher),
        Content::Text(_) | Content::Group(_) if content.alignment().is_some() => {
            let mut bare = content.clone();
            bare.set_alignment(None);
            bare.hash(&mut hasher);
        }
        other => other.hash(&mut hasher),
    }
    hasher.finish()
}
