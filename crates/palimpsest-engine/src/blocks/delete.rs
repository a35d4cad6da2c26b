//! DELETE /block.

use palimpsest_model::{BlockId, ObjectId, State, delete_block};
use palimpsest_store::{ChangeKind, Found, Tx};

use crate::error::Error;
use crate::objects::live;

/// Removes a block with everything below it.
#[derive(Clone, Debug)]
pub struct DeleteBlock {
    /// Which object.
    pub id: ObjectId,
    /// Which block.
    pub block: BlockId,
}

impl DeleteBlock {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>) -> Result<Found, Error> {
        let mut object = (*live(tx, self.id)?.object).clone();
        delete_block(&mut object, self.block)?;
        tx.put(object, State::Live, ChangeKind::Updated)?;
        live(tx, self.id)
    }
}
