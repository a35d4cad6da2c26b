//! PATCH /space/properties.

use palimpsest_engine::{Code, Operation, SchemaOperation, UpdateProperty};
use palimpsest_model::{
    Node, PROPERTY_TYPES, Problems, read_allowed, read_name, read_options, read_property_id, read_structure_id,
    read_type,
};

use serde_json::json;

use crate::api::space::{read_fate, require_one};
use crate::document::names::structure_id;
use crate::document::shape::{boolean, open, refer, said, text, words};
use crate::document::{Description, Success, space};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let update = input.body(|body, reading| {
        let structure = read_structure_id(&body.get("structureId"), reading);
        let id = read_property_id(&body.get("id"), reading);
        let name = body.get("name").given(reading, read_name);
        let kind = body.get("type").given(reading, read_type);
        let multiple = body.get("multiple").given(reading, Node::boolean);
        let options = body.get("labelSet").given(reading, read_options);
        let allowed = body.get("allowedStructures").given(reading, read_allowed);
        let drop_values = read_fate(&body.get("values"), reading, "drop");
        let dry_run = body.get("dryRun").given(reading, Node::boolean);
        require_one(body, reading, &["name", "type", "multiple", "labelSet", "allowedStructures"]);
        Some(UpdateProperty {
            structure: structure?,
            id: id?,
            name: name?,
            kind: kind?,
            multiple: multiple?,
            options: options?,
            allowed: allowed?,
            drop_values: drop_values?,
            dry_run: dry_run?.unwrap_or(false),
        })
    })?;
    Ok(Operation::Schema(SchemaOperation::UpdateProperty(update)))
}

pub(crate) fn describe() -> Description {
    let kind =
        said(words(PROPERTY_TYPES), "Another type: every value becomes one of it without loss, or it is refused.");
    let multiple = said(boolean(), "Labels only: whether a value may hold several options. None may when that ends.");
    let options = "The whole new list; options are matched by id, those without one are new. Without it a property that becomes a \
                   label gets an option for each thing that its values say.";
    let allowed = said(space::allowed(), "The structures its targets may have; none for any.");
    let values = said(words(["refuse", "drop"]), "What becomes of options and targets that it does not take any more.");
    let dry_run = said(boolean(), "Whether only to tell what would happen. Not in a transaction, which has its own.");
    let changes = [
        ("name", space::title()),
        ("type", kind),
        ("multiple", multiple),
        ("labelSet", said(space::options(), options)),
        ("allowedStructures", allowed),
        ("values", values),
        ("dryRun", dry_run),
    ];
    let mut body = open(&[("structureId", structure_id()), ("id", text())], &changes);
    body["anyOf"] = changes.iter().take(5).map(|(name, _)| json!({ "required": [name] })).collect();
    Description::new("properties.update", "Change a property")
        .about(
            "What is left out stays. An option, or a structure of targets, that values still have is only taken away with \
             `values: \"drop\"`, which takes it out of them in the same commit. With another type all values change in the \
             same commit, also in the trash; those that would not come back as they are refuse it.",
        )
        .body(body)
        // A dry run has no version to tell.
        .answers(Success::json("The structure, as the list of structures shows it.", refer("Structure")))
        .refuses(&[Code::NotFound])
}
