//! Bytes on their way to disk, in a file that has no name yet and is gone with whoever holds it.

use std::io::Read;
use std::path::Path;

use futures_util::StreamExt;
use palimpsest_model::FileHash;
use palimpsest_store::{ByteStream, FilesError};
use tempfile::NamedTempFile;

use crate::disk::{Disk, blocking, failed};
use crate::sidecar::{CHUNK, Summing, Sums};

/// A file that is being written.
pub(crate) struct Spool {
    disk: Disk,
    file: NamedTempFile,
    summing: Summing,
}

/// A file that is written and on disk.
pub(crate) struct Spooled {
    pub(crate) file: NamedTempFile,
    pub(crate) hash: FileHash,
    pub(crate) sums: Sums,
}

impl Spool {
    pub(crate) fn begin(folder: &Path, disk: &Disk) -> Result<Self, FilesError> {
        let file = NamedTempFile::new_in(folder).map_err(failed)?;
        Ok(Self { disk: disk.clone(), file, summing: Summing::default() })
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.summing.add(bytes);
        self.disk.write(self.file.as_file_mut(), bytes)
    }

    /// Adds all that is left to read, a chunk at a time.
    pub(crate) fn copy(&mut self, mut from: impl Read) -> Result<(), FilesError> {
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            (&mut from).take(CHUNK).read_to_end(&mut bytes).map_err(failed)?;
            if bytes.is_empty() {
                return Ok(());
            }
            self.add(&bytes)?;
        }
    }

    pub(crate) fn finish(self) -> Result<Spooled, FilesError> {
        self.disk.sync(self.file.as_file())?;
        let (hash, sums) = self.summing.finish();
        Ok(Spooled { file: self.file, hash, sums })
    }
}

/// Writes what comes, at most `limit` bytes. About a chunk of it is in memory.
pub(crate) async fn receive(
    folder: &Path,
    disk: &Disk,
    bytes: ByteStream<'_>,
    limit: u64,
) -> Result<Spooled, FilesError> {
    // It is asked once more after its end.
    let mut bytes = bytes.fuse();
    let (folder, disk) = (folder.to_owned(), disk.clone());
    let mut spool = blocking(move || Spool::begin(&folder, &disk)).await?;
    let (mut size, mut held) = (0_u64, Vec::new());
    loop {
        while (held.len() as u64) < CHUNK
            && let Some(next) = bytes.next().await
        {
            // A copy: what came may be a byte of a large buffer.
            held.extend_from_slice(&next?);
        }
        size = size.saturating_add(held.len() as u64);
        if size > limit {
            return Err(FilesError::Length);
        }
        if held.is_empty() {
            return blocking(move || spool.finish()).await;
        }
        (spool, held) = blocking(move || {
            spool.add(&held)?;
            held.clear();
            Ok((spool, held))
        })
        .await?;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use futures_util::stream;

    use super::*;

    /// A byte of a buffer that is held as long as it is.
    struct Held {
        _buffer: Arc<()>,
    }

    impl AsRef<[u8]> for Held {
        fn as_ref(&self) -> &[u8] {
            b"a"
        }
    }

    #[tokio::test]
    async fn what_came_is_let_go_of_before_more_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let buffers = Arc::new(());
        let come = stream::iter(0..1000).map(|_| {
            assert_eq!(Arc::strong_count(&buffers), 1);
            Ok(Bytes::from_owner(Held { _buffer: Arc::clone(&buffers) }))
        });
        let spooled = receive(folder.path(), &Disk::default(), Box::pin(come), 1000).await.unwrap();
        assert_eq!(spooled.sums.size, 1000);
    }
}
