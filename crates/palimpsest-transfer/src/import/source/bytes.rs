//! The bytes of the files of a source: hashed, or handed on.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use palimpsest_model::FileHash;
use palimpsest_store::{ByteStream, FilesError};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{File, Source};

/// So many pieces wait to be taken.
const WAITING: usize = 8;

impl Source {
    /// The hash of the bytes of a file.
    pub(crate) fn hash(&self, file: &File) -> Result<FileHash, String> {
        let mut hash = Sha256::new();
        self.copy(file, &mut |piece| {
            hash.update(piece);
            true
        })?;
        Ok(FileHash(hash.finalize().into()))
    }

    /// The bytes of a file, read beside whoever takes them. When they cannot be read to their end, they are interrupted: half of
    /// them must not be taken for all.
    pub(crate) fn stream(self: &Arc<Self>, file: &File) -> ByteStream<'static> {
        let (send, receive) = mpsc::channel(WAITING);
        let (source, file) = (Arc::clone(self), file.clone());
        let reading = tokio::task::spawn_blocking(move || {
            source.copy(&file, &mut |piece| send.blocking_send(Bytes::copy_from_slice(piece)).is_ok())
        });
        let next = |(mut receive, reading): (mpsc::Receiver<_>, Option<JoinHandle<_>>)| async move {
            if let Some(piece) = receive.recv().await {
                return Some((Ok(piece), (receive, reading)));
            }
            let done = reading?.await.unwrap_or_else(|error| Err(error.to_string()));
            done.err().map(|message| (Err(FilesError::Interrupted(message)), (receive, None)))
        };
        // Whoever keeps it may ask once more after its end.
        stream::unfold((receive, Some(reading)), next).fuse().boxed()
    }
}
