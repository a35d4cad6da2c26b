//! Files in a folder of the data folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use palimpsest_model::{FileHash, ObjectId, Timestamp};
use palimpsest_store::{ByteStream, Files, FilesError, Filing, Kept};
use tempfile::NamedTempFile;

use crate::disk::{Disk, blocking, failed, make_folder, name, sync_folder, there};
use crate::reading::{Asked, read};
use crate::sidecar::{Sidecar, Sums};
use crate::spool::Spooled;
use crate::staging::Staging;

/// Files whose names share a turn wait for each other, to be named or removed.
const TURNS: usize = 64;

/// How the name of a sidecar ends.
const SIDECAR: &str = "sums";

/// Keeps files in the folder `files` of a data folder: `files/ab/cd…`, where `abcd…` is the SHA-256 of the content.
///
/// The sidecar of a file gets its name before the file does, and loses it after: what has a name has a sidecar. A file that is
/// there is written anew all the same, so that what had become damaged is whole again.
#[derive(Clone, Debug)]
pub struct FolderFiles {
    inside: Arc<Inside>,
    staging: Staging,
}

#[derive(Debug)]
pub(crate) struct Inside {
    root: PathBuf,
    pub(crate) new: PathBuf,
    pub(crate) disk: Disk,
    turns: [Mutex<()>; TURNS],
}

impl FolderFiles {
    /// Opens the folders in a data folder, which no other process has open.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn open(data: &Path) -> Result<Self, FilesError> {
        Self::on(data, Disk::default())
    }

    /// The same on a disk whose room is bounded.
    ///
    /// # Errors
    /// As [`FolderFiles::open`].
    #[cfg(feature = "faults")]
    pub fn open_with(data: &Path, faults: Arc<crate::faults::Faults>) -> Result<Self, FilesError> {
        Self::on(data, Disk::with_faults(faults))
    }

    fn on(data: &Path, disk: Disk) -> Result<Self, FilesError> {
        let inside = Inside { disk, ..Inside::at(&data.join("files")) };
        make_folder(&inside.root)?;
        let staging = Staging::open(data, inside.new.clone(), inside.disk.clone())?;
        Ok(Self { inside: Arc::new(inside), staging })
    }

    fn run<'a, T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inside) -> Result<T, FilesError> + Send + 'static,
    ) -> Filing<'a, T> {
        let inside = Arc::clone(&self.inside);
        Box::pin(blocking(move || work(&inside)))
    }
}

impl Inside {
    /// What lies in a folder. Nothing is made.
    pub(crate) fn at(root: &Path) -> Self {
        let (root, new) = (root.to_owned(), root.join(".new"));
        Self { root, new, disk: Disk::default(), turns: [const { Mutex::new(()) }; TURNS] }
    }

    /// A file and its sidecar.
    pub(crate) fn paths(&self, hash: FileHash) -> (PathBuf, PathBuf) {
        let name = hash.to_string();
        let (folder, name) = name.split_at(2);
        let file = self.root.join(folder).join(name);
        let sidecar = file.with_extension(SIDECAR);
        (file, sidecar)
    }

