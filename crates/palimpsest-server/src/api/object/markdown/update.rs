//! PATCH /object/markdown.

use palimpsest_engine::{Code, Operation, UpdateFromMarkdown};
use palimpsest_model::Problems;

use crate::api::blocks::read_object_name;
use crate::document::names::name;
use crate::document::shape::{open, text};
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let update = input.body(|body, reading| {
        let id = read_object_name(&body.get("id"), reading);
        let markdown = body.get("markdown").string(reading).map(str::to_owned);
        Some(UpdateFromMarkdown { id: id?, markdown: markdown? })
    })?;
    Ok(Operation::UpdateFromMarkdown(update))
}

pub(crate) fn describe() -> Description {
    Description::new("object.markdown.update", "Change the properties of an object by front matter")
        .about("Only the front matter is read; what it leaves out stays.")
        .body(open(&[("id", name()), ("markdown", text())], &[]))
        .answers(Success::object())
        .refuses(&[Code::NotFound])
}
