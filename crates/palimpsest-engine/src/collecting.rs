//! Bytes of files that nobody needs any more.

use palimpsest_model::{FileHash, Timestamp};
use palimpsest_store::{FilesError, Registry};
use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::error::Error;

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
        for id in files.uploads().await.map_err(Error::unreachable)? {
            let find = move |registry: &mut Registry<'_>| registry.upload(id).map_err(Error::from);
            if self.store.administer(find).await??.is_none() {
                files.discard(id).await.map_err(Error::unreachable)?;
            }
        }
        let (mut removed, mut after) = (0, None);
        loop {
            let page = files.list(after, STEP).await.map_err(Error::unreachable)?;
            let Some(last) = page.last() else { return Ok(removed) };
            after = Some(*last);
            removed += self.collect(page).await?;
        }
    }

    /// Makes the place of files that of this store, if it is nobody's yet or is to be taken from another; whether it is now. Nothing
    /// is removed from the place of another.
    pub async fn claim_files(&self, take: bool) -> Result<bool, Error> {
        let Some(files) = &self.files else { return Ok(true) };
        let owner = owner(self.server_secret().await?);
        files.claim(&owner, take).await.map_err(Error::unreachable)
    }

    /// Removes which of these files nobody needs, as [`Self::collect_files`] does.
    pub(crate) async fn collect(&self, hashes: Vec<FileHash>) -> Result<usize, Error> {
        let Some(files) = &self.files else { return Ok(0) };
        let before = Timestamp(self.now().0.saturating_sub(UNNAMED_KEPT));
        let asked = hashes.clone();
        let find = move |registry: &mut Registry<'_>| registry.named_files(&asked).map_err(Error::from);
        let named = self.store.administer(find).await??;
        let unnamed: Vec<_> = hashes.into_iter().filter(|hash| !named.contains(hash)).collect();
        // What this store does not name is not nobody's where another has its files, too.
        if !unnamed.is_empty() && !self.claim_files(false).await? {
            return Err(Error::unreachable(FilesError::Unavailable("they are those of another store".to_owned())));
        }
        let mut removed = 0;
        for hash in unnamed {
            removed += usize::from(files.remove(hash, before).await.map_err(Error::unreachable)?);
        }
        Ok(removed)
    }
}

/// The name by which a store owns files: known to all who can look there, and no help in signing links.
fn owner(secret: [u8; 32]) -> String {
    let digest = Sha256::new().chain_update(b"the owner of files").chain_update(secret).finalize();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
