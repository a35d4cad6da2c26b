//! POST /space/structures.

use palimpsest_engine::{Code, CreateStructure, Operation, SchemaOperation};
use palimpsest_model::{MAX_PROPERTIES, OWN_PROPERTIES, Problems, read_structure};
use serde_json::json;

use crate::document::names::uuid;
use crate::document::shape::{open, refer, said, such_as};
use crate::document::values::hue;
use crate::document::{Description, Link, Success, space};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let draft = input.body(read_structure)?;
    Ok(Operation::Schema(SchemaOperation::CreateStructure(CreateStructure { draft })))
}

pub(crate) fn describe() -> Description {
    let most = MAX_PROPERTIES - OWN_PROPERTIES;
    let properties = json!({"type": "array", "items": refer("PropertyInput"), "maxItems": most});
    let optional = [
        ("id", said(uuid(), "An id of the client's choice; one that was ever given is refused.")),
        ("pluralName", said(space::title(), "What several are called; an `s` more when it is left out.")),
        ("labelColor", said(hue(), "Gray when it is left out.")),
        ("propertyDefinitions", properties),
    ];
    let examples = json!([{"title": "Book", "labelColor": "amber", "propertyDefinitions": [
        {"name": "Year", "type": "number"},
        {"name": "Rating", "type": "label", "labelSet": [{"name": "Good", "color": "green"}, {"name": "Bad"}]},
    ]}]);
    let made = Success::json("The structure, as the list of structures shows it.", refer("Structure"))
        .versioned()
        .leads(Link::with_body("use", "object.create", json!({"structureId": "$response.body#/id"})));
    Description::new("structures.create", "Make a structure (object type)")
        .about(
            "It has a title, a description, tags, aliases, an icon, both times and one body section, then the properties \
             that are sent. Its condition, as that of every call here, speaks of the tag of GET /space/structures.",
        )
        .body(such_as(open(&[("title", space::title())], &optional), examples))
        .answers(made)
        .refuses(&[Code::AlreadyExists])
}
