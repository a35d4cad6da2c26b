//! A space as files: one Markdown file for each object that can be seen, in a folder for each type; the bytes of its media; and
//! the lossless form, of which [`crate::lossless`] makes the same space again.
//!
//! What is exported is one revision, read from one snapshot; writes go on meanwhile. Equal spaces give equal bytes: everything
//! is in the order of ids, and nothing tells the time. What is not exported: the history (that is what backups are for), when
//! and by whom things were changed, tokens, webhooks.

mod index;
mod media;
mod name;
mod names;
mod sink;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use palimpsest_engine::Engine;
use palimpsest_markdown::write_document;
use palimpsest_model::{FileHash, Object, ObjectId, Revision, SpaceId, State, Structure};
use palimpsest_store::{FilesError, Snapshot, StoreError};
use serde::{Deserialize, Serialize};

use self::index::{Index, Media, folders, media_of};
use self::names::FileNames;
use self::sink::Sink;
use crate::form::{FORMAT, Kept, MANIFEST, Manifest, VERSION, object_path, to_file};
use crate::import::{Progress, Stage, Teller};

/// Whoever waits is told after so many objects.
const STEP: usize = 50;

/// What was exported.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// The space.
    pub space: SpaceId,
    /// The revision it stood at.
    pub revision: Revision,
    /// How many objects can be seen.
    pub objects: usize,
    /// How many lie in the trash.
    pub trashed: usize,
    /// How many more lie there whose structure was deleted. They are left out: nothing could take them in again.
    #[serde(default)]
    pub left_out: usize,
    /// How many files of media were written.
    pub files: usize,
    /// How many bytes all files have together.
    pub bytes: u64,
    /// Files of media whose bytes are gone or damaged; everything else was exported.
    pub lost: Vec<Lost>,
}

/// A file of media that could not be exported.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lost {
    /// Its name.
    pub hash: FileHash,
    /// The first object that has it.
    pub object: ObjectId,
    /// Where its bytes were to lie.
    pub path: String,
    /// What is wrong with them.
    pub message: String,
}

/// Why a space could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is something already.
    #[error("{} is there already, and not empty", .0.display())]
    Exists(PathBuf),
    /// The system says no.
    #[error("{}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What.
        source: std::io::Error,
    },
    /// The space could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bytes of a file could not be read.
    #[error("{path} ({hash}): {source}")]
    Files {
        /// Where they were to lie.
        path: String,
        /// Their name.
        hash: FileHash,
        /// Why.
        source: FilesError,
    },
    /// Objects have files, and nothing keeps any.
    #[error("the space has files, and this server keeps none")]
    NoFiles,
}

/// Writes a space to a folder, or to an archive when the path ends in `.zip`; neither may be there. It has its name once it is
/// whole.
pub async fn export(engine: &Engine, space: SpaceId, to: &Path) -> Result<Exported, ExportError> {
    let tell: Teller = Arc::new(|_| {});
    export_telling(engine, space, to, &tell).await
}

/// The same, telling how far it is.
pub async fn export_telling(
    engine: &Engine,
    space: SpaceId,
    to: &Path,
    tell: &Teller,
) -> Result<Exported, ExportError> {
    let to = to.to_owned();
    let mut sink = Some(aside(move || Sink::begin(&to)).await??);
    let told = Arc::clone(tell);
    let write = move |snapshot: &mut Snapshot<'_>| {
        let mut sink = sink.take()?;
        Some(write_objects(snapshot, &mut sink, &told).map(|(exported, index)| (exported, index, sink)))
    };
    let written = engine.store().read(space, write).await?.value;
    let lost = || StoreError::Panicked("an export was read twice".to_owned());
    let (exported, media, sink) = written.ok_or_else(lost)??;
    let (sink, lost) = media::write(engine, &media, sink, tell).await?;
    let files = media.len() - lost.len();
    let bytes = aside(move || sink.finish()).await??;
    Ok(Exported { files, bytes, lost, ..exported })
}

type Bytes = std::collections::BTreeMap<FileHash, Media>;

/// Writes the manifest and all objects.
fn write_objects(
    snapshot: &mut Snapshot<'_>,
    sink: &mut Sink,
    tell: &Teller,
) -> Result<(Exported, Bytes), ExportError> {
    let index = Index::of(snapshot)?;
    let (row, schema) = (snapshot.row(), Arc::clone(snapshot.schema()));
    let count = |state: State| index.entries.values().filter(|entry| entry.state == state).count();
    let (objects, trashed) = (count(State::Live), count(State::Trashed));
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        space: schema.space.value.clone(),
        concurrency: row.policy,
        structures: schema.structures.iter().map(|structure| structure.value.clone()).collect(),
        collections: schema.collections.iter().map(|collection| collection.value.clone()).collect(),
        objects,
        trashed,
    };
    sink.put(MANIFEST, &to_file(&manifest))?;
    let folders = folders(&schema);
    let total = index.entries.len();
    for (done, (id, entry)) in index.entries.iter().enumerate() {
        if done % STEP == 0 {
            tell(Progress { stage: Stage::Objects, done, total });
        }
        let lost = || StoreError::Corrupt(format!("a list has the member {id}, which is not there"));
        let found = snapshot.object(*id)?.ok_or_else(lost)?;
        let media = media_of(&index, &found.object);
        let kept = Kept { state: found.state, media, object: &*found.object };
        sink.put(&object_path(*id), &to_file(&kept))?;
        let Some((at, name)) = &entry.place else { continue };
        let names = FileNames { space: row.id, index: &index, folders: &folders };
        let text = document(&found.object, &schema.structures[*at].value, &names, kept.media.first());
        sink.put(&format!("{}/{name}.md", folders[*at]), text.as_bytes())?;
    }
    let (space, revision, left_out, lost) = (row.id, row.revision, index.left_out, Vec::new());
    let exported = Exported { space, revision, objects, trashed, left_out, files: 0, bytes: 0, lost };
    Ok((exported, index.media))
}

/// The text of an object as GET /object/markdown gives it, with its id on top and where its bytes lie.
fn document(object: &Object, structure: &Structure, names: &FileNames<'_>, file: Option<&String>) -> String {
    let text = write_document(object, structure, names);
    let Some(rest) = text.strip_prefix("---\n") else { return text };
    let has = |key: &str| rest.lines().take_while(|line| *line != "---").any(|line| line.starts_with(key));
    let id = if has("id:") { "objectId" } else { "id" };
    let file = match file.filter(|_| !has("file:")) {
        Some(path) => format!("file: \"[[{path}]]\"\n"),
        None => String::new(),
    };
    format!("---\n{id}: {}\n{file}{rest}", object.id)
}

/// Does work that takes long, beside everything else.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ExportError> {
    tokio::task::spawn_blocking(work).await.map_err(interrupted)
}

fn interrupted(error: tokio::task::JoinError) -> ExportError {
    StoreError::Panicked(error.to_string()).into()
}
