//! Texts, word by word: a word that one side rewrites or removes and one that the other makes bold are two places.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Three;
use super::atoms::{Atom, Look, atoms, tokens};
use super::runs::same;
use crate::token::Token;

/// What two changes of a text make together; nothing if they overlap.
pub(super) fn merge(versions: Three<&Vec<Token>>) -> Option<Vec<Token>> {
    if let Some(settled) = versions.settled() {
        return Some(settled.clone());
    }
    let atoms = versions.map(|tokens| atoms(tokens));
    let mut words = HashMap::new();
    let numbers =
        Three { base: &atoms.base, theirs: &atoms.theirs, mine: &atoms.mine }.map(|atoms| number(atoms, &mut words));
    let theirs = Change::of(&atoms.base, &atoms.theirs, same(&numbers.base, &numbers.theirs));
    let mine = Change::of(&atoms.base, &atoms.mine, same(&numbers.base, &numbers.mine));
    if theirs.overlaps(&mine) || theirs.cuts(&mine) || mine.cuts(&theirs) {
        return None;
    }
    let merged = combine(&atoms.base, &theirs, &mine)?;
    let known: HashSet<_> = touching(&atoms.theirs).chain(touching(&atoms.mine)).collect();
    let joins_words = touching(&merged).any(|pair| !known.contains(&pair));
    (!joins_words).then(|| tokens(&merged))
}

/// Words with nothing between them. Where both sides removed what was around a space, there may be a pair that neither has.
fn touching<'t>(atoms: &[Atom<'t>]) -> impl Iterator<Item = (&'t str, &'t str)> {
    let words = atoms.windows(2).filter(|pair| pair.iter().all(|atom| atom.is_word()));
    words.map(|pair| (pair[0].text, pair[1].text))
}

/// As [`merge`], for a text without runs.
pub(super) fn merge_plain(versions: Three<&String>) -> Option<String> {
    if let Some(settled) = versions.settled() {
        return Some(settled.clone());
    }
    let runs = versions.map(|text| vec![Token::plain(text)]);
    let merged = merge(Three { base: &runs.base, theirs: &runs.theirs, mine: &runs.mine })?;
    Some(merged.iter().map(Token::text).collect())
}

fn number<'t>(atoms: &[Atom<'t>], words: &mut HashMap<&'t str, u32>) -> Vec<u32> {
    let mut next = u32::try_from(words.len()).unwrap_or(u32::MAX);
    atoms
        .iter()
        .map(|atom| {
            *words.entry(atom.text).or_insert_with(|| {
                next = next.saturating_add(1);
                next
            })
        })
        .collect()
}

/// A stretch of the base that a side replaced by other words; either may be empty, not both.
struct Hunk<'a, 't> {
    from: Range<usize>,
    to: &'a [Atom<'t>],
}

impl Hunk<'_, '_> {
    fn is_insertion(&self) -> bool {
        self.from.is_empty()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.from == other.from
            && self.to.len() == other.to.len()
            && self.to.iter().zip(other.to).all(|(one, other)| (one.text, one.look) == (other.text, other.look))
    }

    /// Whether the two cannot both be made. Neighbours can.
    fn collides(&self, other: &Self) -> bool {
        if self.is_same(other) || self.to.is_empty() && other.to.is_empty() {
            return false;
        }
        match (self.is_insertion(), other.is_insertion()) {
            (true, true) => self.from.start == other.from.start,
            (true, false) => other.from.start < self.from.start && self.from.start < other.from.end,
            (false, true) => other.collides(self),
            (false, false) => self.from.start < other.from.end && other.from.start < self.from.end,
        }
    }
}

/// What one side did to the base.
struct Change<'a, 't> {
    /// For each atom of the base what has become of it; nothing when it is gone.
    kept: Vec<Option<&'a Atom<'t>>>,
    /// Whether each atom that is still there looks different.
    restyled: Vec<bool>,
    hunks: Vec<Hunk<'a, 't>>,
}

impl<'a, 't> Change<'a, 't> {
    fn of(base: &[Atom<'t>], side: &'a [Atom<'t>], same: Vec<Option<usize>>) -> Self {
        let mut hunks = Vec::new();
        let (mut from, mut to) = (0, 0);
        let ends = same.iter().enumerate().filter_map(|(place, new)| Some((place, (*new)?)));
        for (place, new) in ends.chain([(base.len(), side.len())]) {
            if place > from || new > to {
                hunks.push(Hunk { from: from..place, to: &side[to..new] });
            }
            (from, to) = (place + 1, new + 1);
        }
        let kept: Vec<_> = same.into_iter().map(|new| new.map(|new| &side[new])).collect();
        let differs = |(old, new): (&Atom<'t>, &Option<&Atom<'t>>)| new.is_some_and(|new| new.look != old.look);
        let restyled = base.iter().zip(&kept).map(differs).collect();
        Self { kept, restyled, hunks }
    }

    fn overlaps(&self, other: &Self) -> bool {
        let (mut one, mut two) = (self.hunks.iter().peekable(), other.hunks.iter().peekable());
        while let (Some(left), Some(right)) = (one.peek(), two.peek()) {
            if left.collides(right) {
                return true;
            }
            // Hunks of one side never touch each other, so the one that ends first meets nothing further on.
            if left.from.end <= right.from.end {
                one.next()
            } else {
                two.next()
            };
        }
        false
    }

    /// Whether something was rewritten, removed or put in here within what `other` gave another look.
    fn cuts(&self, other: &Self) -> bool {
        self.hunks.iter().any(|hunk| {
            let Range { start, end } = hunk.from;
            if hunk.is_insertion() {
                start > 0 && start < other.restyled.len() && other.restyled[start - 1] && other.restyled[start]
            } else {
                other.restyled[start..end].contains(&true)
            }
        })
    }
}

fn combine<'t>(base: &[Atom<'t>], theirs: &Change<'_, 't>, mine: &Change<'_, 't>) -> Option<Vec<Atom<'t>>> {
    let mut merged = Vec::new();
    let (mut left, mut right) = (theirs.hunks.iter().peekable(), mine.hunks.iter().peekable());
    for place in 0..=base.len() {
        let one = left.next_if(|hunk| hunk.from.start == place);
        let other = right.next_if(|hunk| hunk.from.start == place);
        let other = other.filter(|other| one.is_none_or(|one| !one.is_same(other)));
        // What goes between two words stands before what replaces the second.
        let mut here: Vec<&Hunk<'_, 't>> = one.into_iter().chain(other).collect();
        here.sort_by_key(|hunk| !hunk.is_insertion());
        here.iter().for_each(|hunk| merged.extend_from_slice(hunk.to));
        let Some(atom) = base.get(place) else { break };
        if let (Some(one), Some(other)) = (theirs.kept[place], mine.kept[place]) {
            let look = Look::merge(Three { base: atom.look, theirs: one.look, mine: other.look })?;
            let apart = Three { base: atom.apart, theirs: one.apart, mine: other.apart }.settled()?;
            merged.push(Atom { text: atom.text, look, apart });
        }
    }
    Some(merged)
}
