//! Pages of lists.

use serde_json::{Value, json};

use super::names::{structure_id, uuid};
use super::shape::{boolean, closed, count, list, nullable, refer, said, text};

/// Schemas of the components.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let row = [("id", uuid()), ("structureId", structure_id()), ("title", text())];
    let tagged = [&row[..], &[("etag", refer("EntityTag"))]].concat();
    let trashed = [&tagged[..], &[("trashedAt", refer("Timestamp")), ("trashedBy", refer("Actor"))]].concat();
    let versioned = [&paged("VersionedRow")[..], &[("revision", revision())]].concat();
    vec![
        ("Row".to_owned(), closed(&row, &[])),
        ("Results".to_owned(), closed(&[("results", list(refer("Row")))], &[])),
        ("Page".to_owned(), closed(&paged("Row"), &[])),
        ("VersionedRow".to_owned(), closed(&tagged, &[("object", refer("Object"))])),
        ("VersionedPage".to_owned(), closed(&versioned, &[])),
        ("TrashRow".to_owned(), closed(&trashed, &[])),
        ("TrashPage".to_owned(), closed(&paged("TrashRow"), &[])),
    ]
}

/// The members of a page of such rows.
pub(super) fn paged(row: &str) -> [(&'static str, Value); 3] {
    let next = said(nullable(text()), "The `cursor` of the next page; null at the end.");
    [("results", list(refer(row))), ("nextCursor", next), ("hasMore", boolean())]
}

fn revision() -> Value {
    said(count(1), "The revision that every page of this list shows.")
}

/// How many rows a page may have.
pub(crate) fn size(most: usize, usual: usize) -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": most, "default": usual})
}

/// Where a page begins.
pub(crate) fn cursor() -> Value {
    said(text(), "The `nextCursor` of the page before.")
}
