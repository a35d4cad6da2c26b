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
    /// The version before that of an object that is shown.
    pub(crate) before: Option<Before>,
    /// What of the input had no effect.
    pub(crate) ignored: Ignored,
}

/// The version of an object before a commit.
#[derive(Clone, Copy)]
pub(crate) struct Before {
    pub(crate) revision: Revision,
    /// Whether its text and files are those of the version after.
    pub(crate) shares_text: bool,
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
            tx.before(found.object.id)?.filter(|old| old.revision < found.revision).map(|old| {
                let shares_text = old.object.shares_text(&found.object);
                Before { revision: old.revision, shares_text }
            })
        }
        _ => None,
    };
    Ok(Done { shown, left, before, ignored })
}
