//! The syncing thread: makes groups durable in the order in which they were committed, publishes them and answers, while the
//! writer runs the next group. Groups that wait share one sync. After a sync that failed, everything aloft is refused.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use palimpsest_model::Revision;
use palimpsest_store::{Batch, StoreError, WriteJob};

use crate::shared::Shared;
use crate::wal::Place;

/// A job that ran in a group, and what it came to.
pub(crate) struct Settled {
    pub(crate) job: Box<dyn WriteJob>,
    pub(crate) outcome: Result<(Revision, bool), StoreError>,
}

/// A group after its COMMIT.
pub(crate) struct Flight {
    pub(crate) settled: Vec<Settled>,
    pub(crate) batches: Vec<Batch>,
    /// Where its commit ended in the log; nothing when it wrote nothing.
    pub(crate) end: Option<Place>,
}

/// Serves groups until the writer is gone. At most so many commits share one sync.
pub(crate) fn sync_groups(shared: &Arc<Shared>, flights: &Receiver<Flight>, share: usize) {
    let mut next = flights.recv().ok();
    while let Some(first) = next.take() {
        let mut commits = first.settled.len();
        let mut together = vec![first];
        while let Ok(flight) = flights.try_recv() {
            commits += flight.settled.len();
            if commits > share {
                next = Some(flight);
                break;
            }
            together.push(flight);
        }
        land(shared, together);
        next = next.or_else(|| flights.recv().ok());
    }
}

/// Syncs groups that were committed one after another, publishes and answers them.
pub(crate) fn land(shared: &Shared, flights: Vec<Flight>) {
    let synced = sync(shared, flights.iter().rev().find_map(|flight| flight.end));
    if let Err(error) = &synced {
        tracing::error!(%error, "a sync failed");
        shared.healthy.store(false, Ordering::Release);
    }
    for Flight { settled, batches, .. } in flights {
        match &synced {
            Ok(()) => {
                #[cfg(feature = "faults")]
                let settled = if shared.faults.publish_late { answer_early(settled) } else { settled };
                shared.heads.publish(&batches);
                settled.into_iter().for_each(|Settled { job, outcome }| job.finish(outcome));
            }
            Err(error) => refuse(settled.into_iter().map(|settled| settled.job), error),
        }
        shared.aloft.land();
    }
}

/// Syncs up to where the last of them ended. What wrote nothing may still have seen what was written before it.
fn sync(shared: &Shared, end: Option<Place>) -> Result<(), StoreError> {
    if shared.wal.is_torn() {
        return Err(StoreError::Unavailable("a commit before it could not be synced".to_owned()));
    }
    let Some(end) = end else { return Ok(()) };
    #[cfg(feature = "faults")]
    {
        drop(shared.faults.hold_sync.lock());
        if shared.faults.synchronous_off {
            return shared.wal.settle(end, Ok(()));
        }
        if crate::faults::Faults::fires(&shared.faults.fail_sync) {
            return shared.wal.settle(end, Err(std::io::Error::other("a sync was made to fail")));
        }
    }
    shared.wal.sync(end)
}

/// Answers all with an error.
pub(crate) fn refuse(jobs: impl IntoIterator<Item = Box<dyn WriteJob>>, error: &StoreError) {
    for job in jobs {
        job.finish(Err(error.clone()));
    }
}

/// Answers all, and leaves them time to look before the head moves.
#[cfg(feature = "faults")]
pub(crate) fn answer_early(settled: Vec<Settled>) -> Vec<Settled> {
    for Settled { job, outcome } in settled {
        job.finish(outcome);
    }
    std::thread::sleep(std::time::Duration::from_millis(10));
    Vec::new()
}
