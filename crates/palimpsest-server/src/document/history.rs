//! The past of objects.

use palimpsest_engine::{ChangeKind, Code};
use serde_json::{Value, json};

use super::lists::paged;
use super::names::{revision, uuid};
use super::shape::{closed, list, nullable, refer, said, text, words};

/// Schemas of the components.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let entry = closed(
        &[
            ("revision", revision("The revision it took.")),
            ("at", refer("Timestamp")),
            ("by", refer("Actor")),
            ("kind", words(ChangeKind::ALL.map(ChangeKind::as_str))),
            ("paths", said(list(text()), "What changed, sorted; nothing of a creation, where everything is new.")),
            ("etag", refer("EntityTag")),
        ],
        &[],
    );
    let side = |about| said(json!({}), about);
    let change = closed(
        &[
            ("path", text()),
            ("before", side("What stood there; null for nothing.")),
            ("after", side("What stands there; null for nothing.")),
        ],
        &[],
    );
    let difference = closed(
        &[
            ("from", revision("The revision before.")),
            ("to", revision("The revision after.")),
            ("changes", list(change)),
        ],
        &[],
    );
    let found = closed(&[("id", uuid()), ("etag", refer("EntityTag")), ("object", refer("Object"))], &[]);
    let error = closed(
        &[
            ("code", words([Code::NotFound, Code::RevisionCompacted, Code::Erased].map(Code::as_str))),
            ("message", text()),
        ],
        &[],
    );
    let missing = closed(&[("id", uuid()), ("error", error)], &[]);
    let objects = closed(
        &[
            ("revision", revision("The revision that the objects are shown at.")),
            ("results", list(json!({"oneOf": [found, missing]}))),
        ],
        &[],
    );
    let actor = closed(&[("id", said(nullable(uuid()), "The token; null for the operator.")), ("name", text())], &[]);
    vec![
        ("Actor".to_owned(), said(actor, "Who wrote: a token with its name as of the write.")),
        ("HistoryEntry".to_owned(), entry),
        ("HistoryPage".to_owned(), closed(&paged("HistoryEntry"), &[])),
        ("Difference".to_owned(), difference),
        ("Objects".to_owned(), objects),
    ]
}
