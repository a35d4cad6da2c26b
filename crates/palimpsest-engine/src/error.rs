//! Everything that can be answered instead of a result, without a word of any transport.

use palimpsest_model::{EditError, Path, Problem, Problems, Revision};
use palimpsest_store::{FilesError, StoreError};
use serde_json::{Value, json};

/// What kind of refusal it is; a transport turns it into its own (HTTP: the status).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    PreconditionFailed,
    PreconditionRequired,
    Mismatch,
    TooLarge,
    TooOften,
    Gone,
    Internal,
    Unavailable,
    Unsatisfiable,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $kind:ident, $sentence:literal;)+) => {
        /// The codes of all answers that are not results: the string on the wire, its kind, what it tells.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The `code` on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// Its kind.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind),+ }
            }

            /// What it tells, in one sentence.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence),+ }
            }
        }
    };
}

codes! {
    /// spec/01 §6
    InvalidInput = "cap_invalid_input", Invalid, "The request is not valid; the message lists every problem with its path.";
    /// spec/01 §6: the code of invalid input, another kind
    PayloadTooLarge = "cap_invalid_input", TooLarge, "The request is larger than the server takes.";
    /// spec/01 §6
    NotAuthenticated = "cap_not_authenticated", Unauthenticated, "The token is missing, unknown, revoked or expired.";
    /// spec/01 §6
    ScopeInsufficient = "cap_scope_insufficient", Forbidden, "The token lacks a scope that this call needs.";
    /// design: files
    Forbidden = "cap_forbidden", Forbidden, "The link was not made by this server, or it has ended.";
    /// spec/01 §6
    NotFound = "cap_not_found", NotFound, "There is no such thing, or this token cannot see it.";
    /// spec/01 §5
    RateLimitExceeded = "cap_rate_limit_exceeded", TooOften, "The token called this endpoint too often within a minute.";
    /// design: errors beyond the contract
    MethodNotAllowed = "cap_method_not_allowed", MethodNotAllowed, "The path is known, the method is not.";
    /// design: errors beyond the contract
    AlreadyExists = "cap_already_exists", Conflict, "The id was given before; ids are never given twice.";
    /// design: errors beyond the contract
    Conflict = "cap_conflict", Conflict, "Two changes of the same thing collide; the details name every place.";
    /// design: errors beyond the contract; RFC 9110 §15.5.13
    PreconditionFailed = "cap_precondition_failed", PreconditionFailed, "The condition of the request does not hold.";
    /// RFC 9110 §15.5.13: the code of conditions, of files, which have no revision
    FileUnmatched = "cap_precondition_failed", PreconditionFailed, "The condition of the request names other bytes.";
    /// RFC 9110 §15.5.17: the code of invalid input, another kind
    RangeUnsatisfiable = "cap_invalid_input", Unsatisfiable, "The file has no such part.";
    /// design: errors beyond the contract; RFC 6585 §3
    PreconditionRequired = "cap_precondition_required", PreconditionRequired, "The token or the space asks for a condition.";
    /// design: errors beyond the contract; the kind is that of what failed
    TransactionAborted = "cap_transaction_aborted", Conflict, "An operation or a guard of the transaction failed, and nothing was done.";
    /// design: errors beyond the contract
    IdempotencyMismatch = "cap_idempotency_mismatch", Mismatch, "The Idempotency-Key was used with another request.";
    /// design: errors beyond the contract
    IdempotencyInProgress = "cap_idempotency_in_progress", Conflict, "The first request with this Idempotency-Key still runs.";
    /// design: errors beyond the contract
    RevisionCompacted = "cap_revision_compacted", Gone, "The revision lies below the horizon of the history, or too far back for this call.";
    /// design: errors beyond the contract
    RevisionUnknown = "cap_revision_unknown", Gone, "The revision is beyond the head, or of another log.";
    /// design: errors beyond the contract
    Erased = "cap_erased", Gone, "The content was erased by the operator.";
    /// spec/01 §6
    ServerError = "cap_server_error", Internal, "The server failed; its log tells more under the request id.";
    /// spec/01 §6
    ServiceUnavailable = "cap_service_unavailable", Unavailable, "The server cannot take this now; it may later.";
}

