//! PATCH /blocks/block.

use std::rc::Rc;

use palimpsest_model::{BlockDraft, BlockId, EditError, ObjectId, PropertyId, update_block};
use palimpsest_store::{Found, Tx};

use super::{note_new_id, with_names};
use crate::check::Checks;
use crate::editing::{Editing, edit};
use crate::error::Error;
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
        edit(tx, fresh, ignored, self.id, |editing| {
            editing.update_block(self.section.as_ref(), self.block, &self.draft)
        })
    }
}

impl Editing<'_, '_> {
    /// Replaces the content of a block.
    pub(crate) fn update_block(
        &mut self,
        section: Option<&PropertyId>,
        id: BlockId,
        sent: &BlockDraft,
    ) -> Result<(), Error> {
        let (path, section_path) = (self.path("block"), self.path("propertyId"));
        let mut draft = sent.clone();
        let mut checks = Checks::knowing(self.tx, self.structure, self.object.id, Rc::clone(&self.known));
        if let Some(section) = section {
            checks.section(section, section_path);
        }
        checks.draft(&mut draft, &path)?;
        checks.finish(self.ignored)?;
        let taken = self.taken(std::slice::from_ref(sent));
        let object = &mut self.object;
        let owner = object.id;
        let updated = with_names(
            self.tx,
            self.fresh,
            owner,
            |id| taken.contains(&id),
            |names| update_block(object, section, id, draft, names),
        )?;
        updated.map_err(|error| {
            let path = match error {
                EditError::UnknownBlock(_) => self.path("blockId"),
                EditError::OtherKind { .. } => path.clone().key("type"),
                _ => path.clone(),
            };
            self.refused(error, path)
        })?;
        if let Some((_, block)) = self.object.find_block(id) {
            note_new_id(sent, block, &path, self.ignored);
        }
        Ok(())
    }
}
