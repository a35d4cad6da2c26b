//! Why a store fails.

use palimpsest_model::{ObjectId, Revision, SpaceId};

/// Why a store could not do its work. What is expected of data (absent, stale, taken) is a value, never one of these; only that
/// the past is gone is told here, so that whoever reads the past passes it on.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The space is not (or no longer) there.
    #[error("there is no such space")]
    NoSuchSpace,
    /// A space with this id is there already.
    #[error("there is a space {0} already")]
    SpaceExists(SpaceId),
    /// Too much is waiting already.
    #[error("too many requests are waiting for the store")]
    Busy,
    /// The disk or the database refused; whether a write happened is unknown until the store was reopened.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What is stored contradicts itself.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// The closure of this commit or read panicked.
    #[error("an internal fault: {0}")]
    Panicked(String),
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// The revision lies below the horizon of its space. The store works; a commit that met this may go on.
    #[error("the history before revision {oldest} is gone")]
    Compacted {
        /// The oldest revision at which the space can still be read.
        oldest: Revision,
    },
    /// The operator erased the object. The store works; a commit that met this may go on.
    #[error("the content of {id} at revision {revision} was erased")]
    Erased {
        /// Which object.
        id: ObjectId,
        /// The revision at which it was to be read.
        revision: Revision,
    },
}

impl StoreError {
    /// Whether this is only that something of the past is gone, not that the store could not do its work.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Compacted { .. } | Self::Erased { .. })
    }
}
