//! Uploads that were begun and not ended.

use std::collections::BTreeSet;

use palimpsest_store::{Registry, Upload};

use super::is_over;
use super::turns::Step;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Removes the uploads whose time is over, and parts that belong to none; how many.
    pub async fn expire_uploads(&self) -> Result<usize, Error> {
        let Ok(files) = self.files() else { return Ok(0) };
        // Looked for before the sessions: each of these parts came after its session, so what has none now is left over.
        let mut stale: BTreeSet<_> = files.uploads().await?.into_iter().collect();
        let now = self.now();
        let sessions = self.store.administer(|registry: &mut Registry<'_>| registry.uploads()).await??;
        let (over, open): (Vec<Upload>, Vec<_>) = sessions.into_iter().partition(|upload| is_over(upload, now));
        for upload in &open {
            stale.remove(&upload.id);
        }
        stale.extend(over.iter().map(|upload| upload.id));
        for id in &stale {
            let _turn = self.turns.turn(*id, Step::Ending).await;
            self.drop_upload(*id).await?;
            files.discard(*id).await?;
        }
        Ok(stale.len())
    }
}
