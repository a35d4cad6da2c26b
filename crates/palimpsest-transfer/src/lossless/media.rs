//! The bytes of media that come with an export.

use std::collections::BTreeSet;
use std::sync::Arc;

use palimpsest_engine::{Code, Engine, Error};
use palimpsest_model::FileHash;
use palimpsest_store::{FilesError, Registry};

use super::{AdoptError, aside};
use crate::form::Kept;
use crate::import::source::{File, Source};

/// Keeps the bytes of the files of an object, before it comes itself, but those of `brought`; how many files were brought, or
/// why not.
pub(super) async fn bring(
    engine: &Engine,
    source: &Arc<Source>,
    kept: &Kept,
    brought: &mut BTreeSet<FileHash>,
    dry_run: bool,
) -> Result<Result<usize, String>, AdoptError> {
    if kept.media.len() != kept.object.files.len() {
        return Ok(Err("`media` names other files than the object has".to_owned()));
    }
    let mut count = 0;
    for (path, named) in kept.media.iter().zip(&kept.object.files) {
        let Some(file) = find(source, path) else { return Ok(Err(format!("{path} is not there"))) };
        if file.size != named.size {
            return Ok(Err(format!("{path} has {} bytes, not {}", file.size, named.size)));
        }
        if brought.contains(&named.hash) || is_kept(engine, named.hash, named.size).await? {
            continue;
        }
        let hash = match dry_run {
            true => {
                let (source, file) = (Arc::clone(source), file.clone());
                aside(move || source.hash(&file)).await?
            }
            false => keep(engine, source, file).await?,
        };
        match hash {
            Ok(hash) if hash == named.hash => count += usize::from(brought.insert(hash)),
            Ok(_) => return Ok(Err(format!("{path} is not what it was: its bytes have another hash"))),
            Err(message) => return Ok(Err(format!("{path}: {message}"))),
        }
    }
    Ok(Ok(count))
}

fn find<'s>(source: &'s Source, path: &str) -> Option<&'s File> {
    let at = source.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
    source.files.get(at)
}

/// Whether bytes are there and stay: what nothing names may be removed before the object comes that is going to name it, unless
/// it is put again.
async fn is_kept(engine: &Engine, hash: FileHash, size: u64) -> Result<bool, Error> {
    match engine.files()?.size(hash).await {
        Ok(Some(there)) if there == size => {}
        // It is made whole.
        Ok(_) | Err(FilesError::Damaged(_)) => return Ok(false),
        Err(error) => return Err(of_files(error)),
    }
    let named = move |registry: &mut Registry<'_>| registry.named_files(&[hash]).map_err(Error::from);
    Ok(engine.store().administer(named).await??.contains(&hash))
}

/// Keeps the bytes of a file, or says why they cannot be read.
async fn keep(engine: &Engine, source: &Arc<Source>, file: &File) -> Result<Result<FileHash, String>, AdoptError> {
    match engine.files()?.put(source.stream(file), file.size, engine.now()).await {
        Ok(kept) => Ok(Ok(kept.hash)),
        Err(FilesError::Interrupted(message)) => Ok(Err(message)),
        Err(error) => Err(of_files(error).into()),
    }
}

/// Whoever takes over an export is the operator, who is told all of it.
fn of_files(error: FilesError) -> Error {
    Error::new(Code::ServiceUnavailable, error.to_string())
}
