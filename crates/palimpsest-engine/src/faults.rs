//! Guards that tests switch off, to show that the promises rest on them. Compiled only with the feature `faults`.

use palimpsest_store::{Policy, Tx};

use crate::access::Access;
use crate::condition::{Condition, Held, Terms, judge};
use crate::engine::Engine;
use crate::error::Error;
use crate::operation::Request;
use crate::transactions::{Committed, Transaction};

/// The named points. Each is off unless named in `PALIMPSEST_FAULTS` (separated by commas).
#[derive(Clone, Copy, Default, Debug)]
pub struct Faults {
    /// `compare-before-commit`: a condition is judged before the commit, not inside.
    pub compare_before_commit: bool,
    /// `split-transactions`: each operation of a transaction is a commit of its own.
    pub split_transactions: bool,
    /// `drop-in-silence`: an answer does not name what had no effect.
    pub drop_in_silence: bool,
    /// `follow-the-head`: a page of the feed goes on at the head, not at its last change.
    pub follow_the_head: bool,
}

impl Faults {
    /// The points that the environment names.
    #[must_use]
    pub fn from_env() -> Self {
        let named = std::env::var("PALIMPSEST_FAULTS").unwrap_or_default();
        let has = |point: &str| named.split(',').any(|name| name.trim() == point);
        Self {
            compare_before_commit: has("compare-before-commit"),
            split_transactions: has("split-transactions"),
            drop_in_silence: has("drop-in-silence"),
            follow_the_head: has("follow-the-head"),
        }
    }
}

impl Engine {
    /// The same with guards switched off.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Judges the condition of a request now, and takes it away.
    pub(crate) async fn judge_ahead(&self, access: &Access, request: &mut Request) -> Result<(), Error> {
        let operation = request.operation.clone();
        let condition = std::mem::take(&mut request.condition);
        let judged = Condition { merge: false, ..condition };
        let look = move |tx: &mut Tx<'_>| {
            let subject = operation.subject(tx)?;
            let terms = Terms { condition: &judged, policy: Policy::default(), held: &Held::default() };
            judge(tx, &operation, subject, terms).map(|_| ())
        };
        let answer = self.store.commit(self.intent(access), look).await?;
        answer.value.map_err(|error: Error| error.at(answer.revision))
    }

    /// Does the operations of a transaction one after another.
    pub(crate) async fn transact_apart(&self, access: &Access, whole: Transaction) -> Result<Committed, Error> {
        let Transaction { operations, guards, retry, .. } = whole;
        // What is asked once is asked of the first.
        let first = Transaction { operations: Vec::new(), guards, retry, ..whole };
        let mut committed = self.transact_whole(access, first).await?;
        for step in operations {
            let (guards, retry) = (Vec::new(), None);
            let next = Transaction { operations: vec![step], guards, retry, ..whole };
            let next = self.transact_whole(access, next).await?;
            committed.revision = next.revision;
            committed.outcomes.extend(next.outcomes);
        }
        Ok(committed)
    }
}
