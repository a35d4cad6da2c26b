//! Which elements of one sequence are which of another, in order.
//!
//! Common beginning and end first; what is left is compared exactly when it is short or when there are few differences, else
//! it is cut at the elements that occur once in each. Where that does not help either, or the work would exceed a bound, the
//! whole stretch counts as replaced: coarser, never wrong.

use std::collections::HashMap;
use std::ops::Range;

use crate::diff::longest_rising;

/// Stretches whose lengths multiply to this are compared exactly.
const TABLE: usize = 1 << 16;
/// Longer ones are, if this many elements differ at most.
const DIFFERENCES: usize = 128;
/// All the work on one pair of sequences, in comparisons.
const STEPS: usize = 1 << 24;

/// For each element of `old` its place in `new`; the places rise.
pub(super) fn same(old: &[u32], new: &[u32]) -> Vec<Option<usize>> {
    let mut found = vec![None; old.len()];
    let mut open = vec![(0..old.len(), 0..new.len())];
    let mut steps = STEPS;
    while let Some((mut from, mut to)) = open.pop() {
        while !from.is_empty() && !to.is_empty() && old[from.start] == new[to.start] {
            found[from.start] = Some(to.start);
            (from.start, to.start) = (from.start + 1, to.start + 1);
        }
        while !from.is_empty() && !to.is_empty() && old[from.end - 1] == new[to.end - 1] {
            (from.end, to.end) = (from.end - 1, to.end - 1);
            found[from.end] = Some(to.end);
        }
        if from.is_empty() || to.is_empty() {
            continue;
        }
        let (old, new) = (&old[from.clone()], &new[to.clone()]);
        let exact = old.len().saturating_mul(new.len());
        let pairs = if exact <= TABLE.min(steps) {
            steps -= exact;
            Some(longest_common(old, new))
        } else {
            few_differences(old, new, &mut steps)
        };
        if let Some(pairs) = pairs {
            pairs.into_iter().for_each(|(one, other)| found[from.start + one] = Some(to.start + other));
        } else if old.len() + new.len() <= steps {
            steps -= old.len() + new.len();
            open.extend(gaps(&unique(old, new), &from, &to));
        }
    }
    slide(old, new, &found)
}

/// Of equal ways to put something in or take it out, the last: so both sides mean the same place by the same change.
fn slide(old: &[u32], new: &[u32], found: &[Option<usize>]) -> Vec<Option<usize>> {
    let mut gone: Vec<bool> = found.iter().map(Option::is_none).collect();
    let mut made = vec![true; new.len()];
    found.iter().flatten().for_each(|&place| made[place] = false);
    let (mut one, mut other) = (0, 0);
    while one < old.len() || other < new.len() {
        let (from, to) = (one, other);
        while gone.get(one) == Some(&true) {
            one += 1;
        }
        while made.get(other) == Some(&true) {
            other += 1;
        }
        let (removed, added) = (one - from, other - to);
        while gone.get(one) == Some(&false) && made.get(other) == Some(&false) {
            if removed > 0 && added == 0 && old[one - removed] == old[one] {
                gone.swap(one - removed, one);
            } else if added > 0 && removed == 0 && new[other - added] == new[other] {
                made.swap(other - added, other);
            } else if removed + added > 0 {
                break;
            }
            (one, other) = (one + 1, other + 1);
        }
    }
    let mut kept = (0..new.len()).filter(|&place| !made[place]);
    gone.into_iter().map(|gone| if gone { None } else { kept.next() }).collect()
}

/// The stretches between pairs; each pair begins one, where it is found again as a common beginning.
fn gaps(pairs: &[(usize, usize)], from: &Range<usize>, to: &Range<usize>) -> Vec<(Range<usize>, Range<usize>)> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let starts = std::iter::once((0, 0)).chain(pairs.iter().copied());
    let ends = pairs.iter().copied().chain([(from.len(), to.len())]);
    let shift = |(start, end): ((usize, usize), (usize, usize))| {
        (from.start + start.0..from.start + end.0, to.start + start.1..to.start + end.1)
    };
    starts.zip(ends).map(shift).collect()
}

