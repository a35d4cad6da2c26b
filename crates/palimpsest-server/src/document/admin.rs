//! What the operator manages.

use palimpsest_engine::{Policy, Scope};
use palimpsest_model::MAX_NAME;
use serde_json::Value;

use super::names::uuid;
use super::shape::{closed, list, nullable, pattern, refer, said, text, words};

/// Schemas of the components.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let space =
        closed(&[("id", uuid()), ("title", text()), ("timezone", timezone()), ("concurrency", concurrency())], &[]);
    let token = closed(
        &[
            ("id", uuid()),
            ("name", text()),
            ("spaceIds", said(list(uuid()), "The spaces that it opens, at least one.")),
            ("scopes", list(words(Scope::ALL.map(Scope::as_str)))),
            ("createdAt", refer("Timestamp")),
            ("expiresAt", nullable(refer("Timestamp"))),
            ("revokedAt", nullable(refer("Timestamp"))),
            ("concurrency", concurrency()),
        ],
        &[],
    );
    vec![
        ("ManagedSpace".to_owned(), said(space, "A space as its operator sees it.")),
        ("ManagedToken".to_owned(), said(token, "A token of spaces, without its secret.")),
    ]
}

/// What something is called.
pub(crate) fn title() -> Value {
    let mut title = pattern("\\S");
    title["maxLength"] = MAX_NAME.into();
    said(title, "Not only blanks; those at its ends do not count.")
}

/// A time zone.
pub(crate) fn timezone() -> Value {
    said(text(), "A name of the IANA database, such as Europe/Berlin: the zone that decides the days of the space.")
}

/// What is asked of a write.
pub(crate) fn concurrency() -> Value {
    let about = "Whether whoever changes something that exists has to name the version that they change.";
    said(words(Policy::ALL.map(Policy::as_str)), about)
}
