//! A conflict is reported exactly where both sides touched one thing differently: compared with what follows from where each
//! side left each block, on trees that only know parents and words.

use std::collections::{BTreeMap, BTreeSet};

use palimpsest_model::{Block, BlockId, Merged, Object};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseResult;

use super::{holds, is_broken, merged_page};
use crate::support::{id, page, section, text};

/// The parent (0 for none) and the word of each block; blocks below one parent stand in the order of `order`.
#[derive(Clone, Debug, Default)]
struct Plan {
    blocks: BTreeMap<u128, (u128, String)>,
    order: Vec<u128>,
}

#[derive(Clone, Debug)]
enum Op {
    Edit(Index, u8),
    Delete(Index),
    Insert(Index),
    Move(Index, Index),
}

impl Plan {
    fn put(&mut self, block: u128, parent: u128, word: String) {
        self.blocks.insert(block, (parent, word));
        self.order.retain(|other| *other != block);
        self.order.push(block);
    }

    fn parent(&self, block: u128) -> Option<u128> {
        self.blocks.get(&block).map(|(parent, _)| *parent)
    }

    fn is_below(&self, block: u128, above: u128) -> bool {
        std::iter::successors(Some(block), |block| self.parent(*block)).any(|block| block == above)
    }

    fn apply(&mut self, op: &Op, base: &Self, fresh: &mut u128) {
        let all: Vec<u128> = self.blocks.keys().copied().collect();
        let chosen = |index: &Index| if all.is_empty() { 0 } else { all[index.index(all.len())] };
        let or_none = |index: &Index| match index.index(all.len() + 1) {
            0 => 0,
            at => all[at - 1],
        };
        match op {
            Op::Edit(block, word) => {
                if let Some((_, says)) = self.blocks.get_mut(&chosen(block)) {
                    *says = format!("word{word}");
                }
            }
            Op::Delete(block) => {
                let top = chosen(block);
                let gone: Vec<u128> = all.iter().copied().filter(|block| self.is_below(*block, top)).collect();
                self.blocks.retain(|block, _| !gone.contains(block));
                self.order.retain(|block| !gone.contains(block));
            }
            Op::Insert(parent) => {
                *fresh += 1;
                self.put(*fresh, or_none(parent), "new".to_owned());
            }
            Op::Move(block, parent) => {
                let (block, parent) = (chosen(block), or_none(parent));
                if let Some((now, word)) = self.blocks.get(&block).cloned()
                    && now != parent
                    // Going back would be a move among siblings, which plans do not know.
                    && base.parent(block) != Some(parent)
                    && !self.is_below(parent, block)
                {
                    self.put(block, parent, word);
                }
            }
        }
    }

    fn grow(&self, parent: u128) -> Vec<Block> {
        let below = self.order.iter().filter(|block| self.parent(**block) == Some(parent));
        below
            .map(|block| {
                let list = self.grow(*block);
                Block {
                    children: if list.is_empty() { vec![] } else { vec![list] },
                    ..text(*block, &self.blocks[block].1)
                }
            })
            .collect()
    }

    fn object(&self) -> Object {
        page(self.grow(0))
    }
}

fn path(block: u128, what: &str) -> String {
    let id: BlockId = id(block);
    format!("blocks.{}.{id}.{what}", section())
}

/// What must be reported apart from circles.
fn direct(base: &Plan, one: &Plan, other: &Plan) -> BTreeSet<String> {
    let mut conflicts = BTreeSet::new();
    for (block, (parent, word)) in &base.blocks {
        match (one.blocks.get(block), other.blocks.get(block)) {
            (Some((one_parent, one_word)), Some((other_parent, other_word))) => {
                if one_word != word && other_word != word && one_word != other_word {
                    conflicts.insert(path(*block, "content"));
                }
                if one_parent != parent && other_parent != parent && one_parent != other_parent {
                    conflicts.insert(path(*block, "position"));
                }
            }
            (Some((left_parent, left_word)), None) | (None, Some((left_parent, left_word))) => {
                if left_word != word {
                    conflicts.insert(path(*block, "content"));
                }
                if left_parent != parent {
                    conflicts.insert(path(*block, "position"));
                }
            }
            (None, None) => {}
        }
    }
    for (side, there) in [(one, other), (other, one)] {
        let is_gone = |parent: u128| base.blocks.contains_key(&parent) && !there.blocks.contains_key(&parent);
        let is_new = |block: u128| !base.blocks.contains_key(&block);
        for (block, (parent, _)) in &side.blocks {
            let moved = base.parent(*block) != Some(*parent) && there.parent(*block) != Some(*parent);
            let mut above = *parent;
            while !is_new(*block) && above != 0 && is_new(above) {
                above = side.parent(above).unwrap_or(0);
            }
            if moved && is_gone(above) {
                conflicts.insert(path(*block, if is_new(*block) { "inserted" } else { "position" }));
            }
        }
    }
    conflicts
}

