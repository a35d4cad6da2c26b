//! What holds for any two versions of anything.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use palimpsest_model::arbitrary::{Fork, forks};
use palimpsest_model::{Block, BlockId, Merged, Object, Value, changed_paths};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::{Merge, holds, is_broken, never_a_conflict, paths, real, swapped, theirs_wins};

const CASES: u32 = 2_000;

fn clean(object: &Object) -> Merged {
    Merged { object: object.clone(), conflicts: Vec::new() }
}

/// The list of every block, and the place there.
fn places(object: &Object) -> BTreeMap<BlockId, (String, usize)> {
    fn add(list: &[Block], name: &str, places: &mut BTreeMap<BlockId, (String, usize)>) {
        for (at, block) in list.iter().enumerate() {
            assert!(places.insert(block.id, (name.to_owned(), at)).is_none(), "{} is there twice", block.id);
            for (index, children) in block.children.iter().enumerate() {
                add(children, &format!("{}/{index}", block.id), places);
            }
        }
    }
    let mut places = BTreeMap::new();
    for (section, list) in &object.blocks {
        add(list, &section.0, &mut places);
    }
    places
}

fn contents(object: &Object) -> BTreeMap<BlockId, (String, usize)> {
    let mut contents = BTreeMap::new();
    object.walk(&mut |block| {
        contents.insert(block.id, (format!("{:?}", block.content), block.children.len()));
    });
    contents
}

fn all(object: &Object) -> HashSet<BlockId> {
    places(object).into_keys().collect()
}

fn what_did_not_change_changes_nothing(merge: Merge, fork: &Fork) -> TestCaseResult {
    let Fork { structure, base, theirs, mine } = fork;
    let version = |theirs: &Object, mine: &Object| {
        merge(&Fork { structure: structure.clone(), base: base.clone(), theirs: theirs.clone(), mine: mine.clone() })
    };
    prop_assert_eq!(version(theirs, base), clean(theirs));
    prop_assert_eq!(version(base, mine), clean(mine));
    prop_assert_eq!(version(theirs, theirs), clean(theirs));
    Ok(())
}

/// The blocks that no side put anywhere, list by list in their order.
fn unmoved(fork: &Fork, object: &Object) -> Vec<(String, usize, BlockId)> {
    let changed: BTreeSet<_> = [&fork.theirs, &fork.mine]
        .into_iter()
        .flat_map(|side| changed_paths(&fork.base, side))
        .filter(|path| path.ends_with(".position"))
        .collect();
    let base = all(&fork.base);
    let is_moved = |id: &BlockId| changed.iter().any(|path| path.contains(&id.to_string()));
    let mut places: Vec<_> = places(object)
        .into_iter()
        .filter(|(id, _)| base.contains(id) && !is_moved(id))
        .map(|(id, (list, at))| (list, at, id))
        .collect();
    places.sort();
    places
}

fn both_ways_agree(merge: Merge, fork: &Fork) -> TestCaseResult {
    let (one, other) = (merge(fork), merge(&swapped(fork)));
    prop_assert_eq!(paths(&one), paths(&other));
    prop_assert!(paths(&one).is_sorted_by(|one, other| one < other));
    if !one.conflicts.is_empty() {
        return Ok(());
    }
    prop_assert_eq!(contents(&one.object), contents(&other.object));
    let lists =
        |object: &Object| -> BTreeMap<_, _> { places(object).into_iter().map(|(id, (list, _))| (id, list)).collect() };
    prop_assert_eq!(lists(&one.object), lists(&other.object));
    let order = |object: &Object| unmoved(fork, object).into_iter().map(|(list, _, id)| (list, id)).collect::<Vec<_>>();
    prop_assert_eq!(order(&one.object), order(&other.object));
    for (id, value) in &one.object.properties {
        match (value, other.object.properties.get(id)) {
            (Value::Entity(one), Some(Value::Entity(other))) => prop_assert!(same_elements(one, other)),
            (Value::Aliases(one), Some(Value::Aliases(other))) => prop_assert!(same_elements(one, other)),
            (Value::Label(one), Some(Value::Label(other))) => prop_assert!(same_elements(one, other)),
            (Value::CreatedAt(_), Some(Value::CreatedAt(_))) => {}
            (one, other) => prop_assert_eq!(Some(one), other),
        }
    }
    prop_assert!(same_elements(&one.object.collections, &other.object.collections));
    Ok(())
}

fn same_elements<T: Clone + std::fmt::Debug>(one: &[T], other: &[T]) -> bool {
    let sorted = |list: &[T]| {
        let mut words: Vec<_> = list.iter().map(|element| format!("{element:?}")).collect();
        words.sort();
        words
    };
    sorted(one) == sorted(other)
}

