//! PATCH /space/properties.

use palimpsest_engine::{Code, Operation, SchemaOperation, UpdateProperty};
use palimpsest_model::{Problems, read_allowed, read_name, read_options, read_property_id, read_structure_id};

use serde_json::json;

use crate::api::space::{read_fate, require_one};
use crate::document::names::structure_id;
use crate::document::shape::{open, refer, said, text, words};
use crate::document::{Description, Success, space};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let update = input.body(|body, reading| {
        let structure = read_structure_id(&body.get("structureId"), reading);
        let id = read_property_id(&body.get("id"), reading);
        let name = body.get("name").given(reading, read_name);
        let options = body.get("labelSet").given(reading, read_options);
        let allowed = body.get("allowedStructures").given(reading, read_allowed);
        let drop_values = read_fate(&body.get("values"), reading, "drop");
        require_one(body, reading, &["name", "labelSet", "allowedStructures"]);
        Some(UpdateProperty {
            structure: structure?,
            id: id?,
            name: name?,
            options: options?,
            allowed: allowed?,
            drop_values: drop_values?,
        })
    })?;
    Ok(Operation::Schema(SchemaOperation::UpdateProperty(update)))
}

pub(crate) fn describe() -> Description {
    let options = said(space::options(), "The whole new list; options are matched by id, those without one are new.");
    let allowed = said(space::allowed(), "The structures its targets may have; none for any.");
    let values = said(words(["refuse", "drop"]), "What becomes of values that it does not take any more.");
    let changes = [("name", space::title()), ("labelSet", options), ("allowedStructures", allowed), ("values", values)];
    let mut body = open(&[("structureId", structure_id()), ("id", text())], &changes);
    body["anyOf"] = changes.iter().take(3).map(|(name, _)| json!({ "required": [name] })).collect();
    Description::new("properties.update", "Change a property")
        .about(
            "What is left out stays. An option, or a structure of targets, that values still have is only taken away with \
             `values: \"drop\"`, which takes it out of them in the same commit.",
        )
        .body(body)
        .answers(Success::json("The structure, as the list of structures shows it.", refer("Structure")).versioned())
        .refuses(&[Code::NotFound])
}
