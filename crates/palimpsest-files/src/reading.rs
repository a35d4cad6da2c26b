//! A file that is read a chunk at a time, each checked before any of it is handed out.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream;
use palimpsest_model::FileHash;
use palimpsest_store::{ByteStream, FilesError};

use crate::disk::{blocking, failed};
use crate::sidecar::{CHUNK, Sums};

/// Which bytes of a file are still to be handed out.
pub(crate) struct Asked {
    hash: FileHash,
    sums: Sums,
    left: Range<u64>,
}

impl Asked {
    /// What lies behind the end is not there.
    pub(crate) fn new(hash: FileHash, sums: Sums, range: &Range<u64>) -> Self {
        let (start, end) = (range.start.min(sums.size), range.end.min(sums.size));
        Self { hash, sums, left: start..end }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.left.is_empty()
    }

    /// The bytes of the next chunk.
    pub(crate) fn chunk(&self) -> Range<u64> {
        let chunk = self.left.start / CHUNK;
        let start = chunk * CHUNK;
        start..start + self.sums.length(chunk)
    }

    /// Refuses a file of another size than it had.
    #[cfg(feature = "s3")]
    pub(crate) fn check_size(&self, size: u64) -> Result<(), FilesError> {
        if size == self.sums.size { Ok(()) } else { Err(FilesError::Damaged(self.hash)) }
    }

    /// All chunks that are needed.
    #[cfg(feature = "s3")]
    pub(crate) fn chunks(&self) -> Range<u64> {
        let end = self.left.end.div_ceil(CHUNK) * CHUNK;
        self.chunk().start..end.min(self.sums.size)
    }

    /// What of the next chunk was asked for, if these are its bytes.
    pub(crate) fn take(&mut self, bytes: Bytes) -> Result<Bytes, FilesError> {
        let chunk = self.chunk();
        if !self.sums.fit(chunk.start / CHUNK, &bytes) {
            return Err(FilesError::Damaged(self.hash));
        }
        let until = self.left.end.min(chunk.end);
        let at = |place: u64| usize::try_from(place - chunk.start).unwrap_or(usize::MAX).min(bytes.len());
        let part = bytes.slice(at(self.left.start)..at(until));
        self.left.start = until;
        Ok(part)
    }
}

/// Reads what is asked for of a file on disk.
pub(crate) fn read(file: File, asked: Asked) -> ByteStream<'static> {
    Box::pin(stream::try_unfold((file, asked), |(mut file, mut asked)| async move {
        if asked.is_done() {
            return Ok(None);
        }
        blocking(move || {
            let chunk = asked.chunk();
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(chunk.start)).map_err(failed)?;
            (&file).take(chunk.end - chunk.start).read_to_end(&mut bytes).map_err(failed)?;
            Ok(Some((asked.take(bytes.into())?, (file, asked))))
        })
        .await
    }))
}
