//! Why a call failed, as a word: what servers say, and what happens before or without an answer.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// Why a call failed.
        #[derive(Clone, PartialEq, Eq, Hash, Debug)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)+
            /// A code this client does not know.
            Other(String),
        }

        impl Code {
            /// The code as text; of a server's answer, the `code` on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)+
                    Self::Other(text) => text,
                }
            }

            /// The code of an answer.
            pub(crate) fn on_the_wire(text: &str) -> Self {
                match text {
                    $($text if text.starts_with("cap_") => Self::$name,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

codes! {
    /// The request is not valid (400), or too large (413).
    InvalidInput = "cap_invalid_input";
    /// The token is missing, unknown, revoked or expired.
    NotAuthenticated = "cap_not_authenticated";
    /// The token lacks a scope; see [`Error::missing_scopes`](crate::Error::missing_scopes).
    ScopeInsufficient = "cap_scope_insufficient";
    /// The link to a file was changed, or has ended.
    Forbidden = "cap_forbidden";
    /// The account may not make more objects now.
    CreationQuotaReached = "cap_object_creation_quota_reached";
    /// There is no such thing, or this token cannot see it.
    NotFound = "cap_not_found";
    /// Too many requests, and retrying did not help within its bound.
    RateLimitExceeded = "cap_rate_limit_exceeded";
    /// The server failed; its log tells more under the request id.
    ServerError = "cap_server_error";
    /// The server cannot take this now; of a write it is unknown whether it happened.
    ServiceUnavailable = "cap_service_unavailable";
    /// The path is known, the method is not.
    MethodNotAllowed = "cap_method_not_allowed";
    /// The id was given before.
    AlreadyExists = "cap_already_exists";
    /// The object (or whatever the condition speaks of) has changed.
    PreconditionFailed = "cap_precondition_failed";
    /// The space takes no write without a condition.
    PreconditionRequired = "cap_precondition_required";
    /// Two changes collide.
    Conflict = "cap_conflict";
    /// One operation of a transaction failed, so none took place.
    TransactionAborted = "cap_transaction_aborted";
    /// The idempotency key was used with another request.
    IdempotencyMismatch = "cap_idempotency_mismatch";
    /// The first request with this idempotency key still runs.
    IdempotencyInProgress = "cap_idempotency_in_progress";
    /// The revision is older than the history that is kept.
    RevisionCompacted = "cap_revision_compacted";
    /// The revision is beyond the head, or of another log.
    RevisionUnknown = "cap_revision_unknown";
    /// The content was erased.
    Erased = "cap_erased";
    /// The request could not be made: a bad base URL, token or header.
    Unsendable = "unsendable";
    /// There was no connection, so the server knows nothing of the request.
    Unreachable = "unreachable";
    /// The connection was lost before the answer was complete; of a write it is unknown whether it happened.
    Lost = "lost";
    /// There was no answer in time; of a write it is unknown whether it happened.
    TimedOut = "timed_out";
    /// The answer is not what the contract says.
    Unreadable = "unreadable";
}

impl Code {
    /// The code of an answer whose body names none, as the official SDK infers it.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            400 | 413 => Self::InvalidInput,
            401 => Self::NotAuthenticated,
            403 => Self::ScopeInsufficient,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            429 => Self::RateLimitExceeded,
            503 => Self::ServiceUnavailable,
            500.. => Self::ServerError,
            _ => Self::Other(format!("status {status}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_on_the_wire_are_typed_and_unknown_ones_kept() {
        assert_eq!(Code::on_the_wire("cap_not_found"), Code::NotFound);
        assert_eq!(Code::on_the_wire("cap_new").as_str(), "cap_new");
        assert_eq!(Code::on_the_wire("lost"), Code::Other("lost".to_owned()), "what only this client says");
    }

    #[test]
    fn a_status_alone_tells_a_code() {
        assert_eq!(Code::of_status(413), Code::InvalidInput);
        assert_eq!(Code::of_status(502), Code::ServerError);
        assert_eq!(Code::of_status(418).as_str(), "status 418");
    }
}
