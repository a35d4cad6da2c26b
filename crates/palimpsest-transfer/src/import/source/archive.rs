//! Zip archives. They are never unpacked to disk, and archives in them stay files.

use std::fs::File as Handle;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;
use zip::read::ZipArchive;
use zip::result::ZipError;

use super::{At, File, Limits, Named, Place, Source, Unreadable, judge, pump, refusal};

/// An archive that is read at several places at once.
#[derive(Clone)]
pub(super) struct Archive(ZipArchive<Shared>);

impl Archive {
    pub(super) fn copy(mut self, index: usize, size: u64, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), String> {
        let file = self.0.by_index(index).map_err(|error| error.to_string())?;
        pump(file, size, take)
    }
}

/// A mebibyte: what is shorter may be packed as tightly as it likes.
const SMALL: u64 = 1 << 20;

/// Opens an archive.
pub(super) fn open(path: &Path) -> Result<Archive, Unreadable> {
    let handle = Handle::open(path).map_err(|error| Unreadable(format!("{}: {error}", path.display())))?;
    let shared = Shared { handle: Arc::new(handle), at: 0 };
    ZipArchive::new(shared).map(Archive).map_err(|error| broken(path, &error))
}

/// Whether a file of a name may lie at the top of an archive: there, or in a folder that lies there.
pub(super) fn may_have(archive: &Archive, name: &str) -> bool {
    let is_it = |path: &str| path == name || path.split_once('/').is_some_and(|(_, rest)| rest == name);
    archive.0.file_names().any(|path| path.is_ok_and(|path| is_it(&path)))
}

fn broken(path: &Path, error: &ZipError) -> Unreadable {
    Unreadable(format!("{}: not a zip archive that can be read: {error}", path.display()))
}

/// Looks at the list of an archive.
pub(super) fn look(archive: Archive, path: &Path, limits: &Limits) -> Result<Source, Unreadable> {
    let say = |message: String| Unreadable(format!("{}: {message}", path.display()));
    let broken = |error: ZipError| broken(path, &error);
    let Archive(mut zip) = archive;
    if zip.len() > limits.entries {
        return Err(say(format!("more than {} files", limits.entries)));
    }
    if zip.has_overlapping_files().map_err(broken)? {
        return Err(say("files of this archive share their bytes, as those of a zip bomb do".to_owned()));
    }
    if zip.decompressed_size().is_none_or(|size| size > u128::from(limits.total)) {
        return Err(say(format!("unpacked it is longer than {} bytes", limits.total)));
    }
    let mut problems = Vec::new();
    if zip.has_duplicate_names() {
        problems.push(refusal("", "files of one name: only the last of each is read"));
    }
    let (mut files, mut hidden) = (Vec::new(), Vec::new());
    for index in 0..zip.len() {
        let entry = zip.by_index_data(index).map_err(broken)?;
        let Ok(name) = std::str::from_utf8(entry.name_raw()) else {
            problems.push(refusal(&String::from_utf8_lossy(entry.name_raw()), "the name is not in UTF-8"));
            continue;
        };
        let (packed, size) = (entry.compressed_size(), entry.size());
        let refused = if entry.is_symlink() {
            Some("a link, which is not followed")
        } else if entry.encrypted() {
            Some("encrypted")
        } else if size > SMALL && size / packed.max(1) > limits.ratio {
            Some("packed too tightly, as a zip bomb is")
        } else {
            None
        };
        match (judge(name.trim_end_matches('/'), limits), refused) {
            (Err(message), _) | (Ok(Named::File(_)), Some(message)) => problems.push(refusal(name, message)),
            (Ok(Named::Hidden), _) => hidden.push(name.nfc().collect()),
            (Ok(Named::File(_)), None) if entry.is_dir() => {}
            (Ok(Named::File(path)), None) => files.push(File { path, size, at: At::Archive(index) }),
        }
    }
    let place = Place::Archive(Box::new(Archive(zip)));
    Ok(Source { files, hidden, problems, place }.without_top())
}

/// An open file with a place of its own in it.
#[derive(Clone)]
struct Shared {
    handle: Arc<Handle>,
    at: u64,
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.handle.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.handle.metadata()?.len().checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
