//! Bytes on their way to disk, in a file that has no name yet and is gone with whoever holds it.

use std::io::Read;
use std::path::Path;

use bytes::Bytes;
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
    mut bytes: ByteStream<'_>,
    limit: u64,
) -> Result<Spooled, FilesError> {
    let (folder, disk) = (folder.to_owned(), disk.clone());
    let mut spool = blocking(move || Spool::begin(&folder, &disk)).await?;
    let mut size = 0_u64;
    loop {
        let (mut waiting, mut held) = (Vec::<Bytes>::new(), 0);
        while held < CHUNK
            && let Some(next) = bytes.next().await
        {
            let next = next?;
            held += next.len() as u64;
            waiting.push(next);
        }
        size = size.saturating_add(held);
        if size > limit {
            return Err(FilesError::Length);
        }
        if held == 0 {
            return blocking(move || spool.finish()).await;
        }
        spool = blocking(move || {
            waiting.iter().try_for_each(|bytes| spool.add(bytes))?;
            Ok(spool)
        })
        .await?;
    }
}
