//! What is kept of the answers to writes that have a key, so that a retry has no second effect: enough to answer it again,
//! never the content, which history has.

use palimpsest_model::{Revision, SpaceId, Timestamp, TokenId};

/// The answer to a write that had a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredAnswer {
    /// Whose key it is.
    pub token: TokenId,
    /// The key.
    pub key: String,
    /// The space that was written to.
    pub space: SpaceId,
    /// What was asked for, as a SHA-256.
    pub fingerprint: [u8; 32],
    /// When.
    pub at: Timestamp,
    /// The revision the write took, or the head it saw when it changed nothing.
    pub revision: Revision,
    /// What else the answer is made from: JSON, for those above the store.
    pub body: String,
}

/// What a commit does to the stored answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AnswerChange {
    /// The one it adds.
    pub stored: StoredAnswer,
    /// Keys that have expired and go with it.
    pub expired: Vec<(TokenId, String)>,
}

/// How long an answer is kept at least, in milliseconds.
pub const ANSWERS_KEPT: i64 = 24 * 60 * 60 * 1000;

/// A commit that adds an answer removes at most so many that have expired: more than one, so that they become fewer, and few,
/// so that no commit pays for a day of others.
pub(crate) const EXPIRED_AT_ONCE: usize = 4;
