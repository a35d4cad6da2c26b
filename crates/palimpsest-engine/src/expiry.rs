//! Stored answers that nobody may ask for any more.

use palimpsest_model::Timestamp;
use palimpsest_store::{ANSWERS_KEPT, Registry};

use crate::engine::Engine;
use crate::error::Error;

/// So many at most are removed in one commit, so that other writes go on between.
const STEP: usize = 500;

impl Engine {
    /// Removes the stored answers that are older than a day; how many there were.
    pub async fn expire_answers(&self) -> Result<usize, Error> {
        let before = Timestamp(self.now().0.saturating_sub(ANSWERS_KEPT));
        let mut removed = 0;
        loop {
            let step = move |registry: &mut Registry<'_>| registry.expire_answers(before, STEP).map_err(Error::from);
            let count = self.store.administer(step).await??;
            removed += count;
            if count < STEP {
                return Ok(removed);
            }
        }
    }
}
