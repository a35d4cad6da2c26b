//! Objects, and the maps by property id that they consist of.

use serde_json::{Value, json};

use super::names::{structure_id, uuid};
use super::shape::{closed, list, map, refer, said};

/// Schemas of the components.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let object = closed(
        &[
            ("id", uuid()),
            ("structureId", structure_id()),
            ("collections", list(uuid())),
            ("properties", said(map(refer("PropertyValue")), "By property id; what was never set is left out.")),
            ("blocks", said(map(list(refer("Block"))), "The text, by the property id of each section.")),
        ],
        &[],
    );
    vec![("Object".to_owned(), object)]
}

/// Values to be written, by property id.
pub(crate) fn properties() -> Value {
    map(refer("PropertyValueInput"))
}

/// Blocks to be written, by the property id of the section.
pub(crate) fn sections() -> Value {
    map(list(refer("BlockInput")))
}

/// Blocks to be written, at least one.
pub(crate) fn some_blocks() -> Value {
    json!({"type": "array", "items": refer("BlockInput"), "minItems": 1})
}

/// The collections an object is in.
pub(crate) fn collections() -> Value {
    said(list(uuid()), "The whole membership; empty means the default collection.")
}
