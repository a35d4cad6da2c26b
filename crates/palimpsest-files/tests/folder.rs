//! The folder passes the suite of the contract, and what a disk can do besides is met.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use palimpsest_files::{Faults, FolderFiles};
use palimpsest_model::{FileHash, ObjectId, Timestamp};
use palimpsest_store::conformance::keeping::Place;
use palimpsest_store::{ByteStream, Files, FilesError};
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_795_000_000_000);
const MEBIBYTE: usize = 1 << 20;

struct Opened {
    files: FolderFiles,
    folder: tempfile::TempDir,
}

fn open() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    Opened { files: FolderFiles::open(folder.path()).unwrap(), folder }
}

impl Opened {
    fn path(&self, hash: FileHash) -> PathBuf {
        let name = hash.to_string();
        self.folder.path().join("files").join(&name[..2]).join(&name[2..])
    }
}

impl Place for Opened {
    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn damage(&self, hash: FileHash, place: usize) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let path = self.path(hash);
        let mut bytes = fs::read(&path).unwrap();
        bytes[place] ^= 1;
        fs::write(path, bytes).unwrap();
        Box::pin(std::future::ready(()))
    }

    fn cut(&self, hash: FileHash, length: usize) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        fs::OpenOptions::new().write(true).open(self.path(hash)).unwrap().set_len(length as u64).unwrap();
        Box::pin(std::future::ready(()))
    }
}

palimpsest_store::files_conformance!(open());

fn sent(bytes: &[u8]) -> ByteStream<'_> {
    Box::pin(stream::iter(bytes.chunks(60_000).map(|piece| Ok(Bytes::copy_from_slice(piece)))))
}

async fn read(files: &FolderFiles, hash: FileHash) -> Result<Vec<u8>, FilesError> {
    let mut bytes = files.open(hash, 0..u64::MAX).await?;
    let mut all = Vec::new();
    while let Some(next) = bytes.next().await {
        all.extend_from_slice(&next?);
    }
    Ok(all)
}

fn upload(number: u128) -> ObjectId {
    ObjectId(Uuid::from_u128(number))
}

/// All files below a folder.
fn all_files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(all_files(&path)),
            false => found.extend([path]),
        }
    }
    found
}

/// Wherever the disk is full in between, that is told, and nothing is left of what was begun; what was there before is.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_keeps_nothing_by_half() {
    let folder = tempfile::tempdir().unwrap();
    let faults = Arc::new(Faults::default());
    let files = FolderFiles::open_with(folder.path(), Arc::clone(&faults)).unwrap();
    let (before, bytes) = (vec![1; 5000], vec![7; MEBIBYTE + 5000]);
    let there = files.put(sent(&before), u64::MAX, NOW).await.unwrap();
    for number in 1..=2 {
        files.put_part(upload(1), number, before.len() as u64, sent(&before)).await.unwrap();
    }
    let left = all_files(folder.path());
    // 16 + 2 * 32 bytes of sums come after the bytes.
    let needed = bytes.len() as u64 + 80;
    for room in [0, 1, 4096, MEBIBYTE as u64, bytes.len() as u64 - 1, bytes.len() as u64, needed - 1] {
        faults.leave_room(room);
        assert_eq!(files.put(sent(&bytes), u64::MAX, NOW).await, Err(FilesError::Full), "{room}");
        faults.leave_room(room.min(bytes.len() as u64 - 1));
        let part = files.put_part(upload(1), 1, bytes.len() as u64, sent(&bytes)).await;
        assert_eq!(part, Err(FilesError::Full), "{room}");
        faults.leave_room(room.min(2 * 5000 - 1));
        assert_eq!(files.join(upload(1), 2, NOW).await, Err(FilesError::Full), "{room}");
        assert_eq!(all_files(folder.path()), left, "{room}");
    }
    assert_eq!(read(&files, there.hash).await, Ok(before));
    faults.leave_room(needed);
    let kept = files.put(sent(&bytes), u64::MAX, NOW).await.unwrap();
    assert!(read(&files, kept.hash).await == Ok(bytes));
}

/// What was kept, and the parts of uploads, are there after opening again; what was unfinished is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_is_there_after_opening_again() {
    let opened = open();
    let kept = opened.files.put(sent(b"kept"), 99, NOW).await.unwrap();
    opened.files.put_part(upload(1), 1, 4, sent(b"part")).await.unwrap();
    for folder in ["files", "uploads"] {
        fs::write(opened.folder.path().join(folder).join(".new/unfinished"), b"half").unwrap();
    }
    let again = FolderFiles::open(opened.folder.path()).unwrap();
    assert_eq!(read(&again, kept.hash).await, Ok(b"kept".to_vec()));
    assert_eq!(again.remove(kept.hash, NOW).await, Ok(false), "it is as young as it was");
    assert_eq!(again.parts(upload(1)).await, Ok([(1, 4)].into()));
    assert!(all_files(opened.folder.path()).iter().all(|path| !path.ends_with("unfinished")));
}

