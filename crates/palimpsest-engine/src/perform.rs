//! One operation on its way: its condition, then its work.

use palimpsest_model::{ObjectId, Tag};
use palimpsest_store::{Found, Tx};

use crate::condition::{Subject, Terms, judge};
use crate::error::Error;
use crate::merging::apply_merging;
use crate::operation::{Ignored, Operation};
use crate::world::Fresh;

/// What an operation did.
#[derive(Default)]
pub(crate) struct Done {
    /// The object to show.
    pub(crate) shown: Option<Found>,
    /// The object it was about, and its version afterwards.
    pub(crate) left: Option<(ObjectId, Tag)>,
    /// What of the input had no effect.
    pub(crate) ignored: Ignored,
}

/// Carries out an operation under its condition.
pub(crate) fn perform(
    tx: &mut Tx<'_>,
    operation: &Operation,
    terms: Terms<'_>,
    fresh: &mut Fresh,
    mut ignored: Ignored,
) -> Result<Done, Error> {
    let subject = operation.subject(tx)?;
    let shown = match judge(tx, operation, subject, terms)? {
        None => operation.apply(tx, fresh, &mut ignored)?,
        Some(base) => apply_merging(tx, operation, base, fresh, &mut ignored)?,
    };
    let about = match subject {
        Subject::Object(id) | Subject::Either(id) => Some(id),
        Subject::New(_) => shown.as_ref().map(|found| found.object.id),
    };
    let present = match about {
        Some(id) => tx.object(id)?,
        None => None,
    };
    let log = tx.row().log;
    let left = present.map(|found| (found.object.id, Tag { log, revision: found.revision }));
    Ok(Done { shown, left, ignored })
}
