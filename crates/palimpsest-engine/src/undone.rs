//! A commit that ends without its effects.

use palimpsest_model::Revision;
use palimpsest_store::Tx;

use crate::error::Error;
use crate::retry::Outcome;

/// Why a commit leaves nothing behind: because it was refused, or because it was only a question.
pub(crate) enum Undone {
    Refused(Box<Error>),
    Dry(Box<Outcome>, Revision),
}

impl Undone {
    /// What a question comes to, at the revision that the commit would take.
    pub(crate) fn dry(tx: &Tx<'_>, outcome: Outcome) -> Self {
        let revision = if tx.changes_anything() { tx.revision() } else { tx.head() };
        Self::Dry(Box::new(outcome), revision)
    }
}

impl<E: Into<Error>> From<E> for Undone {
    fn from(error: E) -> Self {
        Self::Refused(Box::new(error.into()))
    }
}
