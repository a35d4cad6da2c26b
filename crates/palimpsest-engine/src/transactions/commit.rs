//! POST /transactions.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use palimpsest_model::{Path, Problem, Revision, State, Tag};
use palimpsest_store::{Policy, Tx};
use serde_json::json;

use super::guard::{Guard, check_guards};
use crate::access::Access;
use crate::condition::{Condition, Tags, Terms};
use crate::engine::{Engine, View, show_part};
use crate::error::{Code, Error};
use crate::operation::{Ignored, Operation};
use crate::perform::{Done, perform};
use crate::retry::{self, Outcome as Applied, Retry};
use crate::shown::{About, Shown, version_of};
use crate::undone::{Undone, known};
use crate::world::Fresh;

/// The most operations of one transaction that look through all objects of a list and the trash: nobody else writes meanwhile.
const SEARCHES: usize = 20;

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
    /// What tells it from another one when it is sent again.
    pub retry: Option<Retry>,
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
    /// The revision it took, or the head when it changed nothing or was only asked about.
    pub revision: Revision,
    /// What became of each operation, in their order.
    pub outcomes: Vec<Outcome>,
    /// Whether every object that was to be shown is.
    pub is_whole: bool,
    /// Whether it was done before, by a request with the same key, and this is what that was answered.
    pub replayed: bool,
}

/// What an operation of a transaction came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it was about, and its version as the transaction left it: none when that was only imagined.
    pub left: Option<(About, Option<Tag>)>,
    /// The same as the transaction left it, when it is to be shown, can be seen, and there is room for it.
    pub shown: Option<View>,
    /// What of the input had no effect.
    pub ignored: Ignored,
}

impl Engine {
    /// Does all operations of a transaction, or none.
    pub async fn transact(&self, access: &Access, transaction: Transaction) -> Result<Committed, Error> {
        #[cfg(feature = "faults")]
        if self.faults.split_transactions {
            return self.transact_apart(access, transaction).await;
        }
        self.transact_whole(access, transaction).await
    }

    pub(crate) async fn transact_whole(
        &self,
        access: &Access,
        mut transaction: Transaction,
    ) -> Result<Committed, Error> {
        if transaction.operations.iter().any(|step| step.operation.looks_outside()) && !transaction.dry_run {
            if let Some(applied) = self.recall(access, transaction.retry.as_ref()).await? {
                let revision = applied.row.revision;
                return self.committed(applied, revision, transaction.shows, false);
            }
            self.look(&mut transaction.operations).await;
        }
        let intent = self.intent(access);
        let fresh = Fresh::draw(&*self.ids, intent.at);
        let (policy, shows, is_dry) = (access.policy, transaction.shows, transaction.dry_run);
        let decide = move |tx: &mut Tx<'_>| {
            let retry = transaction.retry.as_ref().filter(|_| !transaction.dry_run);
            if let Some(applied) = retry::replay(tx, retry)? {
                return Ok(applied);
            }
            let applied = transaction.apply(tx, policy, &mut fresh.clone())?;
            if transaction.dry_run {
                return Err(Undone::dry(tx, applied));
            }
            retry::remember(tx, retry, &applied)?;
            Ok(applied)
        };
        let answer = self.store.commit(intent, decide).await?;
        match answer.value {
            Ok(applied) => self.committed(applied, answer.revision, shows, is_dry),
            Err(Undone::Dry(applied, revision)) => self.committed(*applied, revision, shows, is_dry),
            Err(Undone::Refused(error)) => Err(error.at(answer.revision)),
        }
    }

    /// Renders what a transaction came to, at the revision it took unless it was answered before: each object once, as far as
    /// there is room.
    fn committed(
        &self,
        applied: Applied,
        revision: Revision,
        shows: Option<usize>,
        is_dry: bool,
    ) -> Result<Committed, Error> {
        let Applied { row, schema, done, replayed, .. } = applied;
        let mut room = shows;
        let mut views: BTreeMap<About, View> = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(done.len());
        let mut is_whole = true;
        for Done { left, shown, before, ignored } in done {
            let mut view = None;
            if let Some(shown) = shown {
                let about = shown.about();
                view = match (room, shown) {
                    (None, _) => None,
                    (Some(_), _) if views.contains_key(&about) => views.get(&about).cloned(),
                    (Some(_), Shown::Object(found)) if is_dry => Some(self.imagine(&row, &schema, &found)?),
                    (Some(_), Shown::Object(found)) => Some(self.show_after(&row, &schema, &found, before)?),
                    (Some(_), Shown::Part(about)) => show_part(&row, &schema, about),
                };
                // After the first that has no room none has, so that nothing is rendered in vain.
                room = room.and_then(|room| room.checked_sub(view.as_ref()?.body.len()));
                view = view.filter(|_| room.is_some());
                is_whole &= view.is_some();
                views.extend(view.clone().map(|view| (about, view)));
            }
            let left = left.map(|(about, tag)| (about, known(tag, is_dry.then_some(revision))));
            outcomes.push(Outcome { left, shown: view, ignored });
        }
        Ok(Committed { revision: replayed.unwrap_or(revision), outcomes, is_whole, replayed: replayed.is_some() })
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
        let mut held = check_guards(tx, &self.guards)?;
        let mut done = Vec::with_capacity(self.operations.len());
        let mut searches = 0;
        for (index, step) in self.operations.iter().enumerate() {
            let terms = Terms { condition: &step.condition, policy, held: &held };
            let looks = tx.looks();
            let asked = step.operation.refuse_question();
            let performed = asked.and_then(|()| perform(tx, &step.operation, terms, fresh, step.ignored.clone()));
            let result = performed.and_then(|done| {
                if self.strict {
                    done.ignored.refuse()?;
                }
                Ok(done)
            });
            let one = result.map_err(|error| Part::Operation.aborts(index, error))?;
            searches += usize::from(tx.looks() > looks);
            if searches > SEARCHES {
                let message = format!(
                    "Too many operations that look through all objects of a structure or collection: a transaction has at most {SEARCHES}"
                );
                return Err(Problem::new(Path::keys(&["operations"]).index(index), message).into());
            }
            // Whoever checked it once knows what it is.
            if matches!(step.condition.if_match, Some(Tags::Of(_))) {
                one.left.iter().for_each(|(about, _)| held.hold(*about));
            }
            done.push(one);
        }
        // What is told is what the whole transaction left, not each of its operations.
        for one in &mut done {
            let Some((about, _)) = one.left else { continue };
            one.left = version_of(tx, about)?.map(|tag| (about, tag));
            one.shown = if self.shows.is_some() { shown_now(tx, about)? } else { None };
        }
        Ok(Applied { done, stayed: Vec::new(), row: tx.row(), schema: Arc::clone(tx.schema()), replayed: None })
    }
}

/// What there is to show of something that a transaction left.
fn shown_now(tx: &mut Tx<'_>, about: About) -> Result<Option<Shown>, Error> {
    let is_there = match about {
        About::Object(id) => {
            return Ok(tx.object(id)?.filter(|found| found.state == State::Live).map(Shown::Object));
        }
        About::Structure(id) => tx.schema().structure(id).is_some(),
        About::Collection(id) => tx.schema().collection(id).is_some(),
        About::Space(_) => true,
    };
    Ok(is_there.then_some(Shown::Part(about)))
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
