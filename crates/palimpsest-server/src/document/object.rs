//! Objects, and the maps by property id that they consist of.

use palimpsest_model::{Creation, Structure, builtin_structures};
use serde_json::{Value, json};

use super::names::{structure_id, uuid};
use super::shape::{closed, list, map, refer, said, text, words};

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
        &[("files", said(list(refer("File")), "Where the bytes of media can be had."))],
    );
    let ends = said(refer("Timestamp"), "When the link ends; the object then shows another one.");
    let file = closed(
        &[("url", said(text(), "A link that needs no token.")), ("fileType", text()), ("expirationDate", ends)],
        &[],
    );
    let markdown = closed(&[("id", uuid()), ("structureId", structure_id()), ("markdown", text())], &[]);
    vec![("File".to_owned(), file), ("Object".to_owned(), object), ("MarkdownObject".to_owned(), markdown)]
}

/// Values to be written, by property id.
pub(crate) fn properties() -> Value {
    let mut schema = map(refer("PropertyValueInput"));
    schema["properties"] = json!({"title": refer("TitleValueInput")});
    schema
}

/// Blocks to be written, by the property id of the section.
pub(crate) fn sections() -> Value {
    map(list(refer("BlockInput")))
}

/// The built-in structures that clients make objects of.
fn creatable() -> impl Iterator<Item = Structure> {
    builtin_structures().into_iter().filter(|structure| structure.creation == Creation::Direct)
}

/// The structure of an object to be made.
pub(crate) fn structure_to_make() -> Value {
    let built_in: Vec<_> = creatable().map(|structure| structure.id.to_string()).collect();
    json!({"anyOf": [words(built_in.iter().map(String::as_str)), uuid()]})
}

/// Blocks to be written, at least one.
pub(crate) fn some_blocks() -> Value {
    json!({"type": "array", "items": refer("BlockInput"), "minItems": 1})
}

/// The collections an object is in.
pub(crate) fn collections() -> Value {
    said(list(uuid()), "The whole membership; empty means the default collection.")
}
