//! POST /transactions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;
use palimpsest_model::{ObjectId, Revision, Schema, State, Tag};
use palimpsest_store::{Found, Intent, Policy, SpaceRow, Tx};
use serde_json::json;

use super::Guard;
use crate::access::Access;
use crate::condition::{Condition, Tags, Terms};
use crate::engine::{Engine, View};
use crate::error::{Code, Error};
use crate::operation::{Ignored, Operation};
use crate::perform::perform;
use crate::world::Fresh;

/// Operations that happen together.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    /// What to do, in this order; each sees those before it.
    pub operations: Vec<Step>,
    /// What has to be true before.
    pub guards: Vec<Guard>,
    /// Whether only to tell what would happen.
    pub dry_run: bool,
    /// Whether nothing may be dropped.
    pub strict: bool,
    /// So many bytes of objects are shown, if any.
    pub shows: Option<usize>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Step {
    /// What to do.
    pub operation: Operation,
    /// What reading it dropped already.
    pub ignored: Ignored,
    /// What has to hold, before the transaction, of the object it is about.
    pub condition: Condition,
}

/// What a transaction came to.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The revision it took, or the head when it changed nothing.
    pub revision: Revision,
    /// What became of each operation, in their order.
    pub outcomes: Vec<Outcome>,
    /// Whether every object that was to be shown is.
    pub is_whole: bool,
}

/// What an operation of a transaction came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The object it was about, and its version as the transaction left it.
    pub left: Option<(ObjectId, Tag)>,
    /// The object as the transaction left it, when it is to be shown, can be seen, and there is room for it.
    pub object: Option<View>,
    /// What of the input had no effect.
    pub ignored: Ignored,
}

/// What the commit hands out.
struct Applied {
    revision: Revision,
    row: SpaceRow,
    schema: Arc<Schema>,
    done: Vec<Left>,
}

/// What an operation left: its object, that object when it can be seen, and what had no effect.
type Left = (Option<(ObjectId, Tag)>, Option<Found>, Ignored);

/// A commit that ends without its effects: because it was refused, or because it was only a question.
enum Undone {
    Refused(Box<Error>),
    Dry(Box<Applied>),
}

impl<E: Into<Error>> From<E> for Undone {
    fn from(error: E) -> Self {
        Self::Refused(Box::new(error.into()))
    }
}

impl Engine {
    /// Does all operations of a transaction, or none.
    pub async fn transact(&self, access: &Access, mut transaction: Transaction) -> Result<Committed, Error> {
        if !transaction.dry_run {
            self.look(&mut transaction.operations).await;
        }
        let at = self.clock.now();
        let fresh = Fresh::draw(&*self.ids, at);
        let intent = Intent { space: access.space, actor: access.actor(), at, begins: None };
        let (policy, shows, is_dry) = (access.policy, transaction.shows, transaction.dry_run);
        let decide = move |tx: &mut Tx<'_>| {
            let applied = transaction.apply(tx, policy, &mut fresh.clone())?;
            if transaction.dry_run { Err(Undone::Dry(Box::new(applied))) } else { Ok(applied) }
        };
        let answer = self.store.commit(intent, decide).await?;
        let head = answer.revision;
        let (applied, revision) = match answer.value {
            Ok(applied) => (applied, head),
            Err(Undone::Dry(applied)) => {
                let revision = applied.revision;
                (*applied, revision)
            }
            Err(Undone::Refused(error)) => return Err(error.at(head)),
        };
        let (outcomes, is_whole) = self.show_all(applied, shows, is_dry)?;
        Ok(Committed { revision, outcomes, is_whole })
    }

    /// Shows each object once, as far as there is room; answers whether all are shown.
    fn show_all(&self, applied: Applied, shows: Option<usize>, is_dry: bool) -> Result<(Vec<Outcome>, bool), Error> {
        let Applied { row, schema, done, .. } = applied;
        let mut room = shows;
        let mut views: BTreeMap<ObjectId, View> = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(done.len());
        let mut is_whole = true;
        for (left, found, ignored) in done {
            let mut object = None;
            if let Some(found) = found.filter(|_| shows.is_some()) {
                object = match room {
                    None => None,
                    Some(_) if views.contains_key(&found.object.id) => views.get(&found.object.id).cloned(),
                    Some(_) if is_dry => Some(self.imagine(&row, &schema, &found)?),
                    Some(_) => Some(self.show(&row, &schema, &found)?),
                };
                // After the first that has no room none has, so that nothing is rendered in vain.
                room = room.and_then(|room| room.checked_sub(object.as_ref()?.body.len()));
                object = object.filter(|_| room.is_some());
                is_whole &= object.is_some();
                views.extend(object.clone().map(|view| (found.object.id, view)));
            }
            outcomes.push(Outcome { left, object, ignored });
        }
        Ok((outcomes, is_whole))
    }

    /// Looks at all pages that weblinks lead to, at once.
    async fn look(&self, steps: &mut [Step]) {
        let looks = steps.iter_mut().filter_map(|step| match &mut step.operation {
            Operation::CreateFromUrl(create) => Some(async { create.page = self.page(&create.url).await }),
            _ => None,
        });
        join_all(looks).await;
    }
}

impl Transaction {
    fn apply(&self, tx: &mut Tx<'_>, policy: Policy, fresh: &mut Fresh) -> Result<Applied, Error> {
        let mut held = BTreeSet::new();
        for (index, guard) in self.guards.iter().enumerate() {
            guard.check(tx, &mut held).map_err(|error| Part::Guard.aborts(index, error))?;
        }
        let mut done = Vec::with_capacity(self.operations.len());
        for (index, step) in self.operations.iter().enumerate() {
            let mut ignored = step.ignored.clone();
            let terms = Terms { condition: &step.condition, policy, held: &held };
            let result = perform(tx, &step.operation, terms, fresh, &mut ignored).and_then(|done| {
                if self.strict {
                    ignored.refuse()?;
                }
                Ok(done)
            });
            let one = result.map_err(|error| Part::Operation.aborts(index, error))?;
            let id = one.left.map(|(id, _)| id);
            // Whoever checked it once knows what it is.
            if matches!(step.condition.if_match, Some(Tags::Of(_))) {
                held.extend(id);
            }
            done.push((id, ignored));
        }
        let log = tx.row().log;
        let mut left = Vec::with_capacity(done.len());
        for (id, ignored) in done {
            let found = match id {
                Some(id) => tx.object(id)?,
                None => None,
            };
            let tag = found.as_ref().map(|found| (found.object.id, Tag { log, revision: found.revision }));
            left.push((tag, found.filter(|found| found.state == State::Live), ignored));
        }
        let revision = if tx.changes_anything() { tx.revision() } else { tx.head() };
        Ok(Applied { revision, row: tx.row(), schema: Arc::clone(tx.schema()), done: left })
    }
}

/// The parts of a transaction, each of which can end it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// An operation.
    Operation,
    /// A guard.
    Guard,
}

impl Part {
    /// The refusal of a whole transaction because of one of its parts.
    #[must_use]
    pub fn aborts(self, index: usize, error: Error) -> Error {
        let (member, what) = match self {
            Self::Operation => ("failed", "operation"),
            Self::Guard => ("failedGuard", "guard"),
        };
        let message = format!("Nothing was done: {what} {index} failed with {}", error.code.as_str());
        let mut details = json!({ member: index, "code": error.code.as_str(), "message": error.message });
        if let Some(inner) = error.details {
            details["details"] = inner;
        }
        let Error { kind, revision, cause, .. } = error;
        Error { kind, revision, cause, ..Error::new(Code::TransactionAborted, message) }.with_details(details)
    }
}
