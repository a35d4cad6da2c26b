//! Which elements of one sequence are which of another, in order.
//!
//! Common beginning and end first; what is left is compared exactly when it is short, else it is cut at the elements that
//! occur once in each. Where that does not help either, or the work would exceed a bound, the whole stretch counts as
//! replaced: coarser, never wrong.

use std::collections::HashMap;
use std::ops::Range;

use crate::diff::longest_rising;

/// Stretches whose lengths multiply to this are compared exactly.
const TABLE: usize = 1 << 16;
/// All the work on one pair of sequences.
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
        let exact = from.len().saturating_mul(to.len());
        let (work, is_short) = if exact <= TABLE { (exact, true) } else { (from.len() + to.len(), false) };
        if work > steps {
            continue;
        }
        steps -= work;
        let (old, new) = (&old[from.clone()], &new[to.clone()]);
        if is_short {
            for (one, other) in longest_common(old, new) {
                found[from.start + one] = Some(to.start + other);
            }
        } else {
            open.extend(gaps(&unique(old, new), &from, &to));
        }
    }
    found
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
    fn a_long_stretch_without_anything_unique_counts_as_replaced() {
        let old: Vec<u32> = (0..300_000).map(|place| place % 7).collect();
        let new: Vec<u32> = (0..300_000).map(|place| place % 5 + 1).collect();
        assert!(paired(&old, &new) < 10);
        let crossing: Vec<u32> = (0..300_000).rev().collect();
        assert!(paired(&(0..300_000).collect::<Vec<_>>(), &crossing) < 10);
    }
}
