//! What changes a space. Each operation is plain data that was read and checked in form; applied inside a commit, alone or
//! with others, it decides in view of the transaction and answers the object to show.

use palimpsest_model::Revision;
use palimpsest_store::{Found, Tx};

use crate::blocks::{AppendBlocks, DeleteBlock, UpdateBlock};
use crate::engine::View;
use crate::error::Error;
use crate::objects::{CreateObject, DeleteObject, UpdateObject};
use crate::world::Fresh;

/// Something to do in a space.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each variant's type tells")]
pub enum Operation {
    CreateObject(CreateObject),
    UpdateObject(UpdateObject),
    DeleteObject(DeleteObject),
    AppendBlocks(AppendBlocks),
    UpdateBlock(UpdateBlock),
    DeleteBlock(DeleteBlock),
}

/// What an operation came to.
#[derive(Clone, Debug)]
pub enum Written {
    /// The object it left (or, of one that was trashed, the object as it was).
    Object(View),
    /// Nothing to show.
    Nothing {
        /// The revision it took, or the head when it changed nothing.
        revision: Revision,
    },
}

impl Operation {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh) -> Result<Option<Found>, Error> {
        match self {
            Self::CreateObject(create) => create.apply(tx, fresh).map(Some),
            Self::UpdateObject(update) => update.apply(tx, fresh).map(Some),
            Self::DeleteObject(delete) => delete.apply(tx).map(|()| None),
            Self::AppendBlocks(append) => append.apply(tx, fresh).map(Some),
            Self::UpdateBlock(update) => update.apply(tx, fresh).map(Some),
            Self::DeleteBlock(delete) => delete.apply(tx).map(Some),
        }
    }
}
