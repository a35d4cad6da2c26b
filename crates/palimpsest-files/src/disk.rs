//! What is done with the disk: off the threads that answer requests, and durable when it is said to be done.

use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use palimpsest_store::FilesError;
use tempfile::NamedTempFile;

/// The disk that everything is written to.
#[derive(Clone, Default, Debug)]
pub(crate) struct Disk {
    #[cfg(feature = "faults")]
    faults: std::sync::Arc<crate::faults::Faults>,
}

impl Disk {
    #[cfg(feature = "faults")]
    pub(crate) fn with_faults(faults: std::sync::Arc<crate::faults::Faults>) -> Self {
        Self { faults }
    }

    pub(crate) fn write(&self, file: &mut File, bytes: &[u8]) -> Result<(), FilesError> {
        #[cfg(feature = "faults")]
        {
            let fits = self.faults.take_room(bytes.len());
            if fits < bytes.len() {
                file.write_all(&bytes[..fits]).map_err(failed)?;
                return Err(failed(ErrorKind::StorageFull.into()));
            }
        }
        file.write_all(bytes).map_err(failed)
    }

    /// Makes the bytes of a file durable.
    pub(crate) fn sync(&self, file: &File) -> Result<(), FilesError> {
        #[cfg(feature = "faults")]
        if self.faults.syncs_nothing() {
            return Ok(());
        }
        file.sync_all().map_err(failed)
    }
}

/// Does what blocks. It goes on when nobody waits any more, and cleans up after itself.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FilesError> + Send + 'static,
) -> Result<T, FilesError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(FilesError::Unavailable(error.to_string())))
}

/// What an error of the disk means.
pub(crate) fn failed(error: io::Error) -> FilesError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => FilesError::Full,
        _ => FilesError::Unavailable(error.to_string()),
    }
}

/// Nothing when there is no such file or folder.
pub(crate) fn there<T>(result: io::Result<T>) -> Result<Option<T>, FilesError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// Makes a folder that nobody else may look into, with those above it, unless it is there.
pub(crate) fn make_folder(folder: &Path) -> Result<(), FilesError> {
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    folder.parent().map_or(Ok(()), sync_folder)
}

/// Makes an empty folder, whatever was there.
pub(crate) fn make_empty(folder: &Path) -> Result<(), FilesError> {
    there(std::fs::remove_dir_all(folder))?;
    make_folder(folder)
}

/// Gives a file, whose bytes are on disk, its name, instead of what had it; durable once the folder is synced.
pub(crate) fn name(file: NamedTempFile, path: &Path) -> Result<(), FilesError> {
    let file = file.into_temp_path();
    std::fs::rename(&file, path).map_err(failed)?;
    // Its old name is gone.
    file.keep().map(drop).map_err(|error| failed(error.error))
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), FilesError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}
