//! Bytes of files that nobody needs any more.

use palimpsest_model::{FileHash, Timestamp};
use palimpsest_store::{FilesError, Registry};

use crate::engine::Engine;
use crate::error::{Code, Error};

/// How long bytes stay that nothing names, in milliseconds: whoever put them may still be about to name them.
const UNNAMED_KEPT: i64 = 24 * 60 * 60 * 1000;

/// So many names are looked up in one commit, so that other writes go on between.
const STEP: usize = 500;

impl Engine {
    /// Removes the bytes that no object names, neither now nor in a version that can still be read, and that were last put more
    /// than a day ago; how many files that were. The parts of uploads that are no more go too.
    ///
    /// Whoever puts bytes that are about to be removed makes them young, and they stay: what a commit names was put before.
    pub async fn collect_files(&self) -> Result<usize, Error> {
        let Some(files) = &self.files else { return Ok(0) };
        let (mut removed, mut after) = (0, None);
        loop {
            let page = files.list(after, STEP).await.map_err(unreachable)?;
            let Some(last) = page.last() else { break };
            after = Some(*last);
            removed += self.collect(page).await?;
        }
        for id in files.uploads().await.map_err(unreachable)? {
            let find = move |registry: &mut Registry<'_>| registry.upload(id).map_err(Error::from);
            if self.store.administer(find).await??.is_none() {
                files.discard(id).await.map_err(unreachable)?;
            }
        }
        Ok(removed)
    }

    /// The same with these files alone.
    pub(crate) async fn collect(&self, hashes: Vec<FileHash>) -> Result<usize, Error> {
        let Some(files) = &self.files else { return Ok(0) };
        let before = Timestamp(self.now().0.saturating_sub(UNNAMED_KEPT));
        let asked = hashes.clone();
        let find = move |registry: &mut Registry<'_>| registry.named_files(&asked).map_err(Error::from);
        let named = self.store.administer(find).await??;
        let mut removed = 0;
        for hash in hashes.into_iter().filter(|hash| !named.contains(hash)) {
            removed += usize::from(files.remove(hash, before).await.map_err(unreachable)?);
        }
        Ok(removed)
    }
}

fn unreachable(error: FilesError) -> Error {
    let refusal = Error::new(Code::ServiceUnavailable, "The files cannot be reached; try again shortly");
    Error { cause: Some(error.to_string()), ..refusal }
}
