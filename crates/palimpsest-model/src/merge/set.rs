//! Ordered sets: what either side added is in, what either side removed is out. The order is that of the side that changed it;
//! if both did, theirs, and what mine added stands after what it followed.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::weave::weave;
use super::{By, Three};
use crate::diff::out_of_order;

/// An element that stands in a list twice counts as two.
pub(super) fn merge<T: Clone + Eq + Hash>(lists: Three<&[T]>) -> Vec<T> {
    if let Some(settled) = lists.settled() {
        return settled.to_vec();
    }
    let mut names = Names::default();
    let lists = lists.map(|list| names.number(list));
    let [base, theirs, mine] =
        [&lists.base, &lists.theirs, &lists.mine].map(|list| list.iter().collect::<HashSet<_>>());
    let is_in = |element: &usize| match (theirs.contains(element), mine.contains(element)) {
        (true, true) => true,
        (one, other) => (one || other) && !base.contains(element),
    };
    let by_theirs: HashSet<_> = out_of_order(&lists.base, &lists.theirs).into_iter().collect();
    let by_mine = if by_theirs.is_empty() { out_of_order(&lists.base, &lists.mine) } else { Vec::new() };
    let by_mine: HashSet<_> = by_mine.into_iter().collect();
    let leader = if by_mine.is_empty() { By::Theirs } else { By::Mine };
    let placed = |element: usize| {
        let by = match base.contains(&element) {
            true if by_theirs.contains(&element) => By::Theirs,
            true if by_mine.contains(&element) => By::Mine,
            true => By::Base,
            false if theirs.contains(&element) && mine.contains(&element) => leader,
            false if theirs.contains(&element) => By::Theirs,
            false => By::Mine,
        };
        is_in(&element).then_some(by)
    };
    weave(lists.map_ref(), &placed).into_iter().map(|element| names.elements[element].clone()).collect()
}

impl Three<Vec<usize>> {
    fn map_ref(&self) -> Three<&[usize]> {
        Three { base: &self.base, theirs: &self.theirs, mine: &self.mine }
    }
}

/// Numbers for elements, a number of its own for each time that one occurs in a list.
struct Names<'v, T> {
    numbers: HashMap<(&'v T, usize), usize>,
    elements: Vec<&'v T>,
}

impl<T> Default for Names<'_, T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), elements: Vec::new() }
    }
}

impl<'v, T: Eq + Hash> Names<'v, T> {
    fn number(&mut self, list: &'v [T]) -> Vec<usize> {
        let mut seen = HashMap::new();
        list.iter()
            .map(|element| {
                let times: &mut usize = seen.entry(element).or_default();
                *times += 1;
                *self.numbers.entry((element, *times)).or_insert_with(|| {
                    self.elements.push(element);
                    self.elements.len() - 1
                })
            })
            .collect()
    }
}
