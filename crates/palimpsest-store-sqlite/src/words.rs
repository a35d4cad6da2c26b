//! The first objects of terms that were asked for alone: whoever commits asks of each word of a title whether the space has it
//! elsewhere. They are those of the running transaction, on the connection that writes.

use palimpsest_model::ObjectId;
use palimpsest_store::{Term, TermRange, TitleChanges};
use quick_cache::unsync::Cache;

use crate::changes::changes_of;

/// So many terms are remembered.
const TERMS: usize = 8192;
/// Of each so many objects.
pub(crate) const OBJECTS: usize = 8;

/// The first objects that a term leads to.
#[derive(Clone)]
struct First {
    ids: Vec<ObjectId>,
    /// Whether there are no others.
    all: bool,
}

pub(crate) struct Words(Cache<(i64, Term), First>);

/// The term that a range consists of, if it is one.
pub(crate) fn only(range: &TermRange) -> Option<Term> {
    let (last, text) = range.to.split_last()?;
    (*last == 0 && *text == *range.from).then(|| Term::from_bytes(&range.from))
}

impl Words {
    pub(crate) fn new() -> Self {
        Self(Cache::new(TERMS))
    }

    /// The first objects of a term, at most `limit`; nothing when they are not remembered.
    pub(crate) fn get(&self, key: &(i64, Term), limit: usize) -> Option<Vec<ObjectId>> {
        let first = self.0.get(key)?;
        (first.all || first.ids.len() >= limit).then(|| first.ids.iter().take(limit).copied().collect())
    }

    /// Remembers the first objects of a term: there are no others if these are fewer than [`OBJECTS`].
    pub(crate) fn keep(&mut self, key: (i64, Term), ids: Vec<ObjectId>) {
        let all = ids.len() < OBJECTS;
        self.0.insert(key, First { ids, all });
    }

    /// Does what a commit does.
    pub(crate) fn follow(&mut self, space: i64, titles: &TitleChanges) {
        for ((term, id), entered) in changes_of(titles) {
            let key = (space, term.clone());
            let Some(mut first) = self.0.get_mut(&key) else { continue };
            match first.ids.binary_search(id) {
                Ok(place) if !entered => _ = first.ids.remove(place),
                Err(place) if entered && (first.all || place < first.ids.len()) => first.ids.insert(place, *id),
                _ => {}
            }
            if first.ids.len() > OBJECTS {
                first.ids.truncate(OBJECTS);
                first.all = false;
            }
        }
    }

    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use uuid::Uuid;

    fn id(number: u64) -> ObjectId {
        ObjectId(Uuid::from_u128(number.into()))
    }

    #[test]
    fn what_is_remembered_is_what_there_is() {
        let (term, mut words) = (Term::word("salt"), Words::new());
        let (mut there, mut random, mut known) = (BTreeSet::new(), 7_u64, 0);
        for round in 0..20_000_u64 {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let object = id((random >> 33) % 30);
            // Now there are many, now few.
            let entered = (random >> 40) % 10 < if round / 500 % 2 == 0 { 7 } else { 3 };
            let entry = BTreeSet::from([(term.clone(), object)]);
            let mut titles = TitleChanges::default();
            match entered {
                true if there.insert(object) => titles.entered = entry,
                false if there.remove(&object) => titles.left = entry,
                _ => {}
            }
            words.follow(3, &titles);
            for limit in 1..=3 {
                let first: Vec<ObjectId> = there.iter().take(limit).copied().collect();
                match words.get(&(3, term.clone()), limit) {
                    Some(ids) => {
                        assert_eq!(ids, first, "round {round}, {limit}");
                        known += 1;
                    }
                    None => words.keep((3, term.clone()), there.iter().take(OBJECTS).copied().collect()),
                }
            }
            assert_eq!(words.get(&(4, term.clone()), 1), None, "another space");
        }
        assert!(known > 50_000, "{known}");
    }
}
