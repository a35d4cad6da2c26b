//! Refusals: one schema for each code, with the details that the code defines.

use palimpsest_engine::{Code, Scope};
use serde_json::Value;

use super::names::uuid;
use super::shape::{closed, count, list, nullable, pattern, refer, said, text, word, words};
use crate::api::transactions;

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

fn mismatch() -> [(&'static str, Value); 2] {
    let current = said(nullable(refer("EntityTag")), "The version there is; null when there is none.");
    [("current", current), ("revision", said(count(1), "The revision it was decided at."))]
}

fn unmet() -> [(&'static str, Value); 4] {
    let paths = said(list(text()), "What changed since the version that was named.");
    let base = said(words(["unknown", "compacted"]), "Why nothing can be told of the version that was named.");
    [("id", uuid()), ("changedPaths", paths), ("changedBy", refer("Actor")), ("base", base)]
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
        Code::TransactionAborted => Some(transactions::commit::failure()),
        Code::PreconditionFailed => Some(closed(&mismatch(), &unmet())),
        Code::PreconditionRequired
        | Code::InvalidInput
        | Code::PayloadTooLarge
        | Code::NotAuthenticated
        | Code::NotFound
        | Code::RateLimitExceeded
        | Code::MethodNotAllowed
        | Code::IdempotencyMismatch
        | Code::IdempotencyInProgress
        | Code::ServerError
        | Code::ServiceUnavailable => None,
    }
}