/// A longest common subsequence, as pairs of places.
fn longest_common(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    // The bound on the table keeps the shorter of the two, and so every length, far below the limit of the type.
    let mut lengths = vec![0_u16; (old.len() + 1) * width];
    for one in (0..old.len()).rev() {
        for other in (0..new.len()).rev() {
            let at = one * width + other;
            lengths[at] = if old[one] == new[other] {
                lengths[at + width + 1] + 1
            } else {
                lengths[at + width].max(lengths[at + 1])
            };
        }
    }
    let (mut one, mut other, mut pairs) = (0, 0, Vec::new());
    while one < old.len() && other < new.len() {
        let at = one * width + other;
        if old[one] == new[other] {
            pairs.push((one, other));
            (one, other) = (one + 1, other + 1);
        } else if lengths[at + width] >= lengths[at + 1] {
            one += 1;
        } else {
            other += 1;
        }
    }
    pairs
}

/// The pairs of a shortest way from one sequence to the other (Myers), unless it is long or takes too much work to find.
fn few_differences(old: &[u32], new: &[u32], steps: &mut usize) -> Option<Vec<(usize, usize)>> {
    let mut left = (*steps).min(16 * (old.len() + new.len()) + DIFFERENCES * DIFFERENCES);
    *steps -= left;
    // How far into `old` each diagonal reaches; diagonal `d` stands at `d + MIDDLE`, and `old - new` is constant on it.
    const MIDDLE: usize = DIFFERENCES + 1;
    let mut reach = vec![0; 2 * MIDDLE + 1];
    let mut history = Vec::new();
    for differences in 0..=DIFFERENCES {
        history.push(reach.clone());
        for diagonal in (MIDDLE - differences..=MIDDLE + differences).step_by(2) {
            let mut one = start_on(&reach, diagonal, MIDDLE, differences);
            // Beyond the end of a sequence there is nothing to compare.
            let Some(mut other) = (one + MIDDLE).checked_sub(diagonal) else { continue };
            while left > 0 && one < old.len() && other < new.len() && old[one] == new[other] {
                (one, other, left) = (one + 1, other + 1, left - 1);
            }
            left = left.checked_sub(1)?;
            reach[diagonal] = one;
            if one >= old.len() && other >= new.len() {
                *steps += left;
                return Some(way_back(&history, diagonal, one, MIDDLE));
            }
        }
    }
    *steps += left;
    None
}

/// Where the furthest way with one difference less leads to on this diagonal.
fn start_on(reach: &[usize], diagonal: usize, middle: usize, differences: usize) -> usize {
    let from_above = diagonal == middle - differences
        || diagonal != middle + differences && reach[diagonal - 1] < reach[diagonal + 1];
    match differences {
        0 => 0,
        _ if from_above => reach[diagonal + 1],
        _ => reach[diagonal - 1] + 1,
    }
}

fn way_back(history: &[Vec<usize>], mut diagonal: usize, mut one: usize, middle: usize) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (differences, reach) in history.iter().enumerate().rev() {
        let start = start_on(reach, diagonal, middle, differences);
        while one > start {
            one -= 1;
            pairs.push((one, one + middle - diagonal));
        }
        if differences > 0 {
            let from_above = diagonal == middle - differences
                || diagonal != middle + differences && reach[diagonal - 1] < reach[diagonal + 1];
            (diagonal, one) = if from_above { (diagonal + 1, one) } else { (diagonal - 1, one - 1) };
        }
    }
    pairs
}

