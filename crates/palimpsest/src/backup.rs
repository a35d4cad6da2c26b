//! `palimpsest backup`: the store in one file, and beside it the bytes of all contents that it names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use palimpsest_engine::Clock;
use palimpsest_files::Copies;
use palimpsest_model::FileHash;
use palimpsest_store::{Files, FilesError, Store};
use palimpsest_store_sqlite::SqliteStore;
use serde::{Deserialize, Serialize};

use crate::control::{Asked, Told};
use crate::run::Opened;
use crate::settings::Settings;
use crate::world::SystemClock;
use crate::{control, print, run};

/// What was backed up.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackedUp {
    pub(crate) file: PathBuf,
    /// The length of that file.
    pub(crate) bytes: u64,
    #[serde(flatten)]
    pub(crate) moved: Moved,
    /// The bucket that the bytes of files stay in.
    pub(crate) bucket: Option<String>,
}

/// What became of the contents that a backup names.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Moved {
    /// How many are where they belong now.
    pub(crate) files: usize,
    pub(crate) file_bytes: u64,
    /// How many of them were not there before.
    pub(crate) copied: usize,
    pub(crate) copied_bytes: u64,
    pub(crate) lost: Vec<Lost>,
}

/// A content that could not be had.
#[derive(Serialize, Deserialize)]
pub(crate) struct Lost {
    pub(crate) hash: String,
    pub(crate) why: String,
}

impl Moved {
    /// Counts one that was there already.
    pub(crate) fn found(&mut self, size: u64) {
        self.files += 1;
        self.file_bytes += size;
    }

    /// Counts one that was copied. What cannot be had does not keep the others from being copied; a disk that is full does.
    pub(crate) fn copied(&mut self, hash: FileHash, copied: Result<u64, FilesError>) -> Result<(), FilesError> {
        match copied {
            Ok(size) => {
                self.found(size);
                self.copied += 1;
                self.copied_bytes += size;
            }
            Err(error @ (FilesError::Missing | FilesError::Damaged(_))) => self.lose(hash, &error),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    pub(crate) fn lose(&mut self, hash: FileHash, why: &FilesError) {
        self.lost.push(Lost { hash: hash.to_string(), why: why.to_string() });
    }
}

/// Where the bytes of a backup lie: beside its file.
pub(crate) fn folder_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".files");
    name.into()
}

/// Backs up a folder, or what its server holds, and says what that came to. It fails when bytes of files could not be had.
pub(crate) fn run(settings: &Settings, file: &Path, json: bool) -> anyhow::Result<()> {
    // The server may stand in another folder.
    let file = std::path::absolute(file)?;
    let backed_up = match control::send(&settings.data, &Asked::Backup(file.clone()))? {
        Some(Told::BackedUp(backed_up)) => *backed_up,
        Some(_) => bail!("the running server is of another version"),
        None => {
            if !SqliteStore::exists(&settings.data) {
                bail!("there is no store in {}", settings.data.display());
            }
            let opened = run::open(settings)?;
            let backed_up = carry_out(&opened, file);
            opened.store.close();
            backed_up?
        }
    };
    print::backed_up(&backed_up, json)?;
    match backed_up.moved.lost.len() {
        0 => Ok(()),
        number => bail!("the bytes of {number} files are not in the backup"),
    }
}

/// Backs up to a file with an absolute path; it gets its name when the bytes are there.
pub(crate) fn carry_out(opened: &Opened, file: PathBuf) -> anyhow::Result<BackedUp> {
    let bucket = opened.bucket.as_ref().map(ToString::to_string);
    let (bytes, moved) = opened.store.backup(&file, |named| match &bucket {
        Some(_) => Ok(Moved { files: named.len(), ..Moved::default() }),
        None => copy(opened, named, &folder_of(&file)),
    })?;
    Ok(BackedUp { file, bytes, moved, bucket })
}

fn copy(opened: &Opened, named: BTreeSet<FileHash>, to: &Path) -> anyhow::Result<Moved> {
    if named.is_empty() {
        return Ok(Moved::default());
    }
    let files = opened.engine.files().map_err(|error| anyhow::anyhow!("{}", error.message))?;
    let files = Arc::clone(files);
    // Of its own, so that a server that is asked to stop meanwhile finishes it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let copies = Copies::to_add(to).with_context(|| to.display().to_string())?;
    runtime.block_on(copy_to(&*files, named, &copies)).with_context(|| to.display().to_string())
}

async fn copy_to(files: &dyn Files, named: BTreeSet<FileHash>, copies: &Copies) -> Result<Moved, FilesError> {
    let mut moved = Moved::default();
    for hash in named {
        match copies.size(hash).await? {
            Some(size) => moved.found(size),
            None => moved.copied(hash, copy_one(files, hash, copies).await)?,
        }
    }
    Ok(moved)
}

async fn copy_one(files: &dyn Files, hash: FileHash, copies: &Copies) -> Result<u64, FilesError> {
    copies.add(hash, files.open(hash, 0..u64::MAX).await?, SystemClock.now()).await
}
