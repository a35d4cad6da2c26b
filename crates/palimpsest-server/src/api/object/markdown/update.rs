//! PATCH /object/markdown.

use palimpsest_engine::{Operation, UpdateFromMarkdown};
use palimpsest_model::Problems;

use crate::api::blocks::read_object_name;
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let update = input.body(|body, reading| {
        let id = read_object_name(&body.get("id"), reading);
        let markdown = body.get("markdown").string(reading).map(str::to_owned);
        Some(UpdateFromMarkdown { id: id?, markdown: markdown? })
    })?;
    Ok(Operation::UpdateFromMarkdown(update))
}
