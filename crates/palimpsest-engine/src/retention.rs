//! How long the history is kept.

use palimpsest_model::{SpaceId, Timestamp};

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
            self.compact_space(space.id, until).await?;
        }
        Ok(())
    }

    async fn compact_space(&self, space: SpaceId, until: Timestamp) -> Result<(), Error> {
        let horizon = self.store.read(space, move |snapshot| snapshot.revision_at(until)).await?.value?;
        let horizon = horizon.unwrap_or_default();
        loop {
            let step = move |registry: &mut palimpsest_store::Registry<'_>| registry.compact(space, horizon, STEP);
            if self.store.administer(step).await?? {
                return Ok(());
            }
        }
    }
}
