//! A store in trouble.

use std::sync::{Arc, Mutex};

use palimpsest_model::{ObjectId, Revision, SpaceId};
use palimpsest_store::{
    AdminToken, Current, Lookup, MemoryStore, Moves, ObjectHead, ReadJob, Snapshot, Store, StoreError, Target,
    TokenHash, TokenRecord, Work, WriteJob,
};
use tokio::sync::watch::Sender;

/// What is wrong with the store.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Every job fails with this.
    Fails(StoreError),
    /// Every job fails, but what the head knows it tells.
    HeadAlone,
    /// So many more writes are taken; the next ones fail, and reads go on.
    WritesLeft(usize),
    /// Jobs are taken and never run.
    Silent,
    /// The closures of jobs panic.
    JobsPanic,
    /// Looking for a token panics.
    LookupsPanic,
    /// Nobody is told that the head moves.
    SaysNothing,
    /// Whoever waits for the head is told of what is not there yet.
    SpeaksEarly,
}

/// A store that works until it is told to have a fault.
#[derive(Default)]
pub(crate) struct Faulty {
    inner: MemoryStore,
    fault: Mutex<Option<Fault>>,
    held_writes: Mutex<Vec<Box<dyn WriteJob>>>,
    held_reads: Mutex<Vec<Box<dyn ReadJob>>>,
}

impl Faulty {
    pub(crate) fn breaks(&self, fault: Fault) {
        *self.fault.lock().unwrap() = Some(fault);
    }

    pub(crate) fn heals(&self) {
        *self.fault.lock().unwrap() = None;
    }

    /// For each job that was taken and never run: whether anybody still waits for it.
    pub(crate) fn waiting(&self) -> Vec<bool> {
        let writes = self.held_writes.lock().unwrap().iter().map(|job| !job.is_withdrawn()).collect::<Vec<_>>();
        let reads = self.held_reads.lock().unwrap().iter().map(|job| !job.is_withdrawn()).collect();
        [writes, reads].concat()
    }

    fn fault(&self) -> Option<Fault> {
        self.fault.lock().unwrap().clone()
    }
}

impl Store for Faulty {
    fn submit(&self, job: Box<dyn WriteJob>) {
        match self.fault() {
            None | Some(Fault::LookupsPanic | Fault::SaysNothing | Fault::SpeaksEarly) => self.inner.submit(job),
            Some(Fault::JobsPanic) => self.inner.submit(Box::new(Panicking(job))),
            Some(Fault::Fails(error)) => job.finish(Err(error)),
            Some(Fault::HeadAlone | Fault::WritesLeft(0)) => job.finish(Err(StoreError::Busy)),
            Some(Fault::WritesLeft(left)) => {
                self.breaks(Fault::WritesLeft(left - 1));
                self.inner.submit(job);
            }
            Some(Fault::Silent) => self.held_writes.lock().unwrap().push(job),
        }
    }

    fn inspect(&self, job: Box<dyn ReadJob>) {
        match self.fault() {
            None | Some(Fault::LookupsPanic | Fault::SaysNothing | Fault::SpeaksEarly | Fault::WritesLeft(_)) => {
                self.inner.inspect(job);
            }
            Some(Fault::JobsPanic) => self.inner.inspect(Box::new(Panicking(job))),
            Some(Fault::Fails(error)) => job.finish(Err(error)),
            Some(Fault::HeadAlone) => job.finish(Err(StoreError::Busy)),
            Some(Fault::Silent) => self.held_reads.lock().unwrap().push(job),
        }
    }

    /// Nothing while something else is wrong, so that reads have to ask.
    fn current(&self, space: SpaceId, object: Option<ObjectId>) -> Option<Current> {
        match self.fault() {
            None | Some(Fault::HeadAlone | Fault::WritesLeft(_)) => self.inner.current(space, object),
            Some(_) => None,
        }
    }

    fn remember(&self, space: SpaceId, seen: Revision, id: ObjectId, object: ObjectHead) {
        self.inner.remember(space, seen, id, object);
    }

    fn moved(&self, space: SpaceId) -> Option<Moves> {
        match self.fault() {
            Some(Fault::SaysNothing) => None,
            Some(Fault::SpeaksEarly) => Some(Sender::new(Revision(u64::MAX)).subscribe()),
            _ => self.inner.moved(space),
        }
    }

    fn token<'a>(&'a self, hash: &'a TokenHash) -> Lookup<'a, Option<Arc<TokenRecord>>> {
        assert!(!matches!(self.fault(), Some(Fault::LookupsPanic)), "a test wanted this panic");
        self.inner.token(hash)
    }

    fn admin_token<'a>(&'a self, hash: &'a TokenHash) -> Lookup<'a, Option<Arc<AdminToken>>> {
        self.inner.admin_token(hash)
    }

    fn is_ready(&self) -> bool {
        self.fault().is_none() && self.inner.is_ready()
    }

    fn close(&self) {
        self.inner.close();
    }
}

/// A job whose closure panics.
struct Panicking<J: ?Sized>(Box<J>);

impl WriteJob for Panicking<dyn WriteJob> {
    fn target(&self) -> &Target {
        self.0.target()
    }

    fn run(&mut self, _: Work<'_, '_>) -> bool {
        panic!("a test wanted this panic");
    }

    fn is_withdrawn(&self) -> bool {
        self.0.is_withdrawn()
    }

    fn finish(self: Box<Self>, outcome: Result<(Revision, bool), StoreError>) {
        self.0.finish(outcome);
    }
}

impl ReadJob for Panicking<dyn ReadJob> {
    fn space(&self) -> SpaceId {
        self.0.space()
    }

    fn run(&mut self, _: &mut Snapshot<'_>) {
        panic!("a test wanted this panic");
    }

    fn is_withdrawn(&self) -> bool {
        self.0.is_withdrawn()
    }

    fn finish(self: Box<Self>, outcome: Result<Revision, StoreError>) {
        self.0.finish(outcome);
    }
}
