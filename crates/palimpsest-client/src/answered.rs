//! What a call gave, with what the headers told of it.

use palimpsest_model::Revision;

/// A value and what its answer told besides.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Answered<T> {
    /// What was asked for.
    pub value: T,
    /// The revision of the space it was computed at; of a write, the one it took. A server that knows no revisions tells none.
    pub revision: Option<Revision>,
    /// The paths of what was sent and had no effect. Palimpsest only.
    pub ignored: Vec<String>,
    /// What the server calls this request in its log.
    pub request_id: Option<String>,
}

impl<T> Answered<T> {
    /// The same answer around another value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Answered<U> {
        Answered {
            value: make(self.value),
            revision: self.revision,
            ignored: self.ignored,
            request_id: self.request_id,
        }
    }
}
