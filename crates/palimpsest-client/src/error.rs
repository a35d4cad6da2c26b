//! A call that failed.

use palimpsest_model::Revision;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::code::Code;
use crate::headers;
use crate::refusal::{Aborted, ConflictView, Conflicts, Failed, InUseView, Oldest, Part, StaleView};

/// A call that failed: a refusal of the server, or no (readable) answer.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
#[non_exhaustive]
pub struct Error {
    /// The status of the answer; nothing when there was none.
    pub status: Option<u16>,
    /// Why.
    pub code: Code,
    /// Why, for people.
    pub message: String,
    /// What the code defines besides.
    pub details: Option<Value>,
    /// What the server calls this request in its log.
    pub request_id: Option<String>,
    /// The revision of the space that the refusal was decided at.
    pub revision: Option<Revision>,
    /// What lies beneath.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Whether there is no such thing, or this token cannot see it.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.code == Code::NotFound
    }

    /// Whether a write may have happened all the same: the server failed or its answer was lost. Read back before trying
    /// again.
    #[must_use]
    pub fn outcome_is_unknown(&self) -> bool {
        match self.status {
            Some(status) => status >= 500 || self.code == Code::Unreadable,
            None => matches!(self.code, Code::Lost | Code::TimedOut),
        }
    }

    /// The scopes that the token lacks, when that is why.
    #[must_use]
    pub fn missing_scopes(&self) -> Vec<&str> {
        let scopes = self.details.as_ref().and_then(|details| details.get("missingScopes")).and_then(Value::as_array);
        scopes.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// What became of the thing that has changed, when that is why ([`Code::PreconditionFailed`]).
    #[must_use]
    pub fn stale(&self) -> Option<StaleView> {
        self.detailed(&Code::PreconditionFailed)
    }

    /// What collides, when that is why ([`Code::Conflict`]).
    #[must_use]
    pub fn conflicts(&self) -> Vec<ConflictView> {
        self.detailed(&Code::Conflict).map(|Conflicts { conflicts }| conflicts).unwrap_or_default()
    }

    /// Which objects stand in the way, when that is why ([`Code::Conflict`]).
    #[must_use]
    pub fn in_use(&self) -> Option<InUseView> {
        self.detailed(&Code::Conflict)
    }

    /// Which part of a transaction failed and why, when that is why ([`Code::TransactionAborted`]).
    #[must_use]
    pub fn aborted(&self) -> Option<Aborted> {
        let failed: Failed = self.detailed(&Code::TransactionAborted)?;
        let part = match (failed.failed, failed.failed_guard) {
            (Some(operation), _) => Part::Operation(operation),
            (None, guard) => Part::Guard(guard?),
        };
        let inner = Self::new(Code::on_the_wire(&failed.code), failed.message);
        let (status, revision, request_id) = (self.status, self.revision, self.request_id.clone());
        Some(Aborted { part, error: Self { details: failed.details, status, revision, request_id, ..inner } })
    }

    /// The oldest revision there is, when the one asked for is older ([`Code::RevisionCompacted`]).
    #[must_use]
    pub fn oldest(&self) -> Option<Revision> {
        self.detailed(&Code::RevisionCompacted).map(|Oldest { oldest }| oldest)
    }

    /// Whether a cursor or a position is of no use any more: whoever follows the space starts again.
    #[must_use]
    pub fn says_start_again(&self) -> bool {
        matches!(self.code, Code::RevisionCompacted | Code::RevisionUnknown)
    }

    fn detailed<D: DeserializeOwned>(&self, code: &Code) -> Option<D> {
        let details = self.details.as_ref().filter(|_| self.code == *code)?;
        D::deserialize(details).ok()
    }

    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status: None, code, message, details: None, request_id: None, revision: None, source: None }
    }

    pub(crate) fn unsendable(what: &str, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        let message = format!("{what}: {source}");
        Self { source: Some(source.into()), ..Self::new(Code::Unsendable, message) }
    }

    /// A request without an answer.
    pub(crate) fn transport(error: reqwest::Error) -> Self {
        let code = if error.is_timeout() {
            Code::TimedOut
        } else if error.is_connect() {
            Code::Unreachable
        } else if error.is_builder() {
            Code::Unsendable
        } else {
            Code::Lost
        };
        // The text of the outermost error says only that something failed.
        let mut message = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            message = format!("{message}: {inner}");
            cause = inner.source();
        }
        Self { source: Some(error.into()), ..Self::new(code, message) }
    }

    /// An answer that is a refusal.
    pub(crate) fn refusal(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let parsed: Option<Body> = serde_json::from_slice(body).ok();
        let error = match parsed {
            Some(Body { code, message, details }) => Self { details, ..Self::new(Code::on_the_wire(&code), message) },
            None => Self::new(Code::of_status(status), String::from_utf8_lossy(body)),
        };
        error.of(status, headers)
    }

    /// An answer that is a success, but not what the contract says.
    pub(crate) fn unreadable(status: u16, headers: &HeaderMap, source: serde_json::Error) -> Self {
        let message = format!("the answer cannot be read: {source}");
        Self { source: Some(source.into()), ..Self::new(Code::Unreadable, message) }.of(status, headers)
    }

    fn of(self, status: u16, headers: &HeaderMap) -> Self {
        let (revision, request_id) = (headers::revision(headers), headers::request_id(headers));
        Self { status: Some(status), revision, request_id, ..self }
    }
}

#[derive(Deserialize)]
struct Body {
    code: String,
    message: String,
    #[serde(default)]
    details: Option<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> Error {
        Error::refusal(status, &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn a_refusal_tells_what_its_body_tells() {
        let body = r#"{"code":"cap_scope_insufficient","message":"No","details":{"missingScopes":["api:write"]}}"#;
        let error = refusal(403, body);
        assert_eq!((error.status, &error.code), (Some(403), &Code::ScopeInsufficient));
        assert_eq!(error.missing_scopes(), ["api:write"]);
        assert_eq!(error.to_string(), "cap_scope_insufficient: No");
        assert!(!error.outcome_is_unknown());
    }

    #[test]
    fn a_body_that_is_no_json_is_the_message() {
        let error = refusal(502, "<h1>Bad gateway</h1>");
        assert_eq!((&error.code, error.message.as_str()), (&Code::ServerError, "<h1>Bad gateway</h1>"));
        assert!(error.outcome_is_unknown());
    }

    #[test]
    fn without_a_connection_nothing_happened() {
        assert!(!Error::new(Code::Unreachable, "refused").outcome_is_unknown());
        assert!(Error::new(Code::Lost, "reset").outcome_is_unknown());
        assert!(Error::new(Code::TimedOut, "late").outcome_is_unknown());
    }
}
