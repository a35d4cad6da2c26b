//! The trait of a store, and commits and reads as typed functions over it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use palimpsest_model::{ObjectId, Revision, Schema, SpaceId};
use tokio::sync::oneshot;

use crate::error::StoreError;
use crate::head::{Current, Moves, ObjectHead};
use crate::job::{Answer, ReadJob, Target, TypedRead, TypedWrite, Work, WriteJob};
use crate::record::{AdminToken, Intent, SpaceRow, TokenHash, TokenRecord};
use crate::registry::Registry;
use crate::snapshot::Snapshot;
use crate::tx::{Found, Tx};

/// A lookup that may need the disk.
pub type Lookup<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// An object as it stood at the published head.
#[derive(Clone, Debug)]
pub struct Glimpse {
    /// Where the space stood.
    pub row: SpaceRow,
    /// Its schema.
    pub schema: Arc<Schema>,
    /// The object.
    pub found: Found,
}

/// A store of spaces. See the crate's documentation for what an implementor proves.
pub trait Store: Send + Sync + 'static {
    /// Queues a commit; a full queue finishes it at once with [`StoreError::Busy`].
    fn submit(&self, job: Box<dyn WriteJob>);

    /// Queues a read.
    fn inspect(&self, job: Box<dyn ReadJob>);

    /// An object as it stands, in whatever state: at once, on the calling thread, by a store that has it at hand and need wait for
    /// nobody. Nothing when only a read can tell.
    fn glance(&self, _space: SpaceId, _object: ObjectId) -> Option<Glimpse> {
        None
    }

    /// Runs a short look on a snapshot at once, on the calling thread, by a store that need wait for nobody; the revision it saw. Nothing
    /// when only a read can tell: then the look may have run or not.
    fn peek(&self, _space: SpaceId, _look: &mut dyn FnMut(&mut Snapshot<'_>)) -> Option<Revision> {
        None
    }

    /// What the head says of an object without asking the disk; nothing when only a snapshot can tell. A store that
    /// shares its data with other processes always answers nothing.
    fn current(&self, space: SpaceId, object: Option<ObjectId>) -> Option<Current>;

    /// Tells the head what a snapshot at revision `seen` said of an object, so that it knows next time.
    fn remember(&self, _space: SpaceId, _seen: Revision, _id: ObjectId, _object: ObjectHead) {}

    /// Tells of each move of the head of a space, once it is published: a snapshot taken then sees at least that revision. It
    /// ends with the space. Nothing for an unknown space, and when only asking again can tell.
    fn moved(&self, _space: SpaceId) -> Option<Moves> {
        None
    }

    /// The token with this hash, in whatever state.
    fn token<'a>(&'a self, hash: &'a TokenHash) -> Lookup<'a, Option<Arc<TokenRecord>>>;

    /// The token of the operator with this hash, in whatever state.
    fn admin_token<'a>(&'a self, hash: &'a TokenHash) -> Lookup<'a, Option<Arc<AdminToken>>>;

    /// Whether writes are accepted.
    fn is_ready(&self) -> bool;

    /// Finishes what is queued and stops; everything afterwards is [`StoreError::Closed`].
    fn close(&self);
}

impl dyn Store {
    /// Runs `decide` as one commit. `Ok` keeps what it put, `Err` discards it; either is answered after the group's COMMIT.
    ///
    /// `decide` may run more than once and must depend on nothing but the transaction and what it owns.
    pub async fn commit<T, E, F>(&self, intent: Intent, mut decide: F) -> Result<Answer<Result<T, E>>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let run = move |work: Work<'_, '_>| match work {
            Work::Space(tx) => Some(decide(tx)),
            Work::Registry(_) => None,
        };
        self.write(Target::Space(intent), run, Result::is_ok).await
    }

    /// Runs `decide` on the registry of spaces and tokens, as one commit.
    pub async fn administer<T, E, F>(&self, mut decide: F) -> Result<Result<T, E>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Registry<'_>) -> Result<T, E> + Send + 'static,
    {
        let run = move |work: Work<'_, '_>| match work {
            Work::Registry(registry) => Some(decide(registry)),
            Work::Space(_) => None,
        };
        self.write(Target::Registry, run, Result::is_ok).await.map(|answer| answer.value)
    }

    /// Runs `look` on a snapshot of a space.
    pub async fn read<T, F>(&self, space: SpaceId, look: F) -> Result<Answer<T>, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Snapshot<'_>) -> T + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.inspect(Box::new(TypedRead { space, look, value: None, reply }));
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Runs a short `look` at once, see [`Store::peek`]; nothing when it has to be read.
    pub fn look<T>(&self, space: SpaceId, mut look: impl FnMut(&mut Snapshot<'_>) -> T) -> Option<Answer<T>> {
        let mut value = None;
        let revision = self.peek(space, &mut |snapshot| value = Some(look(snapshot)))?;
        value.map(|value| Answer { revision, changed: false, value })
    }

    async fn write<T, F>(&self, target: Target, run: F, keep: fn(&T) -> bool) -> Result<Answer<T>, StoreError>
    where
        T: Send + 'static,
        F: FnMut(Work<'_, '_>) -> Option<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.submit(Box::new(TypedWrite { target, run, keep, value: None, reply }));
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}
