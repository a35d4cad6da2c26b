//! One order of three: what neither side moved keeps the order of the base, what a side put somewhere follows what it follows
//! there; at one place theirs come first, then mine.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::{By, Three};

/// The elements for which `placed` says who put them there, in their order. An element placed by a side is in the list of that
/// side, one placed by nobody in that of the base. An element of the base that is not placed still marks where others stand.
pub(super) fn weave<K: Copy + Eq + Hash>(lists: Three<&[K]>, placed: &dyn Fn(K) -> Option<By>) -> Vec<K> {
    let mut anchors = Anchors::of(lists, placed);
    anchors.break_circles();
    let mut groups: HashMap<Option<K>, Vec<K>> = HashMap::new();
    for element in &anchors.order {
        groups.entry(anchors.after[element].near).or_default().push(*element);
    }
    let mut open: Vec<K> = lists.base.iter().rev().copied().filter(|element| is_fixed(placed(*element))).collect();
    let mut woven = Vec::new();
    let put = |open: &mut Vec<K>, after: Option<K>| open.extend(groups.get(&after).into_iter().flatten().rev());
    put(&mut open, None);
    while let Some(element) = open.pop() {
        if placed(element).is_some() {
            woven.push(element);
        }
        put(&mut open, Some(element));
    }
    woven
}

fn is_fixed(by: Option<By>) -> bool {
    matches!(by, None | Some(By::Base))
}

/// What an element stands after in the list of the side that put it there; nothing at the beginning.
#[derive(Clone, Copy)]
struct After<K> {
    /// The nearest that this side did not place; the other side may have.
    near: Option<K>,
    /// The nearest that neither side placed.
    firm: Option<K>,
}

struct Anchors<K> {
    /// What was placed, theirs first, each side's in its order.
    order: Vec<K>,
    after: HashMap<K, After<K>>,
}

impl<K: Copy + Eq + Hash> Anchors<K> {
    fn of(lists: Three<&[K]>, placed: &dyn Fn(K) -> Option<By>) -> Self {
        let base: HashSet<K> = lists.base.iter().copied().collect();
        let mut anchors = Self { order: Vec::new(), after: HashMap::new() };
        for (side, list) in [(By::Theirs, lists.theirs), (By::Mine, lists.mine)] {
            let mut after = After { near: None, firm: None };
            for &element in list {
                let by = placed(element);
                if by == Some(side) {
                    anchors.order.push(element);
                    anchors.after.insert(element, after);
                } else if base.contains(&element) {
                    after.near = Some(element);
                    if is_fixed(by) {
                        after.firm = Some(element);
                    }
                }
            }
        }
        anchors
    }

    /// Where two elements were each put after the other, both follow what neither side placed.
    fn break_circles(&mut self) {
        let mut done = HashSet::new();
        for start in self.order.clone() {
            let (mut way, mut met) = (Vec::new(), HashMap::new());
            let mut next = Some(start);
            while let Some(element) = next.filter(|element| !done.contains(element)) {
                let Some(after) = self.after.get(&element) else { break };
                if let Some(&from) = met.get(&element) {
                    for member in &way[from..] {
                        if let Some(after) = self.after.get_mut(member) {
                            after.near = after.firm;
                        }
                    }
                    break;
                }
                met.insert(element, way.len());
                way.push(element);
                next = after.near;
            }
            done.extend(way);
        }
    }
}