/// The moved blocks that would be below themselves if both sides' moves were made.
fn circles(base: &Plan, one: &Plan, other: &Plan) -> BTreeSet<String> {
    let parent = |block: u128| {
        let (was, left, right) = (base.parent(block), one.parent(block), other.parent(block));
        if left.is_some() && left != was { left } else { right.or(left) }
    };
    let most = base.blocks.len() + one.blocks.len() + other.blocks.len();
    let is_moved = |block: u128| [one, other].iter().any(|side| side.parent(block) != base.parent(block));
    let circles = |block: u128| {
        std::iter::successors(parent(block), |block| parent(*block)).take(most).any(|above| above == block)
    };
    base.blocks
        .keys()
        .filter(|block| circles(**block) && is_moved(**block))
        .map(|block| path(*block, "position"))
        .collect()
}

type Fork = (Plan, Plan, Plan);

fn plans() -> impl Strategy<Value = Fork> {
    let op = || {
        let index = any::<Index>;
        prop_oneof![
            2 => (index(), 0..3_u8).prop_map(|(block, word)| Op::Edit(block, word)),
            1 => index().prop_map(Op::Delete),
            2 => index().prop_map(Op::Insert),
            3 => (index(), index()).prop_map(|(block, parent)| Op::Move(block, parent)),
        ]
    };
    (vec(any::<Index>(), 1..10), vec(op(), 0..4), vec(op(), 0..4)).prop_map(|(parents, theirs, mine)| {
        let mut base = Plan::default();
        for (block, parent) in (1..).zip(&parents) {
            let parent = parent.index(usize::try_from(block).unwrap());
            base.put(block, parent as u128, "old".to_owned());
        }
        let after = |ops: &[Op], mut fresh: u128| {
            let mut plan = base.clone();
            ops.iter().for_each(|op| plan.apply(op, &base, &mut fresh));
            plan
        };
        (base.clone(), after(&theirs, 100), after(&mine, 200))
    })
}

fn reports_what_collides(
    merge: fn(&Object, &Object, &Object) -> Merged,
    (base, theirs, mine): &Fork,
) -> TestCaseResult {
    let merged = merge(&base.object(), &theirs.object(), &mine.object());
    let reported: BTreeSet<String> = merged.conflicts.iter().map(|conflict| conflict.path.clone()).collect();
    let mut expected = direct(base, theirs, mine);
    if expected.iter().all(|path| path.ends_with(".content") || path.ends_with(".inserted")) {
        expected.extend(circles(base, theirs, mine));
    }
    if expected.iter().all(|path| !path.ends_with(".position")) {
        prop_assert_eq!(&reported, &expected);
    } else {
        // A block that stays where theirs has it may be in the way of further moves, and keep what it stands in.
        prop_assert!(reported.is_superset(&expected), "{:?} lacks some of {:?}", reported, expected);
        let is_consequence = |path: &&String| path.ends_with(".position") || path.ends_with(".deleted");
        prop_assert!(
            reported.difference(&expected).all(|path| is_consequence(&path)),
            "{:?}, not {:?}",
            reported,
            expected
        );
    }
    if reported.is_empty() {
        for (block, (parent, word)) in &base.blocks {
            let here = merged.object.find_block(id(*block)).map(|(_, block)| block.clone());
            let is_left = theirs.blocks.contains_key(block) && mine.blocks.contains_key(block);
            prop_assert_eq!(here.is_some(), is_left);
            let Some(here) = here else { continue };
            let changed = |one: &Plan| one.blocks[block].1 != *word;
            let side = if changed(theirs) { theirs } else { mine };
            prop_assert_eq!(&here.content, &text(*block, &side.blocks[block].1).content);
            let moved = |one: &Plan| one.blocks[block].0 != *parent;
            let side = if moved(theirs) { theirs } else { mine };
            let above = side.blocks[block].0;
            let siblings = match above {
                0 => merged.object.blocks[&section()].clone(),
                above => merged.object.find_block(id(above)).unwrap().1.children.concat(),
            };
            prop_assert!(siblings.iter().any(|sibling| sibling.id == id(*block)));
        }
    }
    Ok(())
}

#[test]
fn conflicts_are_reported_exactly_where_both_sides_touched_one_thing_differently() {
    holds(6_000, plans(), |fork| reports_what_collides(merged_page, &fork));
    is_broken(plans(), |fork| {
        let silent = |_: &Object, theirs: &Object, _: &Object| Merged { object: theirs.clone(), conflicts: Vec::new() };
        reports_what_collides(silent, &fork)
    });
}
