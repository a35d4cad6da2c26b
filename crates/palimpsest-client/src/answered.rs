//! What a call gave, with what the headers told of it.

use palimpsest_model::{Revision, Tag};

/// A value and what its answer told besides.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Answered<T> {
    /// What was asked for.
    pub value: T,
    /// The version of what is shown, or that a write left; see [`Call::if_match`](crate::Call::if_match). A server that knows no
    /// versions tells none.
    pub tag: Option<Tag>,
    /// The revision of the space it was computed at; of a write, the one it took. A server that knows no revisions tells none.
    pub revision: Option<Revision>,
    /// Whether the write was done before, by a request with the same key, and this is what that was answered.
    pub replayed: bool,
    /// The preferences that were applied, such as `merge`.
    pub applied: Vec<String>,
    /// The paths of what was sent and had no effect. Palimpsest only.
    pub ignored: Vec<String>,
    /// What the server calls this request in its log.
    pub request_id: Option<String>,
}

impl<T> Answered<T> {
    /// The same answer around another value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Answered<U> {
        let Self { value, tag, revision, replayed, applied, ignored, request_id } = self;
        Answered { value: make(value), tag, revision, replayed, applied, ignored, request_id }
    }
}
