//! What is being sent: the parts of uploads, each a file of its own, and whole files that have no name yet.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use palimpsest_model::ObjectId;
use palimpsest_store::{ByteStream, FilesError};
use uuid::Uuid;

use crate::disk::{Disk, blocking, failed, make_empty, make_folder, name, sync_folder, there};
use crate::spool::{Spool, Spooled, receive};

/// The folder of what is being sent. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Staging(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    root: PathBuf,
    /// Where parts are written that have no name yet.
    new: PathBuf,
    /// The same for whole files.
    whole: PathBuf,
    disk: Disk,
    /// Held while a part gets its name or an upload goes, so that no part is left of what went.
    turn: Mutex<()>,
}

impl Staging {
    /// Opens the folder `uploads` in a data folder, and the one that whole files are written in, on whatever disk that is; without
    /// what an earlier process left unfinished.
    pub(crate) fn open(data: &Path, whole: PathBuf, disk: Disk) -> Result<Self, FilesError> {
        let root = data.join("uploads");
        let new = root.join(".new");
        make_folder(&root)?;
        make_empty(&new)?;
        make_empty(&whole)?;
        Ok(Self(Arc::new(Inside { root, new, whole, disk, turn: Mutex::new(()) })))
    }

    pub(crate) async fn put_part(
        &self,
        upload: ObjectId,
        number: u32,
        size: u64,
        bytes: ByteStream<'_>,
    ) -> Result<(), FilesError> {
        let part = receive(&self.0.new, &self.0.disk, bytes, size).await?;
        if part.sums.size != size {
            return Err(FilesError::Length);
        }
        let inside = Arc::clone(&self.0);
        blocking(move || {
            let _turn = inside.turn.lock().unwrap_or_else(PoisonError::into_inner);
            let folder = inside.folder(upload);
            make_folder(&folder)?;
            name(part.file, &folder.join(number.to_string()))?;
            sync_folder(&folder)
        })
        .await
    }

    pub(crate) async fn parts(&self, upload: ObjectId) -> Result<BTreeMap<u32, u64>, FilesError> {
        let folder = self.0.folder(upload);
        blocking(move || {
            let mut parts = BTreeMap::new();
            for entry in there(fs::read_dir(folder))?.into_iter().flatten() {
                let entry = entry.map_err(failed)?;
                let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
                if let Some(number) = number {
                    parts.insert(number, entry.metadata().map_err(failed)?.len());
                }
            }
            Ok(parts)
        })
        .await
    }

    /// Puts the parts 1 to `count` together.
    pub(crate) async fn join(&self, upload: ObjectId, count: u32) -> Result<Spooled, FilesError> {
        let inside = Arc::clone(&self.0);
        blocking(move || {
            let part = |number: u32| inside.folder(upload).join(number.to_string());
            // Nothing is written for an upload that is not complete.
            if (1..=count).any(|number| !part(number).exists()) {
                return Err(FilesError::Missing);
            }
            let mut spool = Spool::begin(&inside.whole, &inside.disk)?;
            for number in 1..=count {
                spool.copy(there(File::open(part(number)))?.ok_or(FilesError::Missing)?)?;
            }
            spool.finish()
        })
        .await
    }

    pub(crate) async fn discard(&self, upload: ObjectId) -> Result<(), FilesError> {
        let inside = Arc::clone(&self.0);
        blocking(move || {
            let _turn = inside.turn.lock().unwrap_or_else(PoisonError::into_inner);
            there(fs::remove_dir_all(inside.folder(upload))).map(|_| ())
        })
        .await
    }

    pub(crate) async fn uploads(&self) -> Result<Vec<ObjectId>, FilesError> {
        let inside = Arc::clone(&self.0);
        blocking(move || {
            let mut uploads = Vec::new();
            for entry in fs::read_dir(&inside.root).map_err(failed)? {
                let found = entry.map_err(failed)?.file_name();
                uploads.extend(found.to_str().and_then(|name| Uuid::parse_str(name).ok()).map(ObjectId));
            }
            uploads.sort();
            Ok(uploads)
        })
        .await
    }

    /// A whole file that has no name yet.
    pub(crate) async fn receive(&self, bytes: ByteStream<'_>, limit: u64) -> Result<Spooled, FilesError> {
        receive(&self.0.whole, &self.0.disk, bytes, limit).await
    }
}

impl Inside {
    fn folder(&self, upload: ObjectId) -> PathBuf {
        self.root.join(upload.0.to_string())
    }
}
