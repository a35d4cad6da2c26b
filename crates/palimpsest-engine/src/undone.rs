//! A commit that ends without its effects.

use palimpsest_model::{Revision, Tag};
use palimpsest_store::Tx;

use crate::error::Error;
use crate::retry::Outcome;

/// Why a commit leaves nothing behind: because it was refused, or because it was only a question.
pub(crate) enum Undone {
    Refused(Box<Error>),
    Dry(Box<Outcome>, Revision),
}

impl Undone {
    /// What a question comes to, at the head that it was asked of. The revision after it belongs to whoever commits next.
    pub(crate) fn dry(tx: &Tx<'_>, outcome: Outcome) -> Self {
        Self::Dry(Box::new(outcome), tx.head())
    }
}

/// The version that something has: none when it is beyond the head that a question was asked of. Another commit will take its
/// revision, and a tag of it would name what nobody saw.
pub(crate) fn known(tag: Tag, asked: Option<Revision>) -> Option<Tag> {
    Some(tag).filter(|tag| asked.is_none_or(|head| tag.revision <= head))
}

impl<E: Into<Error>> From<E> for Undone {
    fn from(error: E) -> Self {
        Self::Refused(Box::new(error.into()))
    }
}
