//! The objects of a name, with what the transaction put.

use std::collections::BTreeSet;

use palimpsest_model::ObjectId;

use super::{CALLED, Found, Tx};
use crate::error::StoreError;
use crate::title::{Term, titled_as};

impl Tx<'_> {
    /// The objects in the index of titles that have a name of these words, in any case and with any accents, with what this
    /// transaction put; by id, of very many the first.
    pub fn called(&mut self, name: &str) -> Result<Vec<Found>, StoreError> {
        let term = Term::whole(name);
        let mut ids = self.changed.clone();
        self.add_called(&term, None, &mut ids)?;
        self.named(&term, ids)
    }

    /// One of the objects in the index of titles that have a name of these words and that pass; of several that are found
    /// together the oldest. All of the name are looked at until one passes.
    pub fn find_called(&mut self, name: &str, passes: impl Fn(&Found) -> bool) -> Result<Option<Found>, StoreError> {
        let term = Term::whole(name);
        let (mut ids, mut after) = (self.changed.clone(), None);
        loop {
            after = self.add_called(&term, after, &mut ids)?;
            let named = self.named(&term, std::mem::take(&mut ids))?;
            let found = named.into_iter().filter(&passes).min_by_key(|found| (found.created, found.object.id));
            if found.is_some() || after.is_none() {
                return Ok(found);
            }
        }
    }

    /// Adds the next stored ones of a name; answers where they end, nothing when there were none.
    fn add_called(
        &mut self,
        term: &Term,
        after: Option<(Term, ObjectId)>,
        ids: &mut BTreeSet<ObjectId>,
    ) -> Result<Option<(Term, ObjectId)>, StoreError> {
        let present = self.rows.terms(self.row.id, &term.exactly(), after.as_ref(), CALLED);
        let mut present = self.note(present)?;
        ids.extend(present.iter().map(|(_, id)| *id));
        Ok(present.pop())
    }

    /// Those that have the name as this transaction left them.
    fn named(&mut self, term: &Term, ids: BTreeSet<ObjectId>) -> Result<Vec<Found>, StoreError> {
        let mut named = Vec::new();
        for id in ids {
            let Some(found) = self.glance(id)? else { continue };
            let titled = titled_as(&found.object, found.state, found.revision);
            if titled.is_some_and(|titled| titled.names.iter().any(|other| Term::whole(other) == *term)) {
                named.push(found);
            }
        }
        Ok(named)
    }
}