/// Nobody else may read the files, nor look into the folders.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_for_nobody_else() {
    let opened = open();
    let kept = opened.files.put(sent(b"kept"), 99, NOW).await.unwrap();
    opened.files.put_part(upload(1), 1, 4, sent(b"part")).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let files = all_files(opened.folder.path());
    assert_eq!(files.len(), 3);
    for path in files {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        assert_eq!(mode(path.parent().unwrap()), 0o700, "{}", path.display());
    }
    assert!(opened.path(kept.hash).is_file());
}

/// A file that is too short, or whose sums are gone, is damaged; it can be removed, and put again.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_off_or_has_no_sums_is_damaged() {
    let opened = open();
    let bytes = vec![3; MEBIBYTE + 10];
    let damaged = |hash: FileHash| Err(FilesError::Damaged(hash));
    let kept = opened.files.put(sent(&bytes), u64::MAX, NOW).await.unwrap();
    fs::OpenOptions::new().write(true).open(opened.path(kept.hash)).unwrap().set_len(MEBIBYTE as u64 + 9).unwrap();
    assert_eq!(read(&opened.files, kept.hash).await, damaged(kept.hash));
    for length in [0, MEBIBYTE as u64, MEBIBYTE as u64 + 11] {
        fs::OpenOptions::new().write(true).open(opened.path(kept.hash)).unwrap().set_len(length).unwrap();
        assert_eq!(opened.files.size(kept.hash).await, Err(FilesError::Damaged(kept.hash)), "{length}");
    }
    opened.files.put(sent(&bytes), u64::MAX, NOW).await.unwrap();
    assert!(read(&opened.files, kept.hash).await == Ok(bytes));
    fs::remove_file(opened.path(kept.hash).with_extension("sums")).unwrap();
    assert_eq!(read(&opened.files, kept.hash).await, damaged(kept.hash));
    assert_eq!(opened.files.size(kept.hash).await, Err(FilesError::Damaged(kept.hash)));
    assert_eq!(opened.files.remove(kept.hash, NOW).await, Ok(true));
    assert_eq!(opened.files.list(None, 9).await, Ok(Vec::new()));
}

/// Who reads a file reads it to its end, whatever becomes of it meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_read_is_read_to_its_end() {
    let opened = open();
    let bytes = vec![9; 3 * MEBIBYTE];
    let kept = opened.files.put(sent(&bytes), u64::MAX, NOW).await.unwrap();
    let mut reading = opened.files.open(kept.hash, 0..u64::MAX).await.unwrap();
    let mut length = reading.next().await.unwrap().unwrap().len();
    assert_eq!(opened.files.remove(kept.hash, Timestamp(NOW.0 + 1)).await, Ok(true));
    while let Some(next) = reading.next().await {
        length += next.unwrap().len();
    }
    assert_eq!(length, bytes.len());
}

/// A piece of a large file that is counted as long as somebody has it.
struct Counted(Vec<u8>, Arc<AtomicUsize>);

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(self.0.len(), Ordering::SeqCst);
    }
}

/// However large a file is, little of it is in memory.
#[tokio::test(flavor = "multi_thread")]
async fn little_of_a_large_file_is_in_memory() {
    let opened = open();
    let (held, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let pieces = {
        let (held, most) = (Arc::clone(&held), Arc::clone(&most));
        move || {
            let (held, most) = (Arc::clone(&held), Arc::clone(&most));
            let piece = move |number: u16| {
                let now = held.fetch_add(100_000, Ordering::SeqCst) + 100_000;
                most.fetch_max(now, Ordering::SeqCst);
                Ok(Bytes::from_owner(Counted(vec![number as u8; 100_000], Arc::clone(&held))))
            };
            Box::pin(stream::iter(0..400).map(piece))
        }
    };
    let kept = opened.files.put(pieces(), u64::MAX, NOW).await.unwrap();
    opened.files.put_part(upload(1), 1, 40_000_000, pieces()).await.unwrap();
    assert_eq!((kept.size, held.load(Ordering::SeqCst)), (40_000_000, 0));
    assert!(most.load(Ordering::SeqCst) < 3 * MEBIBYTE, "{most:?}");
    let mut reading = opened.files.open(kept.hash, 0..u64::MAX).await.unwrap();
    while let Some(next) = reading.next().await {
        assert!(next.unwrap().len() <= MEBIBYTE);
    }
}
