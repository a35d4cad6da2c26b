//! The change feed.

use palimpsest_engine::ChangeKind;
use serde_json::{Value, json};

use super::names::{structure_id, uuid};
use super::shape::{boolean, closed, count, list, nullable, pattern, refer, said, text, words};

/// What a position is written as.
const POSITION: &str = "^([0-9a-f]{16}\\.)?(0|[1-9][0-9]{0,19})$";

/// Schemas of the components.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let etag = said(nullable(refer("EntityTag")), "The version it left; null when the object was deleted for good.");
    let object = closed(
        &[
            ("id", uuid()),
            ("structureId", structure_id()),
            ("kind", words(ChangeKind::ALL.map(ChangeKind::as_str))),
            ("paths", said(list(text()), "What changed, sorted; empty for a creation.")),
            ("etag", etag),
        ],
        &[("object", said(refer("Object"), "As it stood at this revision, with `include=objects`; not in the trash."))],
    );
    let part = closed(
        &[
            ("kind", words(["space", "structure", "property", "collection"])),
            ("id", text()),
            ("change", words(["created", "updated", "deleted"])),
        ],
        &[],
    );
    let change = closed(
        &[
            ("revision", count(1)),
            ("at", refer("Timestamp")),
            ("by", refer("Actor")),
            ("objects", list(refer("ChangedObject"))),
        ],
        &[("schema", list(refer("SchemaChange")))],
    );
    let changes = closed(
        &[
            ("log", pattern("^[0-9a-f]{16}$")),
            ("revision", said(count(0), "With the log, the next `since`.")),
            ("changes", said(list(refer("Change")), "Oldest first, without a gap.")),
            ("hasMore", boolean()),
        ],
        &[],
    );
    let named = [
        ("ChangedObject", said(object, "What one revision did to one object.")),
        ("SchemaChange", said(part, "What one revision did to the space, its structures and collections.")),
        ("Change", said(change, "One revision.")),
        ("Changes", changes),
    ];
    named.map(|(name, schema)| (name.to_owned(), schema)).into()
}

/// A place in the log of a space.
pub(crate) fn position(about: &str) -> Value {
    said(pattern(POSITION), about)
}

/// Events of a stream.
pub(crate) fn events() -> Value {
    let about = "Server-sent events: `change`, whose data is a `Change`, and `bookmark` from time to time, whose data is \
                 `{\"revision\"}`. The id of each is the position after it.";
    json!({"type": "string", "description": about})
}
