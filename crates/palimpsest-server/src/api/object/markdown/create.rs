//! POST /object/markdown.

use palimpsest_engine::{Code, CreateFromMarkdown, Operation};
use palimpsest_model::{ObjectId, Problems, read_structure_id, read_uuid};

use crate::document::names::uuid;
use crate::document::object::structure_to_make;
use crate::document::shape::{open, said, text};
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let create = input.body(|body, reading| {
        let id = body.get("id").given(reading, |id, reading| read_uuid(id, reading).map(ObjectId));
        let structure = read_structure_id(&body.get("structureId"), reading);
        let markdown = body.get("markdown").string(reading).map(str::to_owned);
        Some(CreateFromMarkdown { id: id?, structure: structure?, markdown: markdown? })
    })?;
    Ok(Operation::CreateFromMarkdown(create))
}

pub(crate) fn describe() -> Description {
    let id = said(uuid(), "An id of the client's choice; one that was ever given is refused.");
    let body = open(&[("structureId", structure_to_make()), ("markdown", text())], &[("id", id)]);
    Description::new("object.markdown.create", "Make an object of Markdown")
        .about("The front matter becomes properties, the rest the main section.")
        .body(body)
        .answers(Success::object())
        .refuses(&[Code::AlreadyExists])
}
