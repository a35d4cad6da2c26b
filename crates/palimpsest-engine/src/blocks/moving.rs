//! POST /blocks/move.

use std::rc::Rc;

use palimpsest_model::{BlockId, EditError, ObjectId, move_block};
use palimpsest_store::{Found, Tx};

use super::place::Place;
use crate::check::Checks;
use crate::editing::{Editing, edit};
use crate::error::Error;
use crate::operation::Ignored;
use crate::world::Fresh;

/// Moves a block with everything below it.
#[derive(Clone, Debug)]
pub struct MoveBlock {
    /// Which object.
    pub id: ObjectId,
    /// Which block.
    pub block: BlockId,
    /// Where to; in the section where it stands when neither a section nor another block is named.
    pub place: Place,
}

impl MoveBlock {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh, ignored: &mut Ignored) -> Result<Found, Error> {
        edit(tx, fresh, ignored, self.id, |editing| editing.move_block(self.block, &self.place))
    }
}

impl Editing<'_, '_> {
    /// Moves a block.
    pub(crate) fn move_block(&mut self, block: BlockId, place: &Place) -> Result<(), Error> {
        let home = self.object.find_block(block).map(|(section, _)| section);
        let unknown = || Error::of_edit(&EditError::UnknownBlock(block), self.path("blockId"));
        let section = place.section_in(self, Some(home.ok_or_else(unknown)?))?;
        let section_path = self.path("propertyId");
        let mut checks = Checks::knowing(self.tx, self.structure, self.object.id, Rc::clone(&self.known));
        checks.section(&section, section_path);
        checks.finish(self.ignored)?;
        let moved = move_block(&mut self.object, block, &section, place.parent, place.position);
        moved.map_err(|error| Error::of_edit(&error, place.path(&self.at)))
    }
}
