//! PATCH /blocks/block.

use std::sync::Arc;

use palimpsest_model::{BlockDraft, BlockId, ObjectId, Path, PropertyId, State, update_block};
use palimpsest_store::{ChangeKind, Found, Tx};

use super::{note_new_id, structure_of, with_names};
use crate::check::Checks;
use crate::error::Error;
use crate::objects::live;
use crate::operation::Ignored;
use crate::world::Fresh;

/// Replaces the content of a block; what is left out stays, `null` removes, children are replaced when given.
#[derive(Clone, Debug)]
pub struct UpdateBlock {
    /// Which object.
    pub id: ObjectId,
    /// Which section the block must stand in, if the client cares.
    pub section: Option<PropertyId>,
    /// Which block.
    pub block: BlockId,
    /// What it shall say.
    pub draft: BlockDraft,
}

impl UpdateBlock {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh, ignored: &mut Ignored) -> Result<Found, Error> {
        let before = live(tx, self.id)?;
        let schema = Arc::clone(tx.schema());
        let structure = structure_of(&schema, &before.object)?;
        let mut draft = self.draft.clone();
        let mut checks = Checks::new(tx, structure, self.id, Some(&before.object));
        if let Some(section) = &self.section {
            checks.section(section, Path::keys(&["propertyId"]));
        }
        checks.draft(&mut draft, &Path::keys(&["block"]))?;
        checks.finish(ignored)?;
        let mut object = (*before.object).clone();
        with_names(tx, fresh, &before.object, |names| {
            update_block(&mut object, self.section.as_ref(), self.block, draft, names)
        })??;
        if let Some((_, block)) = object.find_block(self.block) {
            note_new_id(&self.draft, block, &Path::keys(&["block"]), ignored);
        }
        tx.put(object, State::Live, ChangeKind::Updated)?;
        live(tx, self.id)
    }
}
