//! One order of three: what neither side moved keeps the order of the base, what a side put somewhere follows what it follows
//! there; at one place theirs come first, then mine.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::{By, Three};

/// The elements for which `placed` says who put them there, in their order. An element placed by a side is in the list of that
/// side, one placed by neither in that of the base.
pub(super) fn weave<K: Copy + Eq + Hash>(lists: Three<&[K]>, placed: &dyn Fn(K) -> Option<By>) -> Vec<K> {
    let mut groups: HashMap<Option<K>, Vec<K>> = HashMap::new();
    for (element, after) in anchors(lists, placed) {
        groups.entry(after).or_default().push(element);
    }
    let mut open: Vec<K> =
        lists.base.iter().rev().copied().filter(|element| placed(*element) == Some(By::Base)).collect();
    let mut woven = Vec::new();
    let put = |open: &mut Vec<K>, after: Option<K>| open.extend(groups.get(&after).into_iter().flatten().rev());
    put(&mut open, None);
    while let Some(element) = open.pop() {
        woven.push(element);
        put(&mut open, Some(element));
    }
    woven
}

/// What was placed, theirs first, each side's in its order, and what it stands after; nothing at the beginning. What is new
/// follows the element before it wherever the other side puts that; what was moved follows the nearest that neither side
/// moved, so that two moves never wait for each other.
fn anchors<K: Copy + Eq + Hash>(lists: Three<&[K]>, placed: &dyn Fn(K) -> Option<By>) -> Vec<(K, Option<K>)> {
    let base: HashSet<K> = lists.base.iter().copied().collect();
    let mut anchors = Vec::new();
    for (side, list) in [(By::Theirs, lists.theirs), (By::Mine, lists.mine)] {
        let (mut near, mut firm) = (None, None);
        for &element in list {
            let by = placed(element);
            if by == Some(side) {
                anchors.push((element, if base.contains(&element) { firm } else { near }));
            } else if by.is_some() && base.contains(&element) {
                near = Some(element);
                if by == Some(By::Base) {
                    firm = near;
                }
            }
        }
    }
    anchors
}
