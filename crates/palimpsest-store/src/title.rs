//! The index of titles: what each object is called, the last named first, and terms that lead from a word or the
//! beginning of a title to objects. What a search makes of it is decided above; here is only what the index holds.
//!
//! Of each name (the title, each alias, and of a daily note its bare day) there is its whole text, and each of its words. Each
//! word of the space is there once more for its end and once for each run of three letters in it, so that words can be found by
//! their inside and with typing errors without looking at every title.

use std::collections::{BTreeMap, BTreeSet};

use palimpsest_model::{BuiltIn, Object, ObjectId, Revision, SpaceId, State, StructureId, Timestamp, Value, words};
use smallvec::SmallVec;
use uuid::Uuid;

use crate::error::StoreError;
use crate::rows::Rows;
use crate::tx::Found;

/// What an object is called. Only objects that can be seen are in the index, and dates are not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Titled {
    /// Which object.
    pub id: ObjectId,
    /// What it is.
    pub structure: StructureId,
    /// The revision that named it last: that made it, brought it back, or gave it other names. What else changes of an object does
    /// not touch the index. Before format 9 of SQLite it did; what was written then keeps its last change up to then.
    pub named: Revision,
    /// Its title, then its other names.
    pub names: Vec<String>,
}

/// An entry of the index: a kind and a text. Terms are ordered by kind, then by the bytes of the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Term(SmallVec<[u8; SHORT]>);

/// Terms of so many bytes are where they are kept, without a way to elsewhere: many are compared with each other.
const SHORT: usize = 32;

const WHOLE: u8 = b'=';
const WORD: u8 = b'w';
const TAIL: u8 = b'<';
const INSIDE: u8 = b'*';

/// How many letters of a name are indexed, and how many of a word.
const NAME: usize = 1000;
const LETTERS: usize = 64;
/// How many names of one object are indexed.
const NAMES: usize = 100;

impl Term {
    /// The term of a whole name: its words, joined by spaces.
    #[must_use]
    pub fn whole(name: &str) -> Self {
        Self::of(WHOLE, &joined(&name_words(name)))
    }

    /// The term of a word.
    #[must_use]
    pub fn word(word: &str) -> Self {
        Self::of(WORD, word)
    }

    /// The term of a word by its end: the letters in reverse.
    #[must_use]
    pub fn tail(word: &str) -> Self {
        Self::of(TAIL, &word.chars().rev().collect::<String>())
    }

    /// The term of three letters inside a word; it goes on with the word.
    #[must_use]
    pub fn inside(letters: &str, word: &str) -> Self {
        Self::of(INSIDE, &format!("{letters}{word}"))
    }

    /// A term as it is kept.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(SmallVec::from_slice(bytes))
    }

    /// What is kept of it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its text; of an end, in reverse; of an inside, with the three letters in front.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.get(1..).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// This term alone.
    #[must_use]
    pub fn exactly(&self) -> TermRange {
        TermRange { from: self.0.to_vec(), to: [&*self.0, &[0]].concat() }
    }

    /// This term and all that begin with it.
    #[must_use]
    pub fn onwards(&self) -> TermRange {
        // No text has this byte in it.
        TermRange { from: self.0.to_vec(), to: [&*self.0, &[0xff]].concat() }
    }

    fn of(kind: u8, text: &str) -> Self {
        let mut bytes = SmallVec::with_capacity(1 + text.len());
        bytes.push(kind);
        bytes.extend_from_slice(text.as_bytes());
        Self(bytes)
    }
}

/// Neighbouring terms: those from one up to another, which is not among them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TermRange {
    /// The first.
    pub from: Vec<u8>,
    /// The end.
    pub to: Vec<u8>,
}

/// What one commit does to the index.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct TitleChanges {
    /// What objects are called from now on, who were called otherwise.
    pub titled: Vec<Titled>,
    /// Objects that leave the index.
    pub untitled: Vec<ObjectId>,
    /// Terms that no longer lead to an object.
    pub left: BTreeSet<(Term, ObjectId)>,
    /// Terms that now lead to one; those of ends and insides lead to none ([`NO_OBJECT`]).
    pub entered: BTreeSet<(Term, ObjectId)>,
}

/// Stands where a term leads to no object.
pub const NO_OBJECT: ObjectId = ObjectId(Uuid::nil());

