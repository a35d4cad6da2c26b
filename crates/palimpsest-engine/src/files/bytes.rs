//! The bytes that links lead to.

use std::ops::Range;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use palimpsest_model::FileHash;
use palimpsest_store::{ByteStream, FilesError, Registry};

use super::Linked;
use crate::engine::Engine;
use crate::error::{Code, Error};

impl Engine {
    /// The secret of this server, which links are signed with: made at the first time, the same ever after.
    pub async fn server_secret(&self) -> Result<[u8; 32], Error> {
        let fresh = self.ids.random();
        let take = move |registry: &mut Registry<'_>| registry.server_secret(fresh).map_err(Error::from);
        self.store.administer(take).await?
    }

    /// What the link leads to whose path ends with these two steps, as they were sent, and whose query is this.
    pub fn linked(&self, hash: &str, name: &str, query: &str) -> Result<Linked, Error> {
        let links =
            self.links.as_ref().ok_or_else(|| Error::new(Code::ServiceUnavailable, "This server keeps no files"))?;
        links.read(hash, name, query, self.now())
    }

    /// How many bytes a file has.
    pub async fn file_size(&self, hash: FileHash) -> Result<u64, Error> {
        let size = self.files()?.size(hash).await.map_err(refused)?;
        size.ok_or_else(|| refused(FilesError::Missing))
    }

    /// Bytes of a file; the first of them are there already, so that what cannot be had is a refusal. So is one file too many at a
    /// time.
    pub async fn file_bytes(&self, hash: FileHash, range: Range<u64>) -> Result<ByteStream<'static>, Error> {
        let turn = Arc::clone(&self.readers)
            .try_acquire_owned()
            .map_err(|_| Error::new(Code::ServiceUnavailable, "Too many files are being read; try again shortly"))?;
        let mut bytes = self.files()?.open(hash, range).await.map_err(refused)?;
        let first = bytes.next().await.transpose().map_err(refused)?;
        let bytes = stream::iter(first.map(Ok)).chain(bytes);
        Ok(Box::pin(bytes.inspect(move |_| _ = &turn)))
    }
}

/// Why bytes are not handed out, as a refusal. Whoever reads sends none: there is no body that could have ended.
fn refused(error: FilesError) -> Error {
    match error {
        FilesError::Missing => Error::not_found("File"),
        FilesError::Full | FilesError::Interrupted(_) => Error::unreachable(error),
        other => other.into(),
    }
}