/// A refusal: what the asker is told, and apart from it what only the log is told.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct Error {
    /// Which refusal.
    pub code: Code,
    /// Its kind: that of the code, except where the code tells of another refusal.
    pub kind: Kind,
    /// What the asker reads.
    pub message: String,
    /// What the code defines besides.
    pub details: Option<Value>,
    /// The revision it was decided at, when it was decided in view of the store.
    pub revision: Option<Revision>,
    /// Why, for the log alone.
    pub cause: Option<String>,
}

impl Error {
    /// A refusal with a message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, kind: code.kind(), message: message.into(), details: None, revision: None, cause: None }
    }

    /// An object (or block) that is not there.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("{what} not found"))
    }

    /// A failure of the server; the cause is for the log alone.
    pub(crate) fn internal(cause: String) -> Self {
        Self { cause: Some(cause), ..Self::new(Code::ServerError, "Internal server error") }
    }

    /// Files that cannot be had now, whatever became of them; the cause is for the log alone.
    pub(crate) fn unreachable(cause: FilesError) -> Self {
        let refusal = Self::new(Code::ServiceUnavailable, "The files cannot be reached; try again shortly");
        Self { cause: Some(cause.to_string()), ..refusal }
    }

    /// The same, decided at a revision.
    #[must_use]
    pub fn at(mut self, revision: Revision) -> Self {
        self.revision = Some(revision);
        self
    }

    pub(crate) fn with_details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// A revision below the horizon.
    pub(crate) fn compacted(oldest: Revision) -> Self {
        let message = format!("The history is kept from revision {oldest} on");
        Self::new(Code::RevisionCompacted, message).with_details(json!({ "oldest": oldest }))
    }

    /// An edit that cannot be made, at a path of the request.
    pub(crate) fn of_edit(error: &EditError, path: Path) -> Self {
        let code = if matches!(error, EditError::UnknownBlock(_)) { Code::NotFound } else { Code::InvalidInput };
        Self::new(code, Problems::from(Problem::new(path, error.to_string())).to_string())
    }

    pub(crate) fn missing_scope(scope: crate::Scope) -> Self {
        Self::new(Code::ScopeInsufficient, format!("This token lacks the scope {}", scope.as_str()))
            .with_details(json!({ "missingScopes": [scope.as_str()] }))
    }
}

impl From<Problems> for Error {
    fn from(problems: Problems) -> Self {
        Self::new(Code::InvalidInput, problems.to_string())
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Problems::from(problem).into()
    }
}

impl From<EditError> for Error {
    fn from(error: EditError) -> Self {
        match error {
            EditError::UnknownBlock(_) => Self::new(Code::NotFound, error.to_string()),
            other => Self::new(Code::InvalidInput, format!("✖ {other}")),
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let (code, message) = match &error {
            StoreError::Compacted { oldest } => return Self::compacted(*oldest),
            StoreError::Erased { id, revision } => {
                let details = json!({ "id": id, "revision": revision });
                return Self::new(Code::Erased, "The content of this object was erased").with_details(details);
            }
            // The space was deleted while a token of it was in flight.
            StoreError::NoSuchSpace => (Code::NotAuthenticated, "The space of this token is gone"),
            StoreError::SpaceExists(id) => {
                return Self::new(Code::AlreadyExists, format!("There is already a space {id}"))
                    .with_details(json!({ "id": id }));
            }
            StoreError::Busy => (Code::ServiceUnavailable, "Too many requests are waiting; try again shortly"),
            StoreError::Unavailable(_) => (
                Code::ServiceUnavailable,
                "The store is unavailable; whether a write took place is unknown until it is read back",
            ),
            StoreError::Closed => (Code::ServiceUnavailable, "The server is shutting down"),
            StoreError::Corrupt(_) | StoreError::Panicked(_) => (Code::ServerError, "Internal server error"),
        };
        Self { cause: Some(error.to_string()), ..Self::new(code, message) }
    }
}

/// What is told of bytes that could not be kept or had.
impl From<FilesError> for Error {
    fn from(error: FilesError) -> Self {
        let (code, message) = match &error {
            FilesError::Full => (Code::ServiceUnavailable, "No space is left for files; nothing of this was kept"),
            FilesError::Unavailable(_) => return Self::unreachable(error),
            FilesError::Interrupted(_) => (Code::InvalidInput, "The body ended early"),
            FilesError::Length | FilesError::Missing | FilesError::Damaged(_) => {
                return Self::internal(error.to_string());
            }
        };
        Self { cause: Some(error.to_string()), ..Self::new(code, message) }
    }
}
