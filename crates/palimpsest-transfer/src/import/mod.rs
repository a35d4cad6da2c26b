//! Import: a folder or an archive of notes becomes objects. First the source is read, then a plan is made of it, then the plan
//! is carried out through the engine, as the operator. What is there already is left as it is, so that an import can be done
//! again: it finds what it made and changes nothing.

mod build;
mod fill;
mod index;
mod keys;
mod kinds;
mod limits;
mod make;
mod media;
mod names;
mod outcome;
mod place;
mod plan;
mod report;
mod shape;
pub(crate) mod source;
mod standing;
mod survey;
mod table;

use std::path::PathBuf;
use std::sync::Arc;

pub use limits::Limits;
pub(crate) use media::type_of;
pub use outcome::Imported;
use palimpsest_engine::{Access, Engine, Error};
use palimpsest_model::{LogId, Revision, Schema, SpaceId};
use palimpsest_store::Snapshot;
use plan::Plan;
pub use report::{Dialect, FileProblem, Notice, PropertyLine, Report, StructureLine, Tally};
use serde::{Deserialize, Serialize};
use source::Source;
pub use source::Unreadable;
use standing::Standings;

use crate::form::MANIFEST;
use crate::lossless::{self, AdoptError};

/// What is to be imported.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Import {
    /// The folder or archive.
    pub path: PathBuf,
    /// The space, by its title or id; with one space it may be left out.
    pub space: Option<String>,
    /// Whether only to tell what would happen.
    pub dry_run: bool,
    /// How much is read.
    #[serde(skip)]
    pub limits: Limits,
}

/// How far an import is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// How many are done.
    pub done: usize,
    /// Of how many.
    pub total: usize,
}

/// What an import does, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Files are looked at.
    Reading,
    /// Files that are no texts are kept.
    Media,
    /// Objects are made, still empty.
    Objects,
    /// They are filled.
    Texts,
}

/// Who is told how far an import is.
pub type Teller = Arc<dyn Fn(Progress) + Send + Sync>;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The source cannot be read.
    #[error("{0}")]
    Unreadable(#[from] Unreadable),
    /// An export of our own cannot be taken over.
    #[error("{0}")]
    Export(#[from] AdoptError),
    /// The engine refused.
    #[error("{}", .0.message)]
    Refused(#[from] Error),
    /// A thread came to grief.
    #[error("the import was interrupted")]
    Interrupted,
}

/// An import under way.
struct Run<'e> {
    engine: &'e Engine,
    access: Access,
    source: Arc<Source>,
    limits: Arc<Limits>,
    tell: Teller,
    dry_run: bool,
    log: LogId,
    report: Report,
}

/// Imports what is at a path: an export of our own with everything it holds, anything else as what it says.
pub async fn import(engine: &Engine, import: Import, tell: Teller) -> Result<Imported, ImportError> {
    let Import { path, space, dry_run, limits } = import;
    let limits = Arc::new(limits);
    let (source, is_own) = {
        let limits = Arc::clone(&limits);
        aside(move || Source::open_marked(&path, MANIFEST, &lossless::limits(), &limits)).await??
    };
    let source = Arc::new(source);
    if is_own {
        let report = outcome::take_over(engine, space.as_deref(), source, dry_run, &tell).await?;
        return Ok(Imported::Export(report));
    }
    let space = engine.find_space(space.as_deref()).await?;
    import_files(engine, source, space, dry_run, limits, tell).await.map(Imported::Files)
}

async fn import_files(
    engine: &Engine,
    source: Arc<Source>,
    space: SpaceId,
    dry_run: bool,
    limits: Arc<Limits>,
    tell: Teller,
) -> Result<Report, ImportError> {
    let survey = {
        let (source, limits, tell) = (Arc::clone(&source), Arc::clone(&limits), Arc::clone(&tell));
        aside(move || {
            let total = source.files.len();
            let mut told = |done| {
                if done % STEP == 0 || done == total {
                    tell(Progress { stage: Stage::Reading, done, total });
                }
            };
            survey::survey(&source, &limits, &mut told)
        })
        .await?
    };
    let (log, revision, schema) = stand(engine, space).await?;
    let mut report = Report::new(survey.dialect, dry_run, space);
    report.before = revision.0;
    for problem in &source.problems {
        report.problem(&problem.path, problem.message.as_str(), limits.problems);
    }
    let plan = {
        let (source, limits) = (Arc::clone(&source), Arc::clone(&limits));
        aside(move || plan::plan(survey, &source, &schema, revision, &limits)).await?
    };
    for finding in &plan.findings {
        finding.tell(&mut report, &limits);
    }
    let access = Access::operator(space);
    let mut run = Run { engine, access, source, limits, tell, dry_run, log, report };
    run.carry_out(plan).await?;
    run.report.revision = stand(engine, space).await?.1.0;
    Ok(run.report)
}

/// Whoever waits is told after so many.
const STEP: usize = 50;

impl Run<'_> {
    async fn carry_out(&mut self, mut plan: Plan) -> Result<(), ImportError> {
        self.report.structures = plan.shapes.iter().filter(|shape| shape.objects > 0).map(shape::Shape::line).collect();
        self.make_schema(&mut plan).await?;
        let mut standings = Standings::look(self.engine, &plan).await?;
        for id in standings.gone() {
            plan.index.lose(id);
        }
        let tags = standing::tags(self.engine, plan.space).await?;
        self.keep_media(&mut plan, &standings).await?;
        self.make_objects(&mut plan, &mut standings).await?;
        self.fill_objects(plan, &standings, tags).await
    }

    fn tell(&self, stage: Stage, done: usize, total: usize) {
        (self.tell)(Progress { stage, done, total });
    }

    fn problem(&mut self, path: &str, message: impl Into<String>) {
        let most = self.limits.problems;
        self.report.problem(path, message, most);
    }
}

/// Where a space stands.
async fn stand(engine: &Engine, space: SpaceId) -> Result<(LogId, Revision, Arc<Schema>), Error> {
    let look = |snapshot: &mut Snapshot<'_>| {
        let row = snapshot.row();
        (row.log, row.revision, Arc::clone(snapshot.schema()))
    };
    Ok(engine.store().read(space, look).await?.value)
}

/// Does work that takes long, beside everything else.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ImportError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| ImportError::Interrupted)
}
