//! One operation on its way: its condition, then its work.

use palimpsest_model::{Revision, Tag};
use palimpsest_store::Tx;

use crate::condition::{Subject, Terms, judge};
use crate::error::Error;
use crate::merging::apply_merging;
use crate::operation::{Ignored, Operation};
use crate::shown::{About, Shown, version_of};
use crate::world::Fresh;

/// What an operation did.
#[derive(Default)]
pub(crate) struct Done {
    /// What it has to show.
    pub(crate) shown: Option<Shown>,
    /// What it was about, and its version afterwards.
    pub(crate) left: Option<(About, Tag)>,
    /// The revision of the version before, of an object that is shown.
    pub(crate) before: Option<Revision>,
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
        Subject::Object(id) | Subject::Either(id) => Some(About::Object(id)),
        Subject::New(_) => shown.as_ref().map(Shown::about),
        Subject::Part { about, .. } => shown.as_ref().map(Shown::about).or(about),
    };
    let left = match about {
        Some(about) => version_of(tx, about)?.map(|tag| (about, tag)),
        None => None,
    };
    let before = match &shown {
        Some(Shown::Object(found)) => {
            tx.before(found.object.id)?.map(|old| old.revision).filter(|before| *before < found.revision)
        }
        _ => None,
    };
    Ok(Done { shown, left, before, ignored })
}