/// The pairs of elements that occur once in each sequence, as many as stand in one order in both.
fn unique(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    let (in_old, in_new) = (singles(old), singles(new));
    let mut pairs: Vec<(usize, usize)> =
        in_old.iter().filter_map(|(element, &one)| Some((one?, (*in_new.get(element)?)?))).collect();
    pairs.sort_unstable();
    let rising = longest_rising(&pairs);
    pairs.retain(|(one, _)| rising.contains(one));
    pairs
}

/// Where each element stands that occurs once; nothing for those that occur more often.
fn singles(list: &[u32]) -> HashMap<u32, Option<usize>> {
    let mut places = HashMap::new();
    for (place, element) in list.iter().enumerate() {
        places.entry(*element).and_modify(|place| *place = None).or_insert(Some(place));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many elements are paired; fails unless the pairs are equal elements in rising order.
    fn paired(old: &[u32], new: &[u32]) -> usize {
        let pairs: Vec<_> =
            same(old, new).into_iter().enumerate().filter_map(|(one, other)| Some((one, other?))).collect();
        assert!(pairs.iter().all(|&(one, other)| old[one] == new[other]));
        assert!(pairs.is_sorted_by(|one, other| one.1 < other.1));
        pairs.len()
    }

    #[test]
    fn the_longest_common_sequence_of_short_ones_is_found() {
        assert_eq!(paired(&[1, 2, 3, 4], &[2, 4, 1, 3]), 2);
        assert_eq!(paired(&[1, 2, 1, 2, 3], &[2, 1, 3]), 3);
        assert_eq!(paired(&[], &[1]), 0);
    }

    #[test]
    fn long_sequences_are_cut_at_what_is_unique() {
        let old: Vec<u32> = (0..200_000).flat_map(|word| [word + 1, 0]).collect();
        let mut new = old.clone();
        for place in (0..new.len()).step_by(1000) {
            new[place] = u32::MAX;
        }
        assert_eq!(paired(&old, &new), old.len() - 400);
    }

    #[test]
    fn a_long_sequence_that_repeats_itself_is_compared_when_little_differs() {
        let old: Vec<u32> = (0..300_000).map(|place| place % 50_000).collect();
        let mut new = old.clone();
        (new[7], new[150_000]) = (u32::MAX, u32::MAX);
        new.remove(299_000);
        new.insert(20, u32::MAX);
        assert_eq!(paired(&old, &new), old.len() - 3);
    }

    #[test]
    fn of_equal_ways_the_last_is_taken() {
        assert_eq!(same(&[1, 0, 2, 0, 3], &[1, 0, 3]), [Some(0), Some(1), None, None, Some(2)]);
        assert_eq!(same(&[1, 0, 3], &[4, 0, 1, 0, 2, 0, 3]), [Some(2), Some(3), Some(6)]);
        assert_eq!(same(&[7, 1, 0, 2, 0, 3], &[1, 0, 3]), [None, Some(0), Some(1), None, None, Some(2)]);
    }

    #[test]
    fn a_long_stretch_without_anything_unique_counts_as_replaced() {
        let old: Vec<u32> = (0..300_000).map(|place| place % 7).collect();
        let new: Vec<u32> = (0..300_000).map(|place| place % 5 + 1).collect();
        assert!(paired(&old, &new) < 10);
        let crossing: Vec<u32> = (0..300_000).rev().collect();
        assert!(paired(&(0..300_000).collect::<Vec<_>>(), &crossing) < 10);
    }

    proptest::proptest! {
        #[test]
        fn few_differences_and_the_table_find_equally_much(
            old in proptest::collection::vec(0..6_u32, 0..40),
            new in proptest::collection::vec(0..6_u32, 0..40),
        ) {
            let found = few_differences(&old, &new, &mut STEPS.clone()).map(|pairs| pairs.len());
            proptest::prop_assert_eq!(found, Some(longest_common(&old, &new).len()));
            proptest::prop_assert_eq!(paired(&old, &new), longest_common(&old, &new).len());
        }
    }
}
