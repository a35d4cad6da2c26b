//! Files in memory, for tests.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use palimpsest_model::{FileHash, ObjectId, Timestamp};
use sha2::{Digest, Sha256};

use crate::files::{ByteStream, Files, FilesError, Filing, Kept};

/// The twin of every place that keeps files; nothing of it outlives the process.
#[derive(Debug, Default)]
pub struct MemoryFiles(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    parts: BTreeMap<ObjectId, BTreeMap<u32, Bytes>>,
    files: BTreeMap<FileHash, (Bytes, Timestamp, u64)>,
}

impl MemoryFiles {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one byte of what is kept another one, for tests of what meets it.
    pub fn damage(&self, hash: FileHash, place: usize) {
        if let Some((bytes, ..)) = self.inside().files.get_mut(&hash) {
            let mut damaged = bytes.to_vec();
            if let Some(byte) = damaged.get_mut(place) {
                *byte ^= 1;
            }
            *bytes = damaged.into();
        }
    }

    /// Leaves only the first bytes of what is kept, for tests of what meets it.
    pub fn cut(&self, hash: FileHash, length: usize) {
        if let Some((bytes, ..)) = self.inside().files.get_mut(&hash) {
            bytes.truncate(length);
        }
    }

    fn keep(&self, bytes: Vec<u8>, now: Timestamp) -> Kept {
        let kept = Kept { hash: FileHash(Sha256::digest(&bytes).into()), size: bytes.len() as u64 };
        self.inside().files.insert(kept.hash, (bytes.into(), now, kept.size));
        kept
    }
}

async fn collect(mut bytes: ByteStream<'_>, limit: u64) -> Result<Vec<u8>, FilesError> {
    let mut all = Vec::new();
    while let Some(next) = bytes.next().await {
        all.extend_from_slice(&next?);
        if all.len() as u64 > limit {
            return Err(FilesError::Length);
        }
    }
    Ok(all)
}

impl Files for MemoryFiles {
    fn put_part<'a>(&'a self, upload: ObjectId, number: u32, size: u64, bytes: ByteStream<'a>) -> Filing<'a, ()> {
        Box::pin(async move {
            let bytes = collect(bytes, size).await?;
            if bytes.len() as u64 != size {
                return Err(FilesError::Length);
            }
            self.inside().parts.entry(upload).or_default().insert(number, bytes.into());
            Ok(())
        })
    }

    fn parts(&self, upload: ObjectId) -> Filing<'_, BTreeMap<u32, u64>> {
        let sizes =
            self.inside().parts.get(&upload).map(|parts| {
                parts.iter().map(|(number, bytes)| (*number, bytes.len() as u64)).collect::<BTreeMap<_, _>>()
            });
        Box::pin(async move { Ok(sizes.unwrap_or_default()) })
    }

    fn join(&self, upload: ObjectId, count: u32, now: Timestamp) -> Filing<'_, Kept> {
        Box::pin(async move {
            let parts = self.inside().parts.get(&upload).cloned().unwrap_or_default();
            let mut all = Vec::new();
            for number in 1..=count {
                all.extend_from_slice(parts.get(&number).ok_or(FilesError::Missing)?);
            }
            Ok(self.keep(all, now))
        })
    }

    fn discard(&self, upload: ObjectId) -> Filing<'_, ()> {
        self.inside().parts.remove(&upload);
        Box::pin(async { Ok(()) })
    }

    fn uploads(&self) -> Filing<'_, Vec<ObjectId>> {
        let uploads = self.inside().parts.keys().copied().collect();
        Box::pin(async { Ok(uploads) })
    }

    fn put<'a>(&'a self, bytes: ByteStream<'a>, limit: u64, now: Timestamp) -> Filing<'a, Kept> {
        Box::pin(async move { Ok(self.keep(collect(bytes, limit).await?, now)) })
    }

    fn size(&self, hash: FileHash) -> Filing<'_, Option<u64>> {
        let known = self.inside().files.get(&hash).map(|(bytes, _, size)| (bytes.len() as u64, *size));
        Box::pin(async move {
            match known {
                Some((found, size)) if found != size => Err(FilesError::Damaged(hash)),
                known => Ok(known.map(|(_, size)| size)),
            }
        })
    }

    fn open(&self, hash: FileHash, range: Range<u64>) -> Filing<'_, ByteStream<'static>> {
        let bytes = self.inside().files.get(&hash).map(|(bytes, ..)| bytes.clone());
        Box::pin(async move {
            let bytes = bytes.ok_or(FilesError::Missing)?;
            if hash.0 != <[u8; 32]>::from(Sha256::digest(&bytes)) {
                return Ok(Box::pin(stream::iter([Err(FilesError::Damaged(hash))])) as ByteStream<'static>);
            }
            let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
            let (from, to) = (at(range.start), at(range.end));
            let part = bytes.slice(from..to.max(from));
            Ok(Box::pin(stream::iter([Ok(part)])) as ByteStream<'static>)
        })
    }

    fn list(&self, after: Option<FileHash>, limit: usize) -> Filing<'_, Vec<FileHash>> {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let inside = self.inside();
        let names = inside.files.range((after, Bound::Unbounded)).map(|(hash, _)| *hash).take(limit).collect();
        Box::pin(async { Ok(names) })
    }

    fn remove(&self, hash: FileHash, before: Timestamp) -> Filing<'_, bool> {
        let mut inside = self.inside();
        let old = inside.files.get(&hash).is_some_and(|(_, put, _)| *put < before);
        if old {
            inside.files.remove(&hash);
        }
        Box::pin(async move { Ok(old) })
    }
}
