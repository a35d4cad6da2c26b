//! Our own exports come back with everything they hold: the same ids of structures, properties, collections, objects and
//! blocks, what only the server writes, the trash, and the bytes of media.
//!
//! Objects come in bounded commits, each object by itself: what is there already is left alone, so that an import that was cut
//! short is finished by doing it again. What is wrong with an object is reported with its file, and the others come.

mod media;
mod read;
mod report;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use palimpsest_engine::{Adoption, Blueprint, Engine, Error, Fate};
use palimpsest_model::{FileHash, Object, ObjectId, SpaceId, State};

pub use self::report::{Refused, Report};
use crate::form::{MANIFEST, Manifest};
use crate::import::source::{Source, Unreadable};
use crate::import::{Limits, Progress, Stage, Teller};

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
    /// A thread came to grief.
    #[error("the import was interrupted")]
    Interrupted,
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
    let tell: Teller = Arc::new(|_| {});
    adopt_telling(engine, into, path, dry_run, &tell).await
}

/// The same, telling how far it is.
pub async fn adopt_telling(
    engine: &Engine,
    into: Option<SpaceId>,
    path: &Path,
    dry_run: bool,
    tell: &Teller,
) -> Result<Report, AdoptError> {
    let path = path.to_owned();
    let source = aside(move || Source::open(&path, &limits())).await??;
    adopt_source(engine, into, Arc::new(source), dry_run, tell).await
}

/// The same, of a source that was opened under these limits.
pub(crate) async fn adopt_source(
    engine: &Engine,
    into: Option<SpaceId>,
    source: Arc<Source>,
    dry_run: bool,
    tell: &Teller,
) -> Result<Report, AdoptError> {
    let own = Arc::clone(&source);
    let manifest = aside(move || read::manifest(&own, &limits())).await?.map_err(AdoptError::Manifest)?;
    let Manifest { space, concurrency, structures, collections, objects, trashed, .. } = manifest;
    let blueprint = Blueprint { space, concurrency, structures, collections };
    let mut adoption = Adoption::begin(engine, blueprint, into, dry_run).await?;
    let mut report = Report::of(&adoption, dry_run);
    let total = source.files.iter().filter(|file| read::is_object(file)).count();
    let missing = (objects + trashed).saturating_sub(total);
    let (mut at, mut done) = (0, 0);
    while at < source.files.len() {
        let (some, next) = read::some(&source, at).await?;
        // What is wrong is told when it is read again.
        some.iter().filter_map(|(_, kept)| kept.as_ref().ok()).for_each(|kept| adoption.expect(&kept.object));
        (at, done) = (next, done + some.len());
        tell(Progress { stage: Stage::Reading, done, total });
    }
    if missing > 0 {
        report.refuse(MANIFEST, None, format!("It names {missing} objects more than there are files of objects"));
    }
    // Also when nothing follows: a space without objects is one.
    adoption.adopt(engine, Vec::new()).await?;
    (at, done) = (0, 0);
    while at < source.files.len() {
        let (some, next) = read::some(&source, at).await?;
        (at, done) = (next, done + some.len());
        let mut batch = Batch::default();
        for (path, kept) in some {
            let kept = match kept {
                Ok(kept) => kept,
                Err(message) => {
                    report.refuse(&path, None, message);
                    continue;
                }
            };
            match media::bring(engine, &source, &kept, &mut batch.brought, dry_run).await? {
                Ok(files) => report.files += files,
                Err(message) => {
                    report.refuse(&path, Some(kept.object.id), message);
                    continue;
                }
            }
            batch.paths.push((path, kept.object.id));
            batch.objects.push((kept.object, kept.state));
        }
        batch.adopt(engine, &mut adoption, &mut report).await?;
        tell(Progress { stage: Stage::Objects, done, total });
    }
    report.differing = adoption.differing().to_vec();
    Ok(report)
}

/// Does work that takes long, beside everything else.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AdoptError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| AdoptError::Interrupted)
}

/// Objects that are taken over together.
#[derive(Default)]
struct Batch {
    paths: Vec<(String, ObjectId)>,
    objects: Vec<(Object, State)>,
    /// Bytes that were brought for them: nothing names them yet.
    brought: BTreeSet<FileHash>,
}

impl Batch {
    async fn adopt(self, engine: &Engine, adoption: &mut Adoption, report: &mut Report) -> Result<(), Error> {
        let Self { paths, objects, .. } = self;
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
