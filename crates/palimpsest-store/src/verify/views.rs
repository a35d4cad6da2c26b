//! The views: members of lists, the index of titles and its terms hold what the documents say, and nothing else.

use std::collections::BTreeSet;

use palimpsest_model::{ObjectId, State};

use super::{AT_ONCE, Space, before, name};
use crate::record::{Doc, DocKey, List, Place};
use crate::sealed::lists_of;
use crate::stored::read_object;
use crate::title::{NO_OBJECT, Term, Titled, parts_of_word, terms_of, titled_as};

/// How many rows of each view there are to be.
#[derive(Default)]
struct Expected {
    members: usize,
    titled: usize,
    terms: usize,
    words: BTreeSet<Term>,
}

/// What the views say of a document; what cannot be read is told elsewhere.
pub(super) fn said(doc: &Doc) -> (BTreeSet<List>, Option<Titled>) {
    match read_object(&doc.body) {
        Ok(object) => (lists_of(&object, doc.state), titled_as(&object, doc.state, doc.revision)),
        Err(_) => (BTreeSet::new(), None),
    }
}

impl Space<'_> {
    pub(super) fn check_views(&mut self) {
        let mut expected = Expected::default();
        self.each_doc(|space, doc| {
            if let DocKey::Object(id) = doc.key {
                space.check_lists(id, &doc, &mut expected);
                space.check_title(id, &doc, &mut expected);
            }
        });
        let mut parts = BTreeSet::new();
        for word in std::mem::take(&mut expected.words) {
            for part in parts_of_word(&word) {
                if parts.insert(part.clone()) {
                    expected.terms += 1;
                    self.check_term(&part, NO_OBJECT);
                }
            }
        }
        self.check_members(expected.members);
        self.check_titled(expected.titled);
        self.check_terms(expected.terms, &parts);
    }

    fn check_lists(&mut self, id: ObjectId, doc: &Doc, expected: &mut Expected) {
        let space = self.row.id;
        let place: Place = (doc.created, id);
        for list in said(doc).0 {
            expected.members += 1;
            let found = self.rows.members(space, list, Some(before(place)), 1);
            if self.verified.note(&name(doc.key), found).is_some_and(|found| found.first() != Some(&place)) {
                self.find(format!("{} is not in {list:?}", name(doc.key)));
            }
            let changed = self.rows.list_changed(space, list);
            let changed = self.verified.note(&name(doc.key), changed).flatten();
            if changed.is_none_or(|changed| changed < doc.revision || changed > self.row.revision) {
                self.find(format!("{list:?} is not noted as changed when {} was", name(doc.key)));
            }
        }
    }

    fn check_title(&mut self, id: ObjectId, doc: &Doc, expected: &mut Expected) {
        let title = said(doc).1;
        let found = self.rows.titled(self.row.id, id);
        let is_called = |found: Option<Titled>| match (&found, &title) {
            (Some(found), Some(title)) => found.is_called_like(title),
            (found, title) => found.is_none() && title.is_none(),
        };
        if self.verified.note(&name(doc.key), found).is_some_and(|found| !is_called(found)) {
            self.find(format!("the index of titles says something else of {}", name(doc.key)));
        }
        let Some(title) = title else { return };
        expected.titled += 1;
        for term in terms_of(&title.names) {
            expected.terms += 1;
            self.check_term(&term, id);
            if !parts_of_word(&term).is_empty() {
                expected.words.insert(term);
            }
        }
    }

    fn check_term(&mut self, term: &Term, id: ObjectId) {
        let (_, earlier) = before((self.row.revision, id));
        let after = (term.clone(), earlier);
        let after = Some(&after).filter(|_| id != NO_OBJECT);
        let found = self.rows.terms(self.row.id, &term.exactly(), after, 1);
        let what = format!("the term {:?}", term.text());
        if self.verified.note(&what, found).is_some_and(|found| found.first() != Some(&(term.clone(), id))) {
            self.find(format!("{what} does not lead to {id}"));
        }
    }

    /// Members that no document says, looked for when there are more rows than there are to be.
    fn check_members(&mut self, expected: usize) {
        let (mut after, mut count, mut strange) = (None, 0, Vec::new());
        loop {
            let members = self.rows.all_members(self.row.id, after, AT_ONCE);
            let members = self.verified.note("the members of lists", members).unwrap_or_default();
            let Some(last) = members.last() else { break };
            after = Some(*last);
            count += members.len();
            for (list, (created, id)) in members {
                let doc = self.rows.doc(self.row.id, DocKey::Object(id)).ok().flatten();
                if doc.is_none_or(|doc| doc.created != created || !said(&doc).0.contains(&list)) {
                    strange.push(format!("{list:?} has the member {id}, which does not belong there"));
                }
            }
        }
        self.told("members of lists", count, expected, strange);
    }

    fn check_titled(&mut self, expected: usize) {
        let (mut after, mut count, mut strange) = (None, 0, Vec::new());
        loop {
            let titled = self.rows.all_titled(self.row.id, after, AT_ONCE);
            let titled = self.verified.note("the index of titles", titled).unwrap_or_default();
            let Some(last) = titled.last() else { break };
            after = Some(last.id);
            count += titled.len();
            for Titled { id, .. } in titled {
                let doc = self.rows.doc(self.row.id, DocKey::Object(id)).ok().flatten();
                if doc.is_none_or(|doc| doc.state != State::Live) {
                    strange.push(format!("the index of titles has {id}, which cannot be seen"));
                }
            }
        }
        self.told("titles", count, expected, strange);
    }

    fn check_terms(&mut self, expected: usize, parts: &BTreeSet<Term>) {
        let (mut after, mut count, mut strange): (Option<(Term, ObjectId)>, _, _) = (None, 0, Vec::new());
        loop {
            let terms = self.rows.all_terms(self.row.id, after.as_ref(), AT_ONCE);
            let terms = self.verified.note("the terms", terms).unwrap_or_default();
            let Some(last) = terms.last() else { break };
            after = Some(last.clone());
            count += terms.len();
            for (term, id) in terms {
                let known = if id == NO_OBJECT {
                    parts.contains(&term)
                } else {
                    let titled = self.rows.titled(self.row.id, id).ok().flatten();
                    titled.is_some_and(|titled| terms_of(&titled.names).contains(&term))
                };
                if !known {
                    strange.push(format!("the term {:?} leads to {id}, which is not called so", term.text()));
                }
            }
        }
        self.told("terms", count, expected, strange);
    }

    fn told(&mut self, what: &str, count: usize, expected: usize, strange: Vec<String>) {
        let known = strange.len();
        strange.into_iter().for_each(|strange| self.find(strange));
        if known == 0 && count > expected {
            self.find(format!("there are {count} {what}, and should be {expected}"));
        }
    }
}
