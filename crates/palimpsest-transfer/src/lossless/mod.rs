//! Our own exports come back with everything they hold: the same ids of structures, properties, collections, objects and
//! blocks, what only the server writes, the trash, and the bytes of media.
//!
//! Objects come in bounded commits, each object by itself: what is there already is left alone, so that an import that was cut
//! short is finished by doing it again. What is wrong with an object is reported with its file, and the others come.

mod read;
mod report;

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::StreamExt;
use palimpsest_engine::{Adoption, Blueprint, Engine, Error, Fate};
use palimpsest_model::{Object, ObjectId, SpaceId, State};
use palimpsest_store::FilesError;

pub use self::report::{Refused, Report};
use crate::form::{MANIFEST, Manifest, OBJECTS};
use crate::import::Limits;
use crate::import::source::{File, Source, Unreadable};

/// So many objects are taken over in one commit, or fewer when they are long.
const AT_ONCE: usize = 200;
/// So many bytes of objects.
const BYTES_AT_ONCE: u64 = 4 << 20;
/// So many pieces of a file wait to be kept.
const WAITING: usize = 4;

/// Why an export cannot be taken over at all.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// Nothing can be read there.
    #[error(transparent)]
    Source(#[from] Unreadable),
    /// The manifest is broken, or says what cannot be.
    #[error("{MANIFEST}: {0}")]
    Manifest(String),
    /// The server says no.
    #[error("{}", .0.message)]
    Engine(#[from] Error),
}

/// How much is read of an export of our own: one of a large space is longer than anything that was not made here.
pub(crate) fn limits() -> Limits {
    Limits { entries: 20_000_000, text: 64 << 20, ratio: 2_000, total: u64::MAX, media: u64::MAX, ..Limits::default() }
}

/// Whether there is an export of our own at a path.
#[must_use]
pub fn recognise(path: &Path) -> bool {
    Source::open_marked(path, MANIFEST, &limits(), &Limits::default()).is_ok_and(|(_, is_own)| is_own)
}

/// Takes over the export at a path: into a space that is there, or into a new one. A dry run changes nothing.
pub async fn adopt(engine: &Engine, into: Option<SpaceId>, path: &Path, dry_run: bool) -> Result<Report, AdoptError> {
    adopt_source(engine, into, &Source::open(path, &limits())?, dry_run).await
}

/// The same, of a source that was opened under these limits.
pub(crate) async fn adopt_source(
    engine: &Engine,
    into: Option<SpaceId>,
    source: &Source,
    dry_run: bool,
) -> Result<Report, AdoptError> {
    let manifest = read::manifest(source, &limits()).map_err(AdoptError::Manifest)?;
    let Manifest { space, concurrency, structures, collections, objects, trashed, .. } = manifest;
    let blueprint = Blueprint { space, concurrency, structures, collections };
    let mut adoption = Adoption::begin(engine, blueprint, into, dry_run).await?;
    let mut report = Report::of(&adoption, dry_run);
    let by_path: BTreeMap<_, _> = source.files.iter().map(|file| (file.path.as_str(), file)).collect();
    let prefix = format!("{OBJECTS}/");
    let files = || source.files.iter().filter(|file| file.path.starts_with(&prefix) && file.path.ends_with(".json"));
    let missing = (objects + trashed).saturating_sub(files().count());
    for file in files() {
        // What is wrong is told when it is read again.
        if let Ok(kept) = read::object(source, file, &limits()) {
            adoption.expect(&kept.object);
        }
    }
    if missing > 0 {
        report.refuse(MANIFEST, None, format!("It names {missing} objects more than there are files of objects"));
    }
    // Also when nothing follows: a space without objects is one.
    adoption.adopt(engine, Vec::new()).await?;
    let mut batch = Batch::default();
    for file in files() {
        let kept = match read::object(source, file, &limits()) {
            Ok(kept) => kept,
            Err(message) => {
                report.refuse(&file.path, None, message);
                continue;
            }
        };
        let id = kept.object.id;
        match bring_media(engine, source, &by_path, &kept, dry_run).await? {
            Ok(bytes) => report.files += bytes,
            Err(message) => {
                report.refuse(&file.path, Some(id), message);
                continue;
            }
        }
        batch.push(file, kept.object, kept.state);
        if batch.is_full() {
            batch.adopt(engine, &mut adoption, &mut report).await?;
        }
    }
    batch.adopt(engine, &mut adoption, &mut report).await?;
    report.differing = adoption.differing().to_vec();
    Ok(report)
}

/// Objects that are taken over together.
#[derive(Default)]
struct Batch {
    paths: Vec<(String, ObjectId)>,
    objects: Vec<(Object, State)>,
    bytes: u64,
}

impl Batch {
    fn push(&mut self, file: &File, object: Object, state: State) {
        self.paths.push((file.path.clone(), object.id));
        self.objects.push((object, state));
        self.bytes += file.size;
    }

    fn is_full(&self) -> bool {
        self.objects.len() >= AT_ONCE || self.bytes >= BYTES_AT_ONCE
    }

    async fn adopt(&mut self, engine: &Engine, adoption: &mut Adoption, report: &mut Report) -> Result<(), Error> {
        let Self { paths, objects, .. } = std::mem::take(self);
        if objects.is_empty() {
            return Ok(());
        }
        let fates = adoption.adopt(engine, objects).await?;
        for ((path, id), fate) in paths.into_iter().zip(fates) {
            match fate {
                Fate::Adopted => report.adopted += 1,
                Fate::Present => report.present += 1,
                Fate::Taken(message) => report.refuse(&path, Some(id), message),
                Fate::Invalid(problems) => report.refuse(&path, Some(id), problems.to_string()),
            }
        }
        Ok(())
    }
}

/// Keeps the bytes of the files of an object, before it comes itself; how many files were brought, or why not.
async fn bring_media(
    engine: &Engine,
    source: &Source,
    by_path: &BTreeMap<&str, &File>,
    kept: &crate::form::Kept,
    dry_run: bool,
) -> Result<Result<usize, String>, Error> {
    if kept.media.len() != kept.object.files.len() {
        return Ok(Err("`media` names other files than the object has".to_owned()));
    }
    let mut brought = 0;
    for (path, named) in kept.media.iter().zip(&kept.object.files) {
        let Some(file) = by_path.get(path.as_str()) else { return Ok(Err(format!("{path} is not there"))) };
        if file.size != named.size {
            return Ok(Err(format!("{path} has {} bytes, not {}", file.size, named.size)));
        }
        let files = engine.files()?;
        match files.size(named.hash).await {
            Ok(Some(size)) if size == named.size => continue,
            // It is made whole.
            Ok(_) | Err(FilesError::Damaged(_)) => {}
            Err(error) => return Err(of_files(error)),
        }
        let hash = match dry_run {
            true => read::hash(source, file),
            false => keep(engine, source, file).await?,
        };
        match hash {
            Ok(hash) if hash == named.hash => brought += 1,
            Ok(_) => return Ok(Err(format!("{path} is not what it was: its bytes have another hash"))),
            Err(message) => return Ok(Err(format!("{path}: {message}"))),
        }
    }
    Ok(Ok(brought))
}

/// Keeps the bytes of a file, which are read beside it.
async fn keep(
    engine: &Engine,
    source: &Source,
    file: &File,
) -> Result<Result<palimpsest_model::FileHash, String>, Error> {
    let (send, receive) = tokio::sync::mpsc::channel(WAITING);
    let (reader, read) = (source.clone(), file.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let mut take = |piece: &[u8]| send.blocking_send(Ok(bytes::Bytes::copy_from_slice(piece))).is_ok();
        let done = reader.copy(&read, &mut take);
        if let Err(message) = &done {
            // Who keeps them must not take half of them for all.
            let _ = send.blocking_send(Err(FilesError::Interrupted(message.clone())));
        }
        done
    });
    let stream = futures_util::stream::unfold(receive, |mut receive| async { Some((receive.recv().await?, receive)) });
    let kept = engine.files()?.put(stream.boxed(), file.size, engine.now()).await;
    match reading.await {
        Ok(Err(message)) if message != "given up" => return Ok(Err(message)),
        Err(error) => return Ok(Err(error.to_string())),
        _ => {}
    }
    Ok(Ok(kept.map_err(of_files)?.hash))
}

fn of_files(error: FilesError) -> Error {
    Error::new(palimpsest_engine::Code::ServiceUnavailable, error.to_string())
}
