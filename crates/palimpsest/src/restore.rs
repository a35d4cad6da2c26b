//! `palimpsest restore`: a folder that has no store gets that of a backup, and its files the bytes that lie beside it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::bail;
use palimpsest_engine::{Clock, Ids};
use palimpsest_files::Copies;
use palimpsest_model::{FileHash, LogId};
use palimpsest_store::{Files, FilesError, SpaceRow};

use crate::backup::{Moved, folder_of};
use crate::settings::Settings;
use crate::world::{SystemClock, SystemIds};
use crate::{files, print};

/// So many files that cannot be had are told by their names.
const TOLD: usize = 20;

/// What was restored.
pub(crate) struct Restored {
    pub(crate) spaces: Vec<SpaceRow>,
    pub(crate) moved: Moved,
}

/// Restores and says what that came to. Unless it is to go `without` the files that cannot be had, there has to be none.
pub(crate) fn run(settings: &Settings, from: &Path, without: bool, json: bool) -> anyhow::Result<()> {
    let log = || LogId(SystemIds.random()[..8].iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    let fill = |named| fill(settings, named, &Copies::to_read(&folder_of(from)), without);
    let (spaces, moved) = palimpsest_store_sqlite::restore(&settings.data, from, log, fill)?;
    print::restored(&Restored { spaces, moved }, json)
}

fn fill(settings: &Settings, named: BTreeSet<FileHash>, copies: &Copies, without: bool) -> anyhow::Result<Moved> {
    if named.is_empty() {
        return Ok(Moved::default());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let files = files::open(&settings.data, settings.files.as_ref())?;
        let (mut moved, wanted) = look(&*files, named, copies).await?;
        // What is not there at all is told before anything is copied.
        if !without {
            refuse(&moved)?;
        }
        for hash in wanted {
            moved.copied(hash, copy_one(&*files, hash, copies).await)?;
        }
        if !without {
            refuse(&moved)?;
        }
        Ok(moved)
    })
}

/// What is there already, which of the others can be copied, and which are nowhere.
async fn look(
    files: &dyn Files,
    named: BTreeSet<FileHash>,
    copies: &Copies,
) -> Result<(Moved, Vec<FileHash>), FilesError> {
    let (mut moved, mut wanted) = (Moved::default(), Vec::new());
    for hash in named {
        let found = match files.size(hash).await {
            // A copy makes it whole.
            Err(FilesError::Damaged(_)) => None,
            found => found?,
        };
        match (found, copies.size(hash).await?) {
            (Some(size), None) => moved.found(size),
            (Some(size), Some(copy)) if size == copy => moved.found(size),
            (_, Some(_)) => wanted.push(hash),
            (None, None) => moved.lose(hash, &FilesError::Missing),
        }
    }
    Ok((moved, wanted))
}

async fn copy_one(files: &dyn Files, hash: FileHash, copies: &Copies) -> Result<u64, FilesError> {
    let kept = files.put(copies.open(hash).await?, u64::MAX, SystemClock.now()).await?;
    if kept.hash == hash { Ok(kept.size) } else { Err(FilesError::Damaged(hash)) }
}

fn refuse(moved: &Moved) -> anyhow::Result<()> {
    if moved.lost.is_empty() {
        return Ok(());
    }
    let number = moved.lost.len();
    let mut told: Vec<_> = moved.lost.iter().take(TOLD).map(|lost| format!("{}: {}", lost.hash, lost.why)).collect();
    if number > TOLD {
        told.push(format!("and {} more", number - TOLD));
    }
    bail!(
        "nothing was restored: of {number} files the bytes cannot be had; --without-missing restores without them\n{}",
        told.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};
    use palimpsest_model::Timestamp;
    use palimpsest_store::{ByteStream, MemoryFiles};

    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn sent(text: &'static str) -> ByteStream<'static> {
        Box::pin(stream::iter([Ok(text.into())]))
    }

    /// A bucket is such a place: what lies in it is not copied to it, and what is neither there nor beside the backup is told.
    #[tokio::test]
    async fn what_lies_in_place_needs_no_copy() {
        let folder = tempfile::tempdir().unwrap();
        let (files, elsewhere) = (MemoryFiles::default(), MemoryFiles::default());
        let there = files.put(sent("there"), 100, NOW).await.unwrap().hash;
        let both = files.put(sent("both"), 100, NOW).await.unwrap().hash;
        let beside = elsewhere.put(sent("beside"), 100, NOW).await.unwrap().hash;
        let nowhere = FileHash([7; 32]);
        let copies = Copies::to_add(folder.path()).unwrap();
        assert!(Copies::to_add(folder.path()).is_err(), "two at once");
        copies.add(both, sent("both"), NOW).await.unwrap();
        copies.add(beside, sent("beside"), NOW).await.unwrap();
        assert_eq!(copies.add(nowhere, sent("other"), NOW).await, Err(FilesError::Damaged(nowhere)));
        assert_eq!(copies.size(nowhere).await, Ok(None));
        let (moved, wanted) = look(&files, [there, both, beside, nowhere].into(), &copies).await.unwrap();
        assert_eq!((moved.files, moved.file_bytes, wanted), (2, 9, vec![beside]));
        assert_eq!(moved.lost.iter().map(|lost| lost.hash.clone()).collect::<Vec<_>>(), [nowhere.to_string()]);
        assert_eq!(copy_one(&files, beside, &copies).await, Ok(6));
        assert_eq!(files.size(beside).await, Ok(Some(6)));
    }

    /// What was cut off there is copied anew. What has its size has its place: it is left as it is, and nobody is handed a wrong byte.
    #[tokio::test]
    async fn what_is_damaged_in_place_is_made_whole_where_its_size_tells() {
        let folder = tempfile::tempdir().unwrap();
        let files = MemoryFiles::default();
        let copies = Copies::to_add(folder.path()).unwrap();
        let mut hashes = Vec::new();
        for text in ["cut off", "damaged"] {
            let hash = files.put(sent(text), 100, NOW).await.unwrap().hash;
            copies.add(hash, sent(text), NOW).await.unwrap();
            hashes.push(hash);
        }
        let [cut, damaged] = hashes[..] else { panic!() };
        files.cut(cut, 3);
        files.damage(damaged, 3);
        let (moved, wanted) = look(&files, [cut, damaged].into(), &copies).await.unwrap();
        assert_eq!((moved.files, moved.lost.len(), wanted), (1, 0, vec![cut]));
        assert_eq!(copy_one(&files, cut, &copies).await, Ok(7));
        let mut read = files.open(cut, 0..7).await.unwrap();
        assert_eq!(read.next().await, Some(Ok("cut off".into())));
        let mut read = files.open(damaged, 0..7).await.unwrap();
        assert_eq!(read.next().await, Some(Err(FilesError::Damaged(damaged))));
    }
}
