//! Which words of the space a word of a query stands for, when it does not begin them.

use std::collections::BTreeSet;

use palimpsest_store::{StoreError, Term, TermRange};

use super::counted::Counted;
use super::edits::{Piece, pieces};
use super::query::Word;

/// How many places of a word are tried for the rarest three letters.
const PLACES: usize = 8;

/// What was found out about one word of a query.
#[derive(Default)]
pub(super) struct Vocabulary {
    inside: Option<BTreeSet<String>>,
    near: Option<BTreeSet<String>>,
}

impl Vocabulary {
    /// The words that have this one inside; nothing when more than `most` rows would have to be read.
    pub(super) fn inside(
        &mut self,
        look: &mut Counted<'_, '_>,
        word: &Word,
        most: usize,
    ) -> Result<Option<&BTreeSet<String>>, StoreError> {
        if self.inside.is_none() {
            self.inside = find_inside(look, word, most)?;
        }
        Ok(self.inside.as_ref())
    }

    /// The words that this one is but for typing errors and that do not begin with it; nothing when more than `most` rows would have to be read at once.
    pub(super) fn near(
        &mut self,
        look: &mut Counted<'_, '_>,
        word: &Word,
        most: usize,
    ) -> Result<Option<&BTreeSet<String>>, StoreError> {
        if self.near.is_none() {
            self.near = find_near(look, word, most)?;
        }
        Ok(self.near.as_ref())
    }
}

fn find_inside(look: &mut Counted<'_, '_>, word: &Word, most: usize) -> Result<Option<BTreeSet<String>>, StoreError> {
    if !word.goes_inside() {
        return Ok(Some(BTreeSet::new()));
    }
    let mut rarest: Option<Vec<String>> = None;
    for letters in word.letters.windows(3).take(PLACES) {
        let most = rarest.as_ref().map_or(most, Vec::len);
        let letters: String = letters.iter().collect();
        rarest = words(look, &Term::inside(&letters, "").onwards(), word_of_inside, most)?.or(rarest);
    }
    let is_new = |found: &String| found.contains(&word.text) && !found.starts_with(&word.text);
    Ok(rarest.map(|found| found.into_iter().filter(is_new).collect()))
}

fn find_near(look: &mut Counted<'_, '_>, word: &Word, most: usize) -> Result<Option<BTreeSet<String>>, StoreError> {
    let mut near = BTreeSet::new();
    if word.edits == 0 {
        return Ok(Some(near));
    }
    for piece in pieces(&word.letters, word.edits) {
        let found = match piece {
            Piece::Start(text) => {
                let three: String = text.chars().take(3).collect();
                words(look, &Term::inside(&three, &text).onwards(), word_of_inside, most)?
            }
            Piece::End(text) => words(look, &Term::tail(&text).onwards(), word_of_tail, most)?,
            Piece::Inside(three) => words(look, &Term::inside(&three, "").onwards(), word_of_inside, most)?,
        };
        let Some(found) = found else { return Ok(None) };
        near.extend(found.into_iter().filter(|found| !found.starts_with(&word.text) && word.is_near(found)));
    }
    Ok(Some(near))
}

/// The words that the terms of a range are made of; nothing when there are more than `most`.
fn words(
    look: &mut Counted<'_, '_>,
    range: &TermRange,
    of: fn(&Term) -> String,
    most: usize,
) -> Result<Option<Vec<String>>, StoreError> {
    let terms = look.all_terms(range, most)?;
    Ok(terms.map(|terms| terms.iter().map(|(term, _)| of(term)).collect()))
}

fn word_of_inside(term: &Term) -> String {
    term.text().chars().skip(3).collect()
}

fn word_of_tail(term: &Term) -> String {
    term.text().chars().rev().collect()
}
