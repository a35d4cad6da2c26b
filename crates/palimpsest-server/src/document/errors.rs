//! Refusals: one schema for each code, with the details that the code defines.

use palimpsest_engine::{Code, Scope};
use serde_json::{Value, json};

use super::names::uuid;
use super::shape::{closed, count, list, nullable, pattern, refer, said, text, word, words};
use crate::api::transactions;

/// Schemas of the components.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let codes = Code::ALL.iter().map(|code| (name(*code), schema(*code)));
    codes.chain([("Collision".to_owned(), collision())]).collect()
}

fn collision() -> Value {
    let path = said(text(), "Where: a path of the grammar of histories and differences.");
    let side = |about: &str| said(json!({}), about);
    closed(
        &[
            ("path", path),
            ("base", side("What was there before; null for nothing.")),
            ("theirs", side("What is there now; null for nothing.")),
            ("mine", side("What was to be there; null for nothing.")),
        ],
        &[("id", said(uuid(), "The object, where the request does not name one."))],
    )
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
        Code::Conflict => {
            let objects = json!({"type": "array", "items": uuid(), "maxItems": 20});
            let objects = said(objects, "The first of the objects that use what was to be taken away.");
            let in_use = closed(&[("objects", objects), ("count", said(count(1), "How many there are."))], &[]);
            let collide = closed(&[("conflicts", list(refer("Collision")))], &[]);
            Some(json!({ "anyOf": [collide, in_use] }))
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
        | Code::Forbidden
        | Code::FileUnmatched
        | Code::RangeUnsatisfiable
        | Code::IdempotencyMismatch
        | Code::IdempotencyInProgress
        | Code::ServerError
        | Code::ServiceUnavailable => None,
    }
}
