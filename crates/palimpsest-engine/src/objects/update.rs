//! PATCH /object: properties, collections, text, trash and restore.

use std::collections::BTreeMap;
use std::sync::Arc;

use palimpsest_model::{BlockDraft, CollectionId, ObjectId, Path, PropertyId, State, Value};
use palimpsest_store::{ChangeKind, Found, Tx};

use super::{check_limits, live};
use crate::blocks::{identify, structure_of};
use crate::check::Checks;
use crate::error::Error;
use crate::merging::refuse_homeless;
use crate::operation::Ignored;
use crate::world::Fresh;

/// Changes an object. What is left out stays.
#[derive(Clone, Debug)]
pub struct UpdateObject {
    /// Which.
    pub id: ObjectId,
    /// Values, each replaced whole.
    pub properties: Vec<(PropertyId, Value)>,
    /// The whole new membership.
    pub collections: Option<Vec<CollectionId>>,
    /// The whole new text of these sections.
    pub blocks: BTreeMap<PropertyId, Vec<BlockDraft>>,
    /// `true` trashes the object, `false` restores it.
    pub trashed: Option<bool>,
}

impl UpdateObject {
    /// Answers the object it left; one that is trashed is answered as it was.
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh, ignored: &mut Ignored) -> Result<Found, Error> {
        let before = tx.object(self.id)?.ok_or_else(|| Error::not_found("Object"))?;
        let restores = before.state == State::Trashed && self.trashed == Some(false);
        if before.state != State::Live && !restores {
            return Err(Error::not_found("Object"));
        }
        let schema = Arc::clone(tx.schema());
        if schema.structure(before.object.structure).is_none() && restores {
            return Err(refuse_homeless(&before.object));
        }
        let structure = structure_of(&schema, &before.object)?;
        let mut drafts = self.blocks.clone();
        let mut checks = Checks::new(tx, structure, self.id, Some(&before.object));
        let collections = self.collections.as_ref().map(|ids| checks.collections(ids, &Path::keys(&["collections"])));
        let properties = checks.properties(&self.properties)?;
        checks.sections(&mut drafts)?;
        checks.finish(ignored)?;
        let mut object = (*before.object).clone();
        object.properties.extend(properties);
        object.collections = collections.unwrap_or(object.collections);
        let rewritten = identify(tx, fresh, &object, drafts, ignored)?;
        // A text that stays is shared with the version before, and not looked at.
        if !rewritten.is_empty() {
            object.blocks.extend(rewritten);
            check_limits(&object)?;
        }
        let (state, kind) = match self.trashed {
            Some(true) => (State::Trashed, ChangeKind::Trashed),
            _ if restores => (State::Live, ChangeKind::Restored),
            _ => (State::Live, ChangeKind::Updated),
        };
        tx.put(object, state, kind)?;
        if state == State::Trashed { Ok(before) } else { live(tx, self.id) }
    }
}
