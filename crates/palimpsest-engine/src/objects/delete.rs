//! DELETE /object: to the trash, or for good.

use palimpsest_model::{ObjectId, State};
use palimpsest_store::{ChangeKind, Tx};

use crate::error::Error;

/// Deletes an object.
#[derive(Clone, Debug)]
pub struct DeleteObject {
    /// Which.
    pub id: ObjectId,
    /// For good, also out of the trash; history keeps it.
    pub hard: bool,
}

impl DeleteObject {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let found = tx.object(self.id)?.ok_or_else(|| Error::not_found("Object"))?;
        let (state, kind) = match (found.state, self.hard) {
            (State::Live | State::Trashed, true) => (State::Deleted, ChangeKind::Deleted),
            (State::Live, false) => (State::Trashed, ChangeKind::Trashed),
            _ => return Err(Error::not_found("Object")),
        };
        Ok(tx.put((*found.object).clone(), state, kind)?)
    }
}
