//! The members of lists, with what the transaction put.

use std::collections::BTreeSet;
use std::sync::Arc;

use palimpsest_model::{ObjectId, State};

use super::{Found, Tx};
use crate::error::StoreError;
use crate::record::{DocKey, List};
use crate::sealed::lists_of;
use crate::stored::read_object;

/// So many members of a list are looked at together.
const MEMBERS_AT_ONCE: usize = 100;

impl Tx<'_> {
    /// Whether a list has members, with what this transaction put.
    pub fn has_members(&mut self, list: List) -> Result<bool, StoreError> {
        let put = self.changed.iter().filter_map(|id| self.objects.get(id)?.after.as_ref());
        if put.into_iter().any(|(object, state, _)| lists_of(object, *state).contains(&list)) {
            return Ok(true);
        }
        let mut from = None;
        loop {
            let places = self.rows.members(self.row.id, list, from, MEMBERS_AT_ONCE);
            let places = self.note(places)?;
            let Some(last) = places.last() else { return Ok(false) };
            from = Some(*last);
            if places.iter().any(|(_, id)| !self.changed.contains(id)) {
                return Ok(true);
            }
        }
    }

    /// Shows every object that is in a list or in the trash, and every one that this transaction put, as it left them; by id.
    /// What is deleted is not shown, and what is only looked at is not kept.
    pub fn look_through(&mut self, list: List, mut look: impl FnMut(&Found)) -> Result<(), StoreError> {
        self.looks += 1;
        let mut ids = self.changed.clone();
        for list in [list, List::Trash] {
            self.add_members(list, &mut ids)?;
        }
        for id in ids {
            if let Some(found) = self.glance(id)?.filter(|found| found.state != State::Deleted) {
                look(&found);
            }
        }
        Ok(())
    }

    /// How often this transaction looked through a list.
    #[must_use]
    pub fn looks(&self) -> usize {
        self.looks
    }

    fn add_members(&mut self, list: List, ids: &mut BTreeSet<ObjectId>) -> Result<(), StoreError> {
        let mut from = None;
        loop {
            let places = self.rows.members(self.row.id, list, from, MEMBERS_AT_ONCE);
            let places = self.note(places)?;
            let Some(last) = places.last() else { return Ok(()) };
            from = Some(*last);
            ids.extend(places.iter().map(|(_, id)| *id));
        }
    }

    /// An object in whatever state, with what this transaction put; it is not kept, so that many can be looked at.
    pub fn glance(&mut self, id: ObjectId) -> Result<Option<Found>, StoreError> {
        if self.objects.contains_key(&id) {
            return self.object(id);
        }
        let doc = self.rows.doc(self.row.id, DocKey::Object(id));
        let Some(doc) = self.note(doc)? else { return Ok(None) };
        let object = read_object(&doc.body);
        let object = Arc::new(self.note(object)?);
        Ok(Some(Found { object, state: doc.state, created: doc.created, revision: doc.revision, at: doc.at }))
    }
}
