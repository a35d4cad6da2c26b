//! PATCH /space.

use palimpsest_engine::{Operation, Policy, SchemaOperation, UpdateSpace};
use palimpsest_model::{Icon, Problems, read_name};
use serde_json::json;

use super::require_one;
use crate::document::shape::{nullable, open, refer, said, words};
use crate::document::{Description, Success, space};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let update = input.body(|body, reading| {
        let title = body.get("title").given(reading, read_name);
        let icon = body.get("icon").given(reading, |icon, reading| {
            if icon.is_null() { Some(None) } else { Icon::read(icon, reading).map(Some) }
        });
        let policies = Policy::ALL.map(|policy| (policy.as_str(), policy));
        let concurrency = body.get("concurrency").given(reading, |word, reading| word.word(reading, &policies));
        require_one(body, reading, &["title", "icon", "concurrency"]);
        Some(UpdateSpace { title: title?, icon: icon?, concurrency: concurrency? })
    })?;
    Ok(Operation::Schema(SchemaOperation::UpdateSpace(update)))
}

pub(crate) fn describe() -> Description {
    let policy = said(
        words(Policy::ALL.map(Policy::as_str)),
        "What is asked of those who change something that exists; it takes no revision.",
    );
    let changes = [("title", space::title()), ("icon", nullable(refer("IconInput"))), ("concurrency", policy)];
    let mut body = open(&[], &changes);
    body["anyOf"] = changes.iter().map(|(name, _)| json!({ "required": [name] })).collect();
    Description::new("space.update", "Change the space itself")
        .about("What is left out stays. Its condition speaks of the tag of GET /space.")
        .body(body)
        .answers(Success::json("The space.", refer("Space")).versioned())
}
