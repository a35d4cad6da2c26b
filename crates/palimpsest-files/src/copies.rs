//! Copies of files beside a backup.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::Arc;

use palimpsest_model::{FileHash, Timestamp};
use palimpsest_store::{ByteStream, FilesError};

use crate::disk::{blocking, failed, make_empty, make_folder, there};
use crate::folder::Inside;
use crate::reading::read;
use crate::spool::receive;

/// A folder of copies, laid out as the folder `files` of a data folder is: what was copied by hand will do.
#[derive(Debug)]
pub struct Copies {
    inside: Arc<Inside>,
    /// Held while copies are made; the system drops it when the process ends.
    _lock: Option<File>,
}

impl Copies {
    /// Copies to be read, if there are any. Nothing is written, whatever is asked of them.
    #[must_use]
    pub fn to_read(folder: &Path) -> Self {
        Self { inside: Arc::new(Inside::at(folder)), _lock: None }
    }

    /// A folder that copies are added to, made where there is none; without what an earlier process left unfinished.
    ///
    /// # Errors
    /// When it cannot be made, or another process adds to it.
    pub fn to_add(folder: &Path) -> Result<Self, FilesError> {
        make_folder(folder)?;
        let lock = File::create(folder.join(".lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let what = format!("another process copies to {}", folder.display());
                return Err(FilesError::Unavailable(what));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let inside = Inside::at(folder);
        make_empty(&inside.new)?;
        Ok(Self { inside: Arc::new(inside), _lock: Some(lock) })
    }

    /// How many bytes there are of a content; nothing when they are not as many as there were.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn size(&self, hash: FileHash) -> Result<Option<u64>, FilesError> {
        let inside = Arc::clone(&self.inside);
        blocking(move || {
            let (path, _) = inside.paths(hash);
            let Some(found) = there(fs::metadata(path))? else { return Ok(None) };
            let known = inside.sums(hash)?.map(|sums| sums.size);
            Ok(known.filter(|size| *size == found.len()))
        })
        .await
    }

    /// The bytes of a content, checked as they are read.
    ///
    /// # Errors
    /// [`FilesError::Missing`] when there are none.
    pub async fn open(&self, hash: FileHash) -> Result<ByteStream<'static>, FilesError> {
        let inside = Arc::clone(&self.inside);
        let (file, asked) = blocking(move || inside.open(hash, &(0..u64::MAX))).await?;
        Ok(read(file, asked))
    }

    /// Keeps the bytes of a content, durably; how many they are.
    ///
    /// # Errors
    /// [`FilesError::Damaged`] when they are not that content: then nothing is kept of them.
    pub async fn add(&self, hash: FileHash, bytes: ByteStream<'_>, now: Timestamp) -> Result<u64, FilesError> {
        let spooled = receive(&self.inside.new, &self.inside.disk, bytes, u64::MAX).await?;
        if spooled.hash != hash {
            return Err(FilesError::Damaged(hash));
        }
        let inside = Arc::clone(&self.inside);
        blocking(move || inside.keep(spooled, now)).await.map(|kept| kept.size)
    }
}