    fn turn(&self, hash: FileHash) -> MutexGuard<'_, ()> {
        self.turns[usize::from(hash.0[0]) % TURNS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keep(&self, spooled: Spooled, now: Timestamp) -> Result<Kept, FilesError> {
        let Spooled { file, hash, sums } = spooled;
        let kept = Kept { hash, size: sums.size };
        let mut beside = NamedTempFile::new_in(&self.new).map_err(failed)?;
        self.disk.write(beside.as_file_mut(), &Sidecar { put: now, sums }.write())?;
        self.disk.sync(beside.as_file())?;
        let (path, sidecar) = self.paths(hash);
        let folder = path.parent().unwrap_or(&self.root);
        let _turn = self.turn(hash);
        make_folder(folder)?;
        name(beside, &sidecar)?;
        name(file, &path)?;
        sync_folder(folder)?;
        Ok(kept)
    }

    pub(crate) fn open(&self, hash: FileHash, range: &Range<u64>) -> Result<(File, Asked), FilesError> {
        let (path, _) = self.paths(hash);
        let _turn = self.turn(hash);
        let file = there(File::open(path))?.ok_or(FilesError::Missing)?;
        let sums = self.sums(hash)?.ok_or(FilesError::Damaged(hash))?;
        Ok((file, Asked::new(hash, sums, range)))
    }

    pub(crate) fn sums(&self, hash: FileHash) -> Result<Option<Sums>, FilesError> {
        Ok(read_sidecar(&self.paths(hash).1)?.map(|sidecar| sidecar.sums))
    }

    fn size(&self, hash: FileHash) -> Result<Option<u64>, FilesError> {
        let (path, sidecar) = self.paths(hash);
        let _turn = self.turn(hash);
        let Some(found) = there(fs::metadata(path))? else { return Ok(None) };
        let known = read_sidecar(&sidecar)?.map(|sidecar| sidecar.sums.size);
        // A file that was cut off is not a shorter one.
        if known == Some(found.len()) { Ok(known) } else { Err(FilesError::Damaged(hash)) }
    }

    fn list(&self, after: Option<FileHash>, limit: usize) -> Result<Vec<FileHash>, FilesError> {
        let mut names = Vec::new();
        for first in after.map_or(0, |after| after.0[0])..=u8::MAX {
            if names.len() >= limit {
                break;
            }
            let folder = format!("{first:02x}");
            let begun = names.len();
            for entry in there(fs::read_dir(self.root.join(&folder)))?.into_iter().flatten() {
                let found = entry.map_err(failed)?.file_name();
                let hash = found.to_str().and_then(|name| format!("{folder}{name}").parse::<FileHash>().ok());
                names.extend(hash.filter(|hash| after.is_none_or(|after| *hash > after)));
            }
            names[begun..].sort();
        }
        names.truncate(limit);
        Ok(names)
    }

    fn remove(&self, hash: FileHash, before: Timestamp) -> Result<bool, FilesError> {
        let (path, sidecar) = self.paths(hash);
        let _turn = self.turn(hash);
        // What has no sidecar cannot be read and is as old as can be.
        if read_sidecar(&sidecar)?.is_some_and(|sidecar| sidecar.put >= before) {
            return Ok(false);
        }
        let removed = there(fs::remove_file(path))?.is_some();
        there(fs::remove_file(sidecar))?;
        Ok(removed)
    }
}

fn read_sidecar(path: &Path) -> Result<Option<Sidecar>, FilesError> {
    let Some(mut file) = there(File::open(path))? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
    Ok(Sidecar::read(&bytes))
}

impl Files for FolderFiles {
    fn put_part<'a>(&'a self, upload: ObjectId, number: u32, size: u64, bytes: ByteStream<'a>) -> Filing<'a, ()> {
        Box::pin(self.staging.put_part(upload, number, size, bytes))
    }

    fn parts(&self, upload: ObjectId) -> Filing<'_, BTreeMap<u32, u64>> {
        Box::pin(self.staging.parts(upload))
    }

    fn join(&self, upload: ObjectId, count: u32, now: Timestamp) -> Filing<'_, Kept> {
        Box::pin(async move {
            let spooled = self.staging.join(upload, count).await?;
            self.run(move |inside| inside.keep(spooled, now)).await
        })
    }

    fn discard(&self, upload: ObjectId) -> Filing<'_, ()> {
        Box::pin(self.staging.discard(upload))
    }

    fn uploads(&self) -> Filing<'_, Vec<ObjectId>> {
        Box::pin(self.staging.uploads())
    }

    fn put<'a>(&'a self, bytes: ByteStream<'a>, limit: u64, now: Timestamp) -> Filing<'a, Kept> {
        Box::pin(async move {
            let spooled = self.staging.receive(bytes, limit).await?;
            self.run(move |inside| inside.keep(spooled, now)).await
        })
    }

    fn size(&self, hash: FileHash) -> Filing<'_, Option<u64>> {
        self.run(move |inside| inside.size(hash))
    }

    fn open(&self, hash: FileHash, range: Range<u64>) -> Filing<'_, ByteStream<'static>> {
        Box::pin(async move {
            let (file, asked) = self.run(move |inside| inside.open(hash, &range)).await?;
            Ok(read(file, asked))
        })
    }

    fn list(&self, after: Option<FileHash>, limit: usize) -> Filing<'_, Vec<FileHash>> {
        self.run(move |inside| inside.list(after, limit))
    }

    fn remove(&self, hash: FileHash, before: Timestamp) -> Filing<'_, bool> {
        self.run(move |inside| inside.remove(hash, before))
    }
}
