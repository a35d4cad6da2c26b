//! POST /transactions/revert.

use std::sync::Arc;

use palimpsest_model::{ObjectId, Problems, Revision, Tag};
use palimpsest_store::Tx;

use super::guard::{Guard, check_guards};
use super::undoing::{Left, Undoing};
use crate::access::Access;
use crate::engine::Engine;
use crate::error::Error;
use crate::history::beyond;
use crate::merging::refuse;
use crate::perform::Done;
use crate::retry::{self, Outcome as Applied, Retry};
use crate::shown::About;
use crate::undone::{Undone, known};

/// Takes back what one commit did.
#[derive(Clone, Debug)]
pub struct RevertTransaction {
    /// The revision it took.
    pub revision: Revision,
    /// Whether what collides is left as it is, instead of being refused.
    pub partial: bool,
    /// What has to be true before.
    pub guards: Vec<Guard>,
    /// Whether only to tell what would happen.
    pub dry_run: bool,
    /// What tells it from another one when it is sent again.
    pub retry: Option<Retry>,
}

/// What taking back came to.
#[derive(Clone, Debug)]
pub struct Reverted {
    /// The revision it took, or the head when there was nothing to take back or it was only asked about.
    pub revision: Revision,
    /// The objects it changed, and their versions afterwards: none when that was only imagined.
    pub results: Vec<(ObjectId, Option<Tag>)>,
    /// What was left as it is.
    pub left: Vec<Left>,
    /// Whether it was done before, by a request with the same key, and this is what that was answered.
    pub replayed: bool,
}

impl Engine {
    /// Takes back what one commit did: all of it, or what does not collide.
    pub async fn revert(&self, access: &Access, revert: RevertTransaction) -> Result<Reverted, Error> {
        let decide = move |tx: &mut Tx<'_>| {
            let retry = revert.retry.as_ref().filter(|_| !revert.dry_run);
            if let Some(applied) = retry::replay(tx, retry)? {
                return Ok(applied);
            }
            let applied = revert.apply(tx)?;
            if revert.dry_run {
                return Err(Undone::dry(tx, applied));
            }
            retry::remember(tx, retry, &applied)?;
            Ok(applied)
        };
        let answer = self.store.commit(self.intent(access), decide).await?;
        let (applied, revision, asked) = match answer.value {
            Ok(applied) => (applied, answer.revision, None),
            Err(Undone::Dry(applied, head)) => (*applied, head, Some(head)),
            Err(Undone::Refused(error)) => return Err(error.at(answer.revision)),
        };
        let Applied { done, stayed, replayed, .. } = applied;
        let of_object = |left| match left {
            Some((About::Object(id), tag)) => Some((id, known(tag, asked))),
            _ => None,
        };
        let results = done.into_iter().filter_map(|done| of_object(done.left)).collect();
        let revision = replayed.unwrap_or(revision);
        Ok(Reverted { revision, results, left: stayed, replayed: replayed.is_some() })
    }
}

impl RevertTransaction {
    fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied, Error> {
        check_guards(tx, &self.guards)?;
        if let Some(problem) = beyond(&tx.before_row(), self.revision, "revision") {
            return Err(Problems::from(problem).into());
        }
        let entry = tx.entry(self.revision)?;
        let entry = entry.ok_or_else(|| Error::internal(format!("the log has no entry {}", self.revision)))?;
        let mut undoing = Undoing::default();
        undoing.take_back(tx, &entry)?;
        if !self.partial {
            refuse(std::mem::take(&mut undoing.conflicts))?;
        }
        let row = tx.row();
        let mut done = Vec::new();
        for change in &entry.objects {
            let Some(changed) = tx.object(change.id)?.filter(|found| found.revision > tx.head()) else { continue };
            let left = Some((About::Object(change.id), Tag { log: row.log, revision: changed.revision }));
            done.push(Done { left, ..Done::default() });
        }
        Ok(Applied { done, stayed: undoing.left(), row, schema: Arc::clone(tx.schema()), replayed: None })
    }
}
