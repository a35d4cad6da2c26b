//! The way to the objects: class by class, through the terms when they are few, else from the last named back.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use palimpsest_model::{ObjectId, Revision, StructureId};
use palimpsest_store::{Snapshot, StoreError, Term, TermRange, Titled};

use super::counted::Counted;
use super::query::{Class, Query};
use super::vocabulary::Vocabulary;
use super::walk::Walk;

/// How much is read in one go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// At first so many rows of each kind.
    pub(super) first: usize,
    /// Then so many times as many, again and again; nothing when the first effort has to do.
    pub(super) growth: Option<usize>,
    /// About so many rows in all, and no more.
    pub(super) most: usize,
}

/// An object that was found. They are ordered as they are answered.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Hit {
    pub(crate) class: Class,
    pub(super) named: Reverse<Revision>,
    pub(crate) id: ObjectId,
    pub(crate) structure: StructureId,
    pub(crate) title: String,
}

/// So many words of a query lead to objects; the others are only checked.
const LEADING: usize = 4;
/// Rows of the vocabulary take less time than others, so that many more are read with the same effort.
const VOCABULARY: usize = 8;

pub(super) struct Finder<'s, 'r> {
    look: Counted<'s, 'r>,
    query: &'s Query,
    structures: BTreeSet<StructureId>,
    effort: Effort,
    /// At most so many objects are wanted.
    limit: usize,
    /// What is known of objects that terms led to.
    judged: HashMap<ObjectId, Option<Hit>>,
    vocabulary: Vec<Vocabulary>,
    walk: Walk,
    /// What the walk met of each class, in its order, as far as it may be wanted.
    met: BTreeMap<Class, Vec<Hit>>,
    /// Whether the walk has come to its end.
    complete: bool,
}

impl<'s, 'r> Finder<'s, 'r> {
    /// A search among the objects of these structures.
    pub(super) fn new(
        snapshot: &'s mut Snapshot<'r>,
        query: &'s Query,
        structures: BTreeSet<StructureId>,
        limit: usize,
        effort: Effort,
    ) -> Self {
        Self {
            look: Counted::new(snapshot, effort.most),
            query,
            effort,
            limit,
            judged: HashMap::new(),
            vocabulary: query.words.iter().take(LEADING).map(|_| Vocabulary::default()).collect(),
            walk: Walk::through(structures.clone()),
            structures,
            met: BTreeMap::new(),
            complete: false,
        }
    }

    /// The first objects in the order of answers, unless it takes more effort to tell; and how many rows were read.
    pub(super) fn find(mut self) -> Result<(Option<Vec<Hit>>, usize), StoreError> {
        let mut found = Vec::new();
        for class in Class::ALL {
            if found.len() < self.limit && self.is_possible(class) {
                let Some(hits) = self.of_class(class, self.limit - found.len())? else {
                    return Ok((None, self.look.rows));
                };
                found.extend(hits);
            }
        }
        Ok((Some(found), self.look.rows))
    }

    fn is_possible(&self, class: Class) -> bool {
        match class {
            Class::Exact | Class::Prefix | Class::WordPrefix => true,
            Class::Inside => self.query.words.iter().any(|word| word.goes_inside()),
            Class::Typo => self.query.words.iter().any(|word| word.edits > 0),
        }
    }

    /// The first objects of a class. Both ways are tried in turns with growing effort, so that the search costs about as much
    /// as the cheaper one: terms are few for what is rare, and what is common is among the last named.
    fn of_class(&mut self, class: Class, wanted: usize) -> Result<Option<Vec<Hit>>, StoreError> {
        let mut effort = self.effort.first;
        loop {
            if let Some(hits) = self.attempt(class, wanted, effort)? {
                return Ok(Some(hits));
            }
            let Some(growth) = self.effort.growth.filter(|_| !self.look.is_spent()) else { return Ok(None) };
            effort = effort.saturating_mul(growth);
        }
    }

    /// Both ways with one effort; nothing when it was too little.
    fn attempt(&mut self, class: Class, wanted: usize, effort: usize) -> Result<Option<Vec<Hit>>, StoreError> {
        if let Some(hits) = self.met_enough(class, wanted) {
            return Ok(Some(hits));
        }
        let Some(ids) = self.candidates(class, effort)? else {
            self.go_on(class, wanted, effort)?;
            return Ok(self.met_enough(class, wanted));
        };
        let mut hits = Vec::new();
        for id in ids {
            hits.extend(self.judge(id)?.filter(|hit| hit.class == class));
        }
        hits.sort_unstable();
        hits.truncate(wanted);
        Ok(Some(hits))
    }