/// What an object is called; nothing when it is not in the index.
pub(crate) fn titled_as(object: &Object, state: State, named: Revision) -> Option<Titled> {
    if state != State::Live || object.structure == StructureId::BuiltIn(BuiltIn::UtilDate) {
        return None;
    }
    let title = object.title();
    let mut names = vec![title.to_owned()];
    if object.structure == StructureId::BuiltIn(BuiltIn::RootDailyNote) {
        names.extend(Timestamp::parse(title).and_then(|day| day.to_string().get(..10).map(str::to_owned)));
    }
    if let Some(Value::Aliases(aliases)) = object.properties.get("aliases") {
        names.extend(aliases.iter().take(NAMES).cloned());
    }
    Some(Titled { id: object.id, structure: object.structure, named, names })
}

/// Whether an object is called as before, seen before anything is made of its names.
pub(crate) fn is_called_as_before(before: &Found, object: &Object, state: State) -> bool {
    let same = |name| before.object.properties.get(name) == object.properties.get(name);
    before.state == state && same("title") && same("aliases")
}

impl Titled {
    /// Whether both are called the same, whenever they were named.
    pub(crate) fn is_called_like(&self, other: &Self) -> bool {
        (self.structure, &self.names) == (other.structure, &other.names)
    }
}

impl TitleChanges {
    /// Adds what becomes of one object: nothing when it is called as before.
    pub(crate) fn object(&mut self, id: ObjectId, before: Option<&Titled>, after: Option<Titled>) {
        if let (Some(before), Some(after)) = (before, &after)
            && before.is_called_like(after)
        {
            return;
        }
        let old = before.map(|titled| terms_of(&titled.names)).unwrap_or_default();
        let new = after.as_ref().map(|titled| terms_of(&titled.names)).unwrap_or_default();
        self.left.extend(old.difference(&new).map(|term| (term.clone(), id)));
        self.entered.extend(new.difference(&old).map(|term| (term.clone(), id)));
        match after {
            Some(titled) => self.titled.push(titled),
            None if before.is_some() => self.untitled.push(id),
            None => {}
        }
    }

    /// Adds the ends and insides of words that the space begins or ceases to have.
    pub(crate) fn vocabulary(&mut self, rows: &mut dyn Rows, space: SpaceId) -> Result<(), StoreError> {
        let mut leaving: BTreeMap<Term, BTreeSet<ObjectId>> = BTreeMap::new();
        for (term, id) in self.left.iter().filter(|(term, _)| term.0.first() == Some(&WORD)) {
            leaving.entry(term.clone()).or_default().insert(*id);
        }
        let entering: BTreeSet<Term> =
            self.entered.iter().map(|(term, _)| term).filter(|term| term.0.first() == Some(&WORD)).cloned().collect();
        for term in &entering {
            if rows.terms(space, &term.exactly(), None, 1)?.is_empty() {
                self.entered.extend(parts_of_word(term).into_iter().map(|part| (part, NO_OBJECT)));
            }
        }
        for (term, ids) in leaving.iter().filter(|(term, _)| !entering.contains(*term)) {
            let present = rows.terms(space, &term.exactly(), None, ids.len() + 1)?;
            if present.iter().all(|(_, id)| ids.contains(id)) {
                self.left.extend(parts_of_word(term).into_iter().map(|part| (part, NO_OBJECT)));
            }
        }
        Ok(())
    }
}

/// The words of a name as they are indexed: those of its first 1000 letters, and of each word the first 64 letters.
#[must_use]
pub fn name_words(name: &str) -> Vec<String> {
    let end = name.char_indices().nth(NAME).map_or(name.len(), |(end, _)| end);
    let cut = |word: String| match word.char_indices().nth(LETTERS) {
        Some((end, _)) => word[..end].to_owned(),
        None => word,
    };
    words(&name[..end]).into_iter().map(cut).collect()
}

fn joined(words: &[String]) -> String {
    words.join(" ")
}

pub(crate) fn terms_of(names: &[String]) -> BTreeSet<Term> {
    let mut terms = BTreeSet::new();
    for name in names {
        let words = name_words(name);
        if words.is_empty() {
            continue;
        }
        terms.insert(Term::of(WHOLE, &joined(&words)));
        terms.extend(words.iter().map(|word| Term::word(word)));
    }
    terms
}

/// The terms of the end and the insides of a word; none when the term is not that of a word.
pub(crate) fn parts_of_word(term: &Term) -> Vec<Term> {
    if term.0.first() != Some(&WORD) {
        return Vec::new();
    }
    let word = term.text();
    let letters: Vec<char> = word.chars().collect();
    let insides = letters.windows(3).map(|three| Term::inside(&three.iter().collect::<String>(), word));
    std::iter::once(Term::tail(word)).chain(insides).collect()
}
