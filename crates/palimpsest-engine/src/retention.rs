//! How long the history is kept.

use palimpsest_model::{SpaceId, Timestamp};
use palimpsest_store::{Registry, StoreError};

use crate::engine::Engine;
use crate::error::Error;

/// So many rows at most are taken out in one commit, so that other writes go on between.
const STEP: usize = 500;

impl Engine {
    /// Moves the horizon of every space to the last revision that is older than `keep` milliseconds, and takes out what lies
    /// below. What an earlier call left undone is done as well.
    pub async fn compact(&self, keep: i64) -> Result<(), Error> {
        let until = Timestamp(self.now().0.saturating_sub(keep));
        let spaces = self.store.administer(|registry| registry.spaces().map_err(Error::from)).await??;
        for space in spaces {
            match self.compact_space(space.id, until).await {
                // It was deleted meanwhile.
                Ok(()) | Err(StoreError::NoSuchSpace) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn compact_space(&self, space: SpaceId, until: Timestamp) -> Result<(), StoreError> {
        let horizon = self.store.read(space, move |snapshot| snapshot.revision_at(until)).await?.value?;
        let horizon = horizon.unwrap_or_default();
        let step = move |registry: &mut Registry<'_>| registry.compact(space, horizon, STEP);
        while !self.store.administer(step).await?? {}
        Ok(())
    }
}
