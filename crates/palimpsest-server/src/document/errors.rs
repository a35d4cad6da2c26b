//! Refusals: one schema for each code, with the details that the code defines.

use palimpsest_engine::{Code, Scope};
use serde_json::Value;

use super::names::uuid;
use super::shape::{closed, count, list, pattern, said, text, word, words};

/// Schemas of the components.
pub(super) fn schemas() -> Vec<(String, Value)> {
    Code::ALL.iter().map(|code| (name(*code), schema(*code))).collect()
}

/// What a code is called among the components.
pub(super) fn name(code: Code) -> String {
    format!("{code:?}")
}

fn schema(code: Code) -> Value {
    let mut members = vec![("code", word(code.as_str())), ("message", text())];
    members.extend(details(code).map(|details| ("details", details)));
    said(closed(&members, &[]), code.sentence())
}

/// What the code tells besides; every answer with the code has it.
fn details(code: Code) -> Option<Value> {
    match code {
        Code::ScopeInsufficient => {
            let scopes = words(Scope::ALL.map(Scope::as_str));
            Some(closed(&[("missingScopes", list(scopes))], &[]))
        }
        Code::AlreadyExists => Some(closed(&[("id", uuid())], &[])),
        Code::RevisionCompacted => {
            Some(closed(&[("oldest", said(count(1), "The oldest revision that can be read."))], &[]))
        }
        Code::Erased => {
            let revision = said(count(1), "The revision that was to be read.");
            Some(closed(&[("id", uuid()), ("revision", revision)], &[]))
        }
        Code::RevisionUnknown => {
            let revision = said(count(1), "The head of the log that there is.");
            Some(closed(&[("log", pattern("^[0-9a-f]{16}$")), ("revision", revision)], &[]))
        }
        Code::InvalidInput
        | Code::PayloadTooLarge
        | Code::NotAuthenticated
        | Code::NotFound
        | Code::RateLimitExceeded
        | Code::MethodNotAllowed
        | Code::ServerError
        | Code::ServiceUnavailable => None,
    }
}