    /// The first of a class, when the walk has met them all.
    fn met_enough(&self, class: Class, wanted: usize) -> Option<Vec<Hit>> {
        let met = self.met.get(&class).map_or(&[][..], Vec::as_slice);
        (self.complete || met.len() >= wanted).then(|| met.iter().take(wanted).cloned().collect())
    }

    /// Goes on with the walk, until it has met so many of a class, but not for more than so many objects.
    fn go_on(&mut self, class: Class, wanted: usize, most: usize) -> Result<(), StoreError> {
        for _ in 0..most {
            let Some(titled) = self.walk.next(&mut self.look)? else {
                self.complete = !self.look.is_spent();
                return Ok(());
            };
            let Some(hit) = hit(self.query, titled) else { continue };
            let met = self.met.entry(hit.class).or_default();
            let is_last = hit.class == class && met.len() + 1 == wanted;
            if met.len() < self.limit {
                met.push(hit);
            }
            if is_last {
                return Ok(());
            }
        }
        Ok(())
    }

    /// All objects that may be of a class or a better one; nothing when finding out takes more than the effort.
    fn candidates(&mut self, class: Class, effort: usize) -> Result<Option<BTreeSet<ObjectId>>, StoreError> {
        let whole = Term::whole(&self.query.text);
        match class {
            Class::Exact => return self.objects([whole.exactly()], effort),
            Class::Prefix => return self.objects([whole.onwards()], effort),
            Class::WordPrefix | Class::Inside | Class::Typo => {}
        }
        let mut common: Option<BTreeSet<ObjectId>> = None;
        for index in 0..self.vocabulary.len() {
            if let Some(ids) = self.led_to(index, class, effort)? {
                common = Some(common.map_or_else(|| ids.clone(), |common| &common & &ids));
            }
        }
        Ok(common)
    }

    /// The objects that a word of the query leads to.
    fn led_to(&mut self, index: usize, class: Class, effort: usize) -> Result<Option<BTreeSet<ObjectId>>, StoreError> {
        let Some((word, vocabulary)) = self.query.words.get(index).zip(self.vocabulary.get_mut(index)) else {
            return Ok(None);
        };
        let mut words = BTreeSet::new();
        let rows = effort.saturating_mul(VOCABULARY);
        if class >= Class::Inside {
            let Some(inside) = vocabulary.inside(&mut self.look, word, rows)? else { return Ok(None) };
            words.extend(inside.iter().cloned());
        }
        if class >= Class::Typo {
            let Some(near) = vocabulary.near(&mut self.look, word, rows)? else { return Ok(None) };
            words.extend(near.iter().cloned());
        }
        let others = words.iter().map(|word| Term::word(word).exactly());
        self.objects(std::iter::once(Term::word(&word.text).onwards()).chain(others), effort)
    }

    /// The objects that terms lead to; nothing when there are more terms than the effort allows.
    fn objects(
        &mut self,
        ranges: impl IntoIterator<Item = TermRange>,
        effort: usize,
    ) -> Result<Option<BTreeSet<ObjectId>>, StoreError> {
        let mut ids = BTreeSet::new();
        let mut left = effort;
        for range in ranges {
            let Some(terms) = self.look.all_terms(&range, left)? else { return Ok(None) };
            left -= terms.len();
            ids.extend(terms.into_iter().map(|(_, id)| id));
        }
        Ok(Some(ids))
    }

    /// How an object answers the query, as its own names tell.
    fn judge(&mut self, id: ObjectId) -> Result<Option<Hit>, StoreError> {
        if let Some(known) = self.judged.get(&id) {
            return Ok(known.clone());
        }
        let titled = self.look.titled(id)?.filter(|titled| self.structures.contains(&titled.structure));
        let hit = titled.and_then(|titled| hit(self.query, titled));
        self.judged.insert(id, hit.clone());
        Ok(hit)
    }
}

fn hit(query: &Query, titled: Titled) -> Option<Hit> {
    let class = query.class(&titled.names)?;
    let Titled { id, structure, named, names } = titled;
    Some(Hit { class, named: Reverse(named), id, structure, title: names.into_iter().next().unwrap_or_default() })
}
