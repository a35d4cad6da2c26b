//! What changes a space. Each operation is plain data that was read and checked in form; applied inside a commit, alone or
//! with others, it decides in view of the transaction and answers what there is to show.

use palimpsest_model::{Dropped, Path, Problem, Problems, Revision, State};
use palimpsest_store::Tx;

use crate::blocks::{AppendBlocks, AppendDaily, DeleteBlock, MoveBlock, UpdateBlock};
use crate::condition::{Condition, Subject};
use crate::engine::View;
use crate::error::Error;
use crate::etag::ETag;
use crate::markdown::{CreateFromMarkdown, UpdateFromMarkdown};
use crate::objects::{CreateFromUrl, CreateMedia, CreateObject, DeleteObject, EditObject, RevertObject, UpdateObject};
use crate::retry::Retry;
use crate::schema::SchemaOperation;
use crate::shown::{About, Shown};
use crate::world::Fresh;

/// Something to do in a space.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each variant's type tells")]
pub enum Operation {
    CreateObject(CreateObject),
    UpdateObject(UpdateObject),
    DeleteObject(DeleteObject),
    CreateFromUrl(CreateFromUrl),
    CreateMedia(CreateMedia),
    CreateFromMarkdown(CreateFromMarkdown),
    UpdateFromMarkdown(UpdateFromMarkdown),
    AppendBlocks(AppendBlocks),
    AppendDaily(AppendDaily),
    UpdateBlock(UpdateBlock),
    DeleteBlock(DeleteBlock),
    MoveBlock(MoveBlock),
    EditObject(EditObject),
    RevertObject(RevertObject),
    Schema(SchemaOperation),
}

/// An operation as it is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What to do.
    pub operation: Operation,
    /// What reading it dropped already.
    pub ignored: Ignored,
    /// Whether nothing may be dropped.
    pub strict: bool,
    /// What has to hold.
    pub condition: Condition,
    /// What tells it from another one when it is sent again.
    pub retry: Option<Retry>,
}

impl From<Operation> for Request {
    fn from(operation: Operation) -> Self {
        let (ignored, condition) = (Ignored::default(), Condition::default());
        Self { operation, ignored, strict: false, condition, retry: None }
    }
}

/// What an operation came to.
#[derive(Clone, Debug)]
pub struct Written {
    /// What it left (of an object that was trashed, the object as it was), when it has something to show.
    pub shown: Option<View>,
    /// The revision it took, or the head when it changed nothing.
    pub revision: Revision,
    /// What of the input had no effect.
    pub ignored: Ignored,
    /// What it was about, and its version afterwards.
    pub left: Option<(About, ETag)>,
    /// Whether it was done before, by a request with the same key, and this is what that was answered.
    pub replayed: bool,
}

/// What of an input had no effect: the paths of what was dropped, the first of them by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ignored {
    paths: Vec<Path>,
    more: usize,
}

/// So many paths are kept.
const KEPT: usize = 100;

impl Ignored {
    /// The paths, in the order found; of more than a hundred the first hundred.
    #[must_use]
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.paths.len() + self.more
    }

    /// Adds so many that are only counted.
    pub(crate) fn count_more(&mut self, more: usize) {
        self.more += more;
    }

    /// Refuses all of it: a problem for each path.
    pub fn refuse(&self) -> Result<(), Problems> {
        let mut problems = Problems::default();
        problems.extend(self.paths.iter().map(|path| Problem::new(path.clone(), "This would have no effect")));
        problems.count_more(self.more);
        problems.check(())
    }

    /// The same, of a document that stands at a path of another.
    #[must_use]
    pub fn under(self, path: &Path) -> Self {
        let inside = |inner: Path| Path(path.0.iter().cloned().chain(inner.0).collect());
        Self { paths: self.paths.into_iter().map(inside).collect(), more: self.more }
    }

    /// Adds what another part of the request dropped.
    pub fn merge(&mut self, other: Self) {
        self.extend(other.paths);
        self.more += other.more;
    }

    /// Adds what reading dropped.
    pub fn add(&mut self, dropped: Dropped) {
        self.extend(dropped.paths);
        self.more += dropped.more;
    }
}

impl Extend<Path> for Ignored {
    fn extend<I: IntoIterator<Item = Path>>(&mut self, paths: I) {
        for path in paths {
            if self.paths.len() < KEPT {
                self.paths.push(path);
            } else {
                self.more += 1;
            }
        }
    }
}