fn blocks_are_a_tree(merge: Merge, fork: &Fork) -> TestCaseResult {
    let merged = merge(fork);
    // Fails when an id is there twice.
    let here = all(&merged.object);
    let [base, theirs, mine] = [&fork.base, &fork.theirs, &fork.mine].map(all);
    for id in &here {
        prop_assert!(theirs.contains(id) || mine.contains(id));
    }
    for id in base.iter().filter(|id| theirs.contains(id) && mine.contains(id)) {
        prop_assert!(here.contains(id), "{} is lost", id);
    }
    for id in theirs.difference(&base) {
        prop_assert!(here.contains(id), "{} of theirs is lost", id);
    }
    let mut grids = Vec::new();
    merged.object.walk(&mut |block| {
        let is_leaf = !block.is_parent() && block.content.kind() != "GridBlock";
        grids.push(!(is_leaf && !block.children.is_empty() || block.is_parent() && block.children.len() > 1));
    });
    prop_assert!(grids.iter().all(|fits| *fits), "a block has more lists than it has room for");
    if merged.conflicts.is_empty() {
        for id in mine.difference(&base) {
            prop_assert!(here.contains(id), "{} of mine is lost", id);
        }
        for id in &base {
            prop_assert_eq!(here.contains(id), theirs.contains(id) && mine.contains(id));
        }
    }
    Ok(())
}

/// What is in no dispute is as the one side has it that changed it; what is in dispute is as in theirs.
fn each_change_is_there(merge: Merge, fork: &Fork) -> TestCaseResult {
    let merged = merge(fork);
    let (base, theirs, mine) = (contents(&fork.base), contents(&fork.theirs), contents(&fork.mine));
    let says = |contents: &BTreeMap<BlockId, (String, usize)>, id| contents.get(id).map(|(content, _)| content.clone());
    let conflicts = paths(&merged);
    for (id, (content, _)) in &contents(&merged.object) {
        let (base, theirs, mine) = (says(&base, id), says(&theirs, id), says(&mine, id));
        let is_disputed = conflicts.iter().any(|path| path.ends_with(&format!("{id}.content")));
        if is_disputed {
            prop_assert_eq!(Some(content), theirs.as_ref());
        } else if mine == base || mine.is_none() {
            prop_assert_eq!(Some(content), theirs.as_ref());
        } else if theirs == base {
            prop_assert_eq!(Some(content), mine.as_ref());
        }
    }
    for (id, value) in &merged.object.properties {
        let [base, theirs, mine] = [&fork.base, &fork.theirs, &fork.mine].map(|object| object.properties.get(id));
        if conflicts.contains(&format!("properties.{id}").as_str()) || mine == base {
            prop_assert_eq!(Some(value), theirs);
        } else if theirs == base {
            prop_assert_eq!(Some(value), mine);
        }
    }
    Ok(())
}

/// Moves are compared list by list: which of two swapped blocks has moved is a matter of words. Sections are left out, and what
/// only went to another with its parent: that may take along what the other side put there.
fn places_of_change(before: &Object, after: &Object) -> BTreeSet<String> {
    let (old, new) = (places(before), places(after));
    let section = |object: &Object, id| object.find_block(id).map(|(section, _)| section.clone());
    let name = |path: String| {
        let Some((at, what)) = path.rsplit_once('.').filter(|_| path.starts_with("blocks.")) else { return Some(path) };
        let id = BlockId(at.rsplit_once('.').map_or(at, |(_, id)| id).parse().unwrap());
        if what != "position" {
            return Some(format!("{id}.{what}"));
        }
        let (was, is) = (&old[&id].0, &new[&id].0);
        (was != is || section(before, id) == section(after, id)).then(|| format!("{is}.position"))
    };
    changed_paths(before, after).into_iter().filter_map(name).collect()
}

fn only_what_changed_changes(merge: Merge, fork: &Fork) -> TestCaseResult {
    let merged = merge(fork);
    if merged.conflicts.is_empty() {
        let mut allowed = places_of_change(&fork.base, &fork.theirs);
        allowed.extend(places_of_change(&fork.base, &fork.mine));
        let changed = places_of_change(&fork.base, &merged.object);
        prop_assert!(changed.is_subset(&allowed), "{:?} is not in {:?}", changed, allowed);
    }
    Ok(())
}

/// A law of a merge.
type Law = fn(Merge, &Fork) -> TestCaseResult;

#[test]
fn the_laws_hold_for_any_two_versions() {
    let laws: [Law; 5] = [
        what_did_not_change_changes_nothing,
        both_ways_agree,
        blocks_are_a_tree,
        each_change_is_there,
        only_what_changed_changes,
    ];
    holds(CASES, forks(6), |fork| laws.iter().try_for_each(|law| law(real, &fork)));
}

#[test]
fn a_wrong_merge_breaks_them() {
    let lossy: Merge = |fork| {
        let mut merged = real(fork);
        merged.object.blocks.values_mut().for_each(|list| list.truncate(2));
        merged
    };
    let broken: [(Law, Merge); 7] = [
        (what_did_not_change_changes_nothing, theirs_wins),
        (both_ways_agree, theirs_wins),
        (both_ways_agree, never_a_conflict),
        (blocks_are_a_tree, theirs_wins),
        (blocks_are_a_tree, lossy),
        (each_change_is_there, theirs_wins),
        (only_what_changed_changes, lossy),
    ];
    for (law, merge) in broken {
        is_broken(forks(6), |fork| law(merge, &fork));
    }
}

#[test]
fn many_forks_merge_without_conflict_and_many_do_not() {
    let counts = std::cell::RefCell::new([0, 0]);
    holds(500, forks(6), |fork| {
        counts.borrow_mut()[usize::from(real(&fork).conflicts.is_empty())] += 1;
        Ok(())
    });
    let [conflicts, clean] = *counts.borrow();
    assert!(conflicts >= 50 && clean >= 100, "{conflicts} conflicts, {clean} clean");
}
