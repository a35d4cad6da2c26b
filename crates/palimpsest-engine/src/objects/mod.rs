//! Creating, updating and deleting objects (spec/02 §4–6).

mod create;
mod delete;
mod edits;
mod link;
mod media;
mod revert;
mod sets;
mod update;

pub use create::CreateObject;
pub(crate) use create::creatable;
pub use delete::DeleteObject;
pub use edits::{Edit, EditObject, MAX_EDITS};
pub(crate) use link::name_in;
pub use link::{CreateFromUrl, Notes};
pub use media::CreateMedia;
pub use revert::RevertObject;
pub use update::UpdateObject;

use palimpsest_model::{Object, ObjectId, State};
use palimpsest_store::{Found, Tx};

use crate::error::Error;

/// The object of this id when it can be seen; trashed, deleted and absent ones are all not found.
pub(crate) fn live(tx: &mut Tx<'_>, id: ObjectId) -> Result<Found, Error> {
    tx.object(id)?.filter(|found| found.state == State::Live).ok_or_else(|| Error::not_found("Object"))
}

/// Refuses an object that holds more than an object may.
pub(crate) fn check_limits(object: &Object) -> Result<(), Error> {
    use palimpsest_model::{EditError, MAX_BLOCKS, MAX_DEPTH};
    if object.block_count() > MAX_BLOCKS {
        return Err(EditError::TooMany.into());
    }
    if object.depth() > MAX_DEPTH {
        return Err(EditError::TooDeep.into());
    }
    Ok(())
}
