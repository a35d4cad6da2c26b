//! Commits and reads on their way through a backend: closures with somebody who waits for what they give.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use palimpsest_model::{Revision, Schema, SpaceId};
use tokio::sync::oneshot;

use crate::error::StoreError;
use crate::record::{Intent, SpaceRow};
use crate::registry::{Changed, Registry};
use crate::rows::{Batch, RegistryRows, Rows};
use crate::snapshot::Snapshot;
use crate::tx::Tx;

/// What a job works on.
#[derive(Clone, Debug)]
pub enum Target {
    /// One space, through a [`Tx`].
    Space(Intent),
    /// The registry of spaces and tokens.
    Registry,
}

/// A commit on its way through a backend. Backends only run and finish it.
pub trait WriteJob: Send {
    /// What it works on.
    fn target(&self) -> &Target;
    /// Runs the closure; may be called again when the group it ran in was lost. Answers whether to keep what it wrote.
    fn run(&mut self, work: Work<'_, '_>) -> bool;
    /// Whether nobody waits for it any more.
    fn is_withdrawn(&self) -> bool;
    /// Hands the result to whoever waits: the head after the group's COMMIT, and whether this job changed anything.
    fn finish(self: Box<Self>, outcome: Result<(Revision, bool), StoreError>);
}

/// A read on its way through a backend.
pub trait ReadJob: Send {
    /// The space it reads.
    fn space(&self) -> SpaceId;
    /// Runs the closure on a snapshot; may be called again on another one.
    fn run(&mut self, snapshot: &mut Snapshot<'_>);
    /// Whether nobody waits for it any more.
    fn is_withdrawn(&self) -> bool;
    /// Hands the result to whoever waits: the revision the snapshot saw.
    fn finish(self: Box<Self>, outcome: Result<Revision, StoreError>);
}

/// What the closure of a job is given.
pub enum Work<'w, 'r> {
    /// A transaction on one space.
    Space(&'w mut Tx<'r>),
    /// The registry.
    Registry(&'w mut Registry<'r>),
}

/// What a commit or a read answered, and the revision it was computed at.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The revision the commit took, or the head it (or the read) saw.
    pub revision: Revision,
    /// Whether the commit changed anything; storing an answer is no change.
    pub changed: bool,
    /// What the closure gave.
    pub value: T,
}

/// What running a job came to.
pub enum Ran {
    /// It wants these rows written.
    Write(Box<Batch>),
    /// It changed the registry (its rows are written already).
    Registered,
    /// It changed rows of the registry that no cache has (they are written already).
    Kept,
    /// It refused, only looked, or changed nothing.
    Nothing,
}

/// Runs the closure of a job over rows: opens the transaction, catches panics, seals what was put.
///
/// `schema` is the schema as of the space's row when the backend has it at hand.
pub fn run_job<R: Rows + RegistryRows>(
    job: &mut dyn WriteJob,
    rows: &mut R,
    schema: impl FnOnce(&SpaceRow) -> Option<Arc<Schema>>,
) -> Result<Ran, StoreError> {
    let intent = match job.target() {
        Target::Space(intent) => intent.clone(),
        Target::Registry => {
            let mut registry = Registry::new(rows);
            let keep = guarded(|| job.run(Work::Registry(&mut registry)))?;
            let changed = registry.finish()?;
            return Ok(match changed.filter(|_| keep) {
                Some(Changed::Cached) => Ran::Registered,
                Some(Changed::Uncached) => Ran::Kept,
                None => Ran::Nothing,
            });
        }
    };
    let mut tx = Tx::open(rows, &intent, schema)?;
    let keep = guarded(|| job.run(Work::Space(&mut tx)))?;
    tx.seal(keep).map(|batch| batch.map_or(Ran::Nothing, |batch| Ran::Write(Box::new(batch))))
}

/// Runs a closure; its panic is its own error.
pub fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| StoreError::Panicked(panic_message(&*panic)))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a closure panicked").to_owned()
}

pub(crate) struct TypedWrite<T, F> {
    pub(crate) target: Target,
    pub(crate) run: F,
    pub(crate) keep: fn(&T) -> bool,
    pub(crate) value: Option<T>,
    pub(crate) reply: oneshot::Sender<Result<Answer<T>, StoreError>>,
}

impl<T, F> WriteJob for TypedWrite<T, F>
where
    T: Send,
    F: FnMut(Work<'_, '_>) -> Option<T> + Send,
{
    fn target(&self) -> &Target {
        &self.target
    }

    fn run(&mut self, work: Work<'_, '_>) -> bool {
        self.value = (self.run)(work);
        self.value.as_ref().is_some_and(self.keep)
    }

    fn is_withdrawn(&self) -> bool {
        self.reply.is_closed()
    }

    fn finish(self: Box<Self>, outcome: Result<(Revision, bool), StoreError>) {
        let Self { value, reply, .. } = *self;
        let answer = outcome.and_then(|(revision, changed)| {
            let value = value.ok_or_else(|| StoreError::Panicked("a commit gave no value".to_owned()))?;
            Ok(Answer { revision, changed, value })
        });
        // Whoever asked may have left: then nobody needs the answer.
        let _ = reply.send(answer);
    }
}

pub(crate) struct TypedRead<T, F> {
    pub(crate) space: SpaceId,
    pub(crate) look: F,
    pub(crate) value: Option<T>,
    pub(crate) reply: oneshot::Sender<Result<Answer<T>, StoreError>>,
}

impl<T, F> ReadJob for TypedRead<T, F>
where
    T: Send,
    F: FnMut(&mut Snapshot<'_>) -> T + Send,
{
    fn space(&self) -> SpaceId {
        self.space
    }

    fn run(&mut self, snapshot: &mut Snapshot<'_>) {
        self.value = Some((self.look)(snapshot));
    }

    fn is_withdrawn(&self) -> bool {
        self.reply.is_closed()
    }

    fn finish(self: Box<Self>, outcome: Result<Revision, StoreError>) {
        let Self { value, reply, .. } = *self;
        let answer = outcome.and_then(|revision| {
            let value = value.ok_or_else(|| StoreError::Panicked("a read gave no value".to_owned()))?;
            Ok(Answer { revision, changed: false, value })
        });
        let _ = reply.send(answer);
    }
}
