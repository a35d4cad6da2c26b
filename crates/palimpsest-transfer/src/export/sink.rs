//! Where an export is written: a folder or an archive, under a name of its own until it is whole.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::ExportError;

/// From this size on an archive keeps a length in the long form.
const LARGE: u64 = u32::MAX as u64;

/// An export that is being written; what is dropped before it is finished goes again.
pub(super) struct Sink {
    to: PathBuf,
    partial: PathBuf,
    kind: Kind,
    written: u64,
    /// How many were written before the last file.
    before: u64,
    finished: bool,
}

enum Kind {
    Folder(Option<(PathBuf, BufWriter<File>)>),
    Archive(Option<Box<ZipWriter<BufWriter<File>>>>),
}

/// The error of the system at a path.
fn io(path: &Path) -> impl FnOnce(std::io::Error) -> ExportError {
    let path = path.to_owned();
    move |source| ExportError::Io { path, source }
}

impl Sink {
    /// Begins an export at a path that is free: an archive when it ends in `.zip`, else a folder, which may be there when it is
    /// empty.
    pub(super) fn begin(to: &Path) -> Result<Self, ExportError> {
        // Without a slash at its end, behind which the other name would lie inside of what is to be.
        let to = match to.file_name() {
            Some(_) => &*to.components().collect::<PathBuf>(),
            None => &*to.canonicalize().map_err(io(to))?,
        };
        let Some(name) = to.file_name() else { return Err(ExportError::Exists(to.to_owned())) };
        let archive = to.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
        let free = match std::fs::read_dir(to) {
            Ok(mut entries) => !archive && entries.next().is_none(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => false,
            Err(error) => return Err(io(to)(error)),
        };
        if !free {
            return Err(ExportError::Exists(to.to_owned()));
        }
        let mut partial = name.to_owned();
        partial.push(".partial");
        let partial = to.with_file_name(partial);
        let taken = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => ExportError::Exists(partial.clone()),
            _ => io(&partial)(error),
        };
        let kind = if archive {
            let file = OpenOptions::new().create_new(true).write(true).open(&partial).map_err(taken)?;
            Kind::Archive(Some(Box::new(ZipWriter::new(BufWriter::new(file)))))
        } else {
            std::fs::create_dir(&partial).map_err(taken)?;
            Kind::Folder(None)
        };
        Ok(Self { to: to.to_owned(), partial, kind, written: 0, before: 0, finished: false })
    }

    /// Writes a file.
    pub(super) fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), ExportError> {
        self.start(path, bytes.len() as u64, true)?;
        self.write(bytes)
    }

    /// Begins a file that has so many bytes; whether it is worth the while to compress it.
    pub(super) fn start(&mut self, path: &str, size: u64, compress: bool) -> Result<(), ExportError> {
        self.before = self.written;
        match &mut self.kind {
            Kind::Folder(current) => {
                finish_file(current).map_err(io(&self.partial))?;
                let path = self.partial.join(path);
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent).map_err(io(parent))?;
                }
                let file = OpenOptions::new().create_new(true).write(true).open(&path).map_err(io(&path))?;
                *current = Some((path, BufWriter::new(file)));
            }
            Kind::Archive(Some(archive)) => {
                let method = if compress { CompressionMethod::Deflated } else { CompressionMethod::Stored };
                // Always the same time: equal spaces give equal archives.
                let options = SimpleFileOptions::default()
                    .compression_method(method)
                    .last_modified_time(DateTime::default())
                    .unix_permissions(0o644)
                    .large_file(size >= LARGE);
                archive.start_file(path, options).map_err(|error| io(&self.partial)(error.into()))?;
            }
            Kind::Archive(None) => {}
        }
        Ok(())
    }

    /// Adds bytes to the file that was begun.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.written += bytes.len() as u64;
        let done = match &mut self.kind {
            Kind::Folder(Some((_, file))) => file.write_all(bytes),
            Kind::Archive(Some(archive)) => archive.write_all(bytes),
            _ => Ok(()),
        };
        done.map_err(io(&self.partial))
    }

    /// Takes the file back that was begun last.
    pub(super) fn take_back(&mut self) -> Result<(), ExportError> {
        self.written = self.before;
        match &mut self.kind {
            Kind::Folder(current) => match current.take() {
                Some((path, _)) => std::fs::remove_file(&path).map_err(io(&path)),
                None => Ok(()),
            },
            Kind::Archive(Some(archive)) => archive.abort_file().map_err(|error| io(&self.partial)(error.into())),
            Kind::Archive(None) => Ok(()),
        }
    }

    /// Gives what was written its name; how many bytes the files have together.
    pub(super) fn finish(mut self) -> Result<u64, ExportError> {
        match &mut self.kind {
            Kind::Folder(current) => finish_file(current).map_err(io(&self.partial))?,
            Kind::Archive(archive) => {
                let whole = archive.take().map(|archive| archive.finish()).transpose();
                let file = whole.map_err(|error| io(&self.partial)(error.into()))?;
                let file = file.map(|file| file.into_inner().map_err(std::io::IntoInnerError::into_error)).transpose();
                let synced = file.and_then(|file| file.map_or(Ok(()), |file| file.sync_all()));
                synced.map_err(io(&self.partial))?;
                // What came there meanwhile is not replaced.
                if self.to.exists() {
                    return Err(ExportError::Exists(self.to.clone()));
                }
            }
        }
        // Onto a folder this works only while that is empty.
        std::fs::rename(&self.partial, &self.to).map_err(io(&self.to))?;
        self.finished = true;
        Ok(self.written)
    }
}

fn finish_file(current: &mut Option<(PathBuf, BufWriter<File>)>) -> std::io::Result<()> {
    current.take().map_or(Ok(()), |(_, mut file)| file.flush())
}

impl Drop for Sink {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed is in the way of the next export, which says so.
            let _ = match &self.kind {
                Kind::Folder(_) => std::fs::remove_dir_all(&self.partial),
                Kind::Archive(_) => std::fs::remove_file(&self.partial),
            };
        }
    }
}
