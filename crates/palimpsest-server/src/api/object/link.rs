//! POST /object/url.

use palimpsest_engine::{Code, CreateFromUrl, Notes, Operation};
use palimpsest_model::{
    MAX_MARKDOWN, Node, ObjectId, Problems, PropertyId, Reading, Value, read_blocks_by_property, read_uuid, read_value,
};
use serde_json::json;
use url::Url;

use crate::api::blocks::append::read_markdown;
use crate::document::names::uuid;
use crate::document::object::sections;
use crate::document::shape::{open, refer, said, text};
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let create = input.body(|body, reading| {
        let id = body.get("id").given(reading, |id, reading| read_uuid(id, reading).map(ObjectId));
        let url = read_url(&body.get("url"), reading);
        let properties = body.get("properties").given(reading, read_properties);
        let notes = read_notes(body, reading);
        Some(CreateFromUrl {
            id: id?,
            url: url?,
            properties: properties?.unwrap_or_default(),
            tags: Vec::new(),
            notes: notes?,
            page: None,
        })
    })?;
    Ok(Operation::CreateFromUrl(create))
}

/// A URL of any scheme, kept as it was sent.
pub(crate) fn read_url(node: &Node<'_, '_>, reading: &mut Reading) -> Option<String> {
    let text = node.string(reading)?;
    if Url::parse(text).is_err() {
        reading.problem(node, "Invalid URL");
        return None;
    }
    Some(text.to_owned())
}

/// The two properties that may be given; others have no effect.
fn read_properties(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Vec<(PropertyId, Value)>> {
    node.object(reading)?;
    let mut properties = Vec::new();
    for name in ["title", "description"] {
        if let Some(value) = node.get(name).given(reading, read_value)? {
            properties.push((name.into(), value));
        }
    }
    Some(properties)
}

fn read_notes(body: &Node<'_, '_>, reading: &mut Reading) -> Option<Notes> {
    let (blocks, markdown) = (body.get("blocks"), body.get("markdown"));
    if !blocks.is_absent() && !markdown.is_absent() {
        reading.general("Provide at most one of `blocks` or `markdown`.");
        return None;
    }
    if markdown.is_absent() {
        let blocks = blocks.given(reading, read_blocks_by_property)?;
        return Some(Notes::Blocks(blocks.unwrap_or_default()));
    }
    read_markdown(&markdown, reading).map(Notes::Markdown)
}

pub(crate) fn describe() -> Description {
    let id = said(uuid(), "An id of the client's choice; one that was ever given is refused.");
    let properties = open(&[], &[("title", refer("TitleValueInput")), ("description", refer("TextValueInput"))]);
    let markdown = json!({"type": "string", "maxLength": MAX_MARKDOWN});
    let optional = [("id", id), ("properties", properties), ("blocks", sections()), ("markdown", markdown)];
    let mut body = open(&[("url", said(text(), "A URL of any scheme."))], &optional);
    body["not"] = json!({"required": ["blocks", "markdown"]});
    Description::new("object.createFromUrl", "Make a weblink or a media object of a URL")
        .about("Title and description are those of the page, when it is looked at, unless they are sent.")
        .body(body)
        .answers(Success::object())
        .refuses(&[Code::AlreadyExists])
}
