//! POST /object/revert: an object becomes what it was.

use std::sync::Arc;

use palimpsest_model::{ObjectId, Path, Problems, Revision, State};
use palimpsest_store::{ChangeKind, Found, Tx};

use super::live;
use crate::error::Error;
use crate::history::beyond;
use crate::merging::{Combined, combine, refuse, refuse_homeless, structure_in};
use crate::operation::Ignored;

/// Gives an object back what it was at an earlier revision.
#[derive(Clone, Copy, Debug)]
pub struct RevertObject {
    /// Which, in whatever state.
    pub id: ObjectId,
    /// The revision.
    pub revision: Revision,
}

impl RevertObject {
    /// Answers the object it left, which can be seen whatever became of it since.
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, ignored: &mut Ignored) -> Result<Found, Error> {
        let Self { id, revision } = *self;
        let now = tx.object(id)?.ok_or_else(|| Error::not_found("Object"))?;
        if let Some(problem) = beyond(&tx.before_row(), revision, "revision") {
            return Err(Problems::from(problem).into());
        }
        let then = tx.object_at(id, revision)?.ok_or_else(|| Error::not_found("Object"))?;
        let schema = Arc::clone(tx.schema());
        let Some(structure) = schema.structure(then.object.structure) else {
            return Err(refuse_homeless(&then.object));
        };
        let mut then = (*then.object).clone();
        // What it was put into may be gone since; it stays gone.
        then.collections.retain(|id| {
            let is_there = schema.collection(*id).is_some();
            if !is_there {
                ignored.extend([Path::keys(&["collections", &id.to_string()])]);
            }
            is_there
        });
        // What is there is what is left, so that nothing collides but what does not fit any more.
        let Combined { object, conflicts } =
            combine(&now.object, &now, &then, &structure.value, &schema, &mut structure_in(tx));
        refuse(conflicts)?;
        tx.put(object, State::Live, ChangeKind::Reverted)?;
        live(tx, id)
    }
}
