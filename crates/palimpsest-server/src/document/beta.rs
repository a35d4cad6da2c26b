//! What the retired beta API shows.

use palimpsest_model::{Icon, PropertyKind};
use serde_json::Value;

use super::names::{structure_id, uuid};
use super::shape::{closed, list, number, pattern, refer, text, words};
use super::values::hue;

/// Schemas of the components.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let icon = closed(
        &[("type", words(Icon::kinds())), ("val", text())],
        &[("color", text()), ("colorHex", pattern("^#[0-9a-fA-F]{6}$"))],
    );
    let space = closed(&[("id", uuid()), ("title", text()), ("icon", icon)], &[]);
    let samples = PropertyKind::samples();
    let definition = closed(
        &[
            ("id", text()),
            ("type", words(samples.iter().filter_map(PropertyKind::name))),
            ("dataType", words(["string", "number", "boolean", "object", "array"])),
            ("name", text()),
        ],
        &[],
    );
    let structure = closed(
        &[
            ("id", structure_id()),
            ("title", text()),
            ("pluralName", text()),
            ("propertyDefinitions", list(definition)),
            ("labelColor", hue()),
            ("collections", list(refer("Collection"))),
        ],
        &[],
    );
    let context = closed(&[("field", words(["title", "aliases", "description"]))], &[]);
    let highlight = closed(&[("context", context), ("snippets", list(text())), ("score", number())], &[]);
    let found = closed(
        &[
            ("id", uuid()),
            ("spaceId", uuid()),
            ("structureId", structure_id()),
            ("title", text()),
            ("highlights", list(highlight)),
        ],
        &[],
    );
    let weblink = closed(
        &[
            ("spaceId", uuid()),
            ("id", uuid()),
            ("structureId", structure_id()),
            ("title", text()),
            ("description", text()),
            ("tags", list(text())),
        ],
        &[],
    );
    let named = [("BetaSpace", space), ("BetaStructure", structure), ("BetaFound", found), ("BetaWeblink", weblink)];
    named.map(|(name, schema)| (name.to_owned(), schema)).into()
}
