//! Spaces and their structures.

use palimpsest_model::{MAX_NAME, MAX_OPTIONS, MAX_STRUCTURES, PROPERTY_TYPES, PropertyKind};
use serde_json::{Value, json};

use super::names::{structure_id, uuid};
use super::shape::{boolean, closed, list, open, refer, said, text, word, words};
use super::values::hue;

/// Schemas of the components.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let space = closed(&[("id", uuid()), ("title", text())], &[("icon", refer("Icon"))]);
    let collection = closed(&[("id", uuid()), ("title", text())], &[]);
    let structure = closed(
        &[
            ("id", structure_id()),
            ("title", text()),
            ("pluralName", text()),
            ("propertyDefinitions", list(refer("PropertyDefinition"))),
            ("labelColor", hue()),
            ("collections", list(refer("Collection"))),
        ],
        &[],
    );
    vec![
        ("Space".to_owned(), space),
        ("Collection".to_owned(), collection),
        ("PropertyDefinition".to_owned(), definition()),
        ("Structure".to_owned(), structure),
        ("OptionInput".to_owned(), option()),
        ("PropertyInput".to_owned(), property()),
        ("Structures".to_owned(), closed(&[("structures", list(refer("Structure")))], &[])),
    ]
}

/// A definition tells more of labels and of entities than of other properties. Body sections have none.
fn definition() -> Value {
    let common = |kind| {
        let id = said(text(), "The key of its values in the `properties` of an object.");
        vec![("id", id), ("name", text()), ("type", kind), ("writable", boolean())]
    };
    let (mut plain, mut variants) = (Vec::new(), Vec::new());
    for kind in PropertyKind::samples() {
        match (&kind, kind.name()) {
            (PropertyKind::Label { .. }, Some(name)) => {
                let own = [("multiple", boolean()), ("labelSet", list(refer("LabelOption")))];
                variants.push(closed(&[common(word(name)), own.into()].concat(), &[]));
            }
            (PropertyKind::Entity { .. }, Some(name)) => {
                let allowed = json!({"type": "array", "items": structure_id(), "minItems": 1});
                let allowed = said(allowed, "The structures its targets may have; absent for any.");
                variants.push(closed(&common(word(name)), &[("allowedStructures", allowed)]));
            }
            (_, Some(name)) => plain.push(name),
            (_, None) => {}
        }
    }
    variants.push(closed(&common(words(plain)), &[]));
    json!({ "oneOf": variants })
}

/// What people call something.
pub(crate) fn title() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": MAX_NAME, "pattern": "\\S"})
}

/// The options of a label, as they are written.
pub(crate) fn options() -> Value {
    json!({"type": "array", "items": refer("OptionInput"), "maxItems": MAX_OPTIONS})
}

/// The structures that the targets of an entity may have, as they are written.
pub(crate) fn allowed() -> Value {
    json!({"type": "array", "items": structure_id(), "maxItems": MAX_STRUCTURES})
}

fn option() -> Value {
    let id = said(title(), "Its name within the property; chosen by the server when it is left out.");
    open(&[("name", title())], &[("id", id), ("color", hue())])
}

fn property() -> Value {
    let optional = [
        ("id", said(uuid(), "An id of the client's choice.")),
        ("multiple", said(boolean(), "Labels only: whether a value may hold several options.")),
        ("labelSet", said(options(), "Labels only: the options.")),
        ("allowedStructures", said(allowed(), "Entities only: the structures its targets may have; none for any.")),
    ];
    open(&[("name", title()), ("type", words(PROPERTY_TYPES))], &optional)
}