impl Operation {
    /// What its condition speaks of.
    pub(crate) fn subject(&self, tx: &mut Tx<'_>) -> Result<Subject, Error> {
        Ok(match self {
            Self::CreateObject(create) => Subject::New(create.id),
            Self::CreateFromUrl(create) => Subject::New(create.id),
            Self::CreateMedia(create) => Subject::New(Some(create.id)),
            Self::CreateFromMarkdown(create) => Subject::New(create.id),
            Self::UpdateObject(update) => Subject::Object(update.id),
            Self::UpdateFromMarkdown(update) => Subject::Object(update.id),
            Self::DeleteObject(delete) => Subject::Object(delete.id),
            Self::AppendBlocks(append) => Subject::Object(append.id),
            Self::AppendDaily(append) => Subject::Either(append.note(tx)?),
            Self::UpdateBlock(update) => Subject::Object(update.id),
            Self::DeleteBlock(delete) => Subject::Object(delete.id),
            Self::MoveBlock(change) => Subject::Object(change.id),
            Self::EditObject(edits) => Subject::Object(edits.id),
            Self::RevertObject(revert) => Subject::Object(revert.id),
            Self::Schema(change) => change.subject(tx)?,
        })
    }

    /// Whether it finds an object in this state.
    pub(crate) fn sees(&self, state: State) -> bool {
        match (self, state) {
            (_, State::Live) | (Self::RevertObject(_), _) => true,
            (Self::UpdateObject(update), State::Trashed) => update.trashed == Some(false),
            (Self::DeleteObject(delete), State::Trashed) => delete.hard,
            _ => false,
        }
    }

    /// Whether it is made of something outside, which has to be looked at before.
    #[must_use]
    pub fn looks_outside(&self) -> bool {
        matches!(self, Self::CreateFromUrl(_))
    }

    /// Whether it only asks what would happen.
    pub(crate) fn only_asks(&self) -> bool {
        matches!(self, Self::Schema(SchemaOperation::UpdateProperty(update)) if update.dry_run)
    }

    /// Refuses what only asks where everything happens.
    pub(crate) fn refuse_question(&self) -> Result<(), Error> {
        let message = "Here it is the transaction that has a `dryRun`";
        let problem = || Problem::new(Path::keys(&["dryRun"]), message);
        if self.only_asks() { Err(problem().into()) } else { Ok(()) }
    }

    /// Whether it only adds, so that nobody has to know what was there.
    pub(crate) fn overwrites_nothing(&self) -> bool {
        matches!(self, Self::AppendBlocks(_) | Self::AppendDaily(_))
    }

    /// Whether it can be merged with what came since: the schema cannot.
    #[must_use]
    pub fn can_merge(&self) -> bool {
        !matches!(self, Self::Schema(_))
    }

    pub(crate) fn apply(
        &self,
        tx: &mut Tx<'_>,
        fresh: &mut Fresh,
        ignored: &mut Ignored,
    ) -> Result<Option<Shown>, Error> {
        let found = match self {
            Self::CreateObject(create) => create.apply(tx, fresh, ignored)?,
            Self::UpdateObject(update) => update.apply(tx, fresh, ignored)?,
            Self::DeleteObject(delete) => return delete.apply(tx).map(|()| None),
            Self::CreateFromUrl(create) => create.apply(tx, fresh, ignored)?,
            Self::CreateMedia(create) => create.apply(tx, fresh, ignored)?,
            Self::CreateFromMarkdown(create) => create.apply(tx, fresh, ignored)?,
            Self::UpdateFromMarkdown(update) => update.apply(tx, fresh, ignored)?,
            Self::AppendBlocks(append) => append.apply(tx, fresh, ignored)?,
            Self::AppendDaily(append) => return append.apply(tx, fresh, ignored).map(|()| None),
            Self::UpdateBlock(update) => update.apply(tx, fresh, ignored)?,
            Self::DeleteBlock(delete) => delete.apply(tx)?,
            Self::MoveBlock(change) => change.apply(tx, fresh, ignored)?,
            Self::EditObject(edits) => edits.apply(tx, fresh, ignored)?,
            Self::RevertObject(revert) => revert.apply(tx, ignored)?,
            Self::Schema(change) => return change.apply(tx, fresh),
        };
        Ok(Some(Shown::Object(found)))
    }
}
