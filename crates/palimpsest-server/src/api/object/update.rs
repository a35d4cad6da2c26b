//! PATCH /object.

use palimpsest_engine::{Code, Operation, UpdateObject};
use palimpsest_model::{Node, Problems, read_blocks_by_property, read_properties};
use serde_json::json;

use super::read_collections;
use crate::api::blocks::read_object_name;
use crate::document::names::name;
use crate::document::object::{collections, properties, sections};
use crate::document::shape::{boolean, open, said};
use crate::document::{Description, Success};
use crate::input::Input;

const NOTHING: &str = "Provide at least one of `properties`, `collections`, `blocks`, or `deleteRequested`.";

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let update = input.body(|body, reading| {
        let id = read_object_name(&body.get("id"), reading);
        let properties = body.get("properties").given(reading, read_properties);
        let collections = body.get("collections").given(reading, read_collections);
        let blocks = body.get("blocks").given(reading, read_blocks_by_property);
        let trashed = body.get("deleteRequested").given(reading, Node::boolean);
        let named = ["properties", "collections", "blocks", "deleteRequested"];
        if named.iter().all(|name| body.get(name).is_absent()) {
            reading.general(NOTHING);
        }
        Some(UpdateObject {
            id: id?,
            properties: properties?.unwrap_or_default(),
            collections: collections?,
            blocks: blocks?.unwrap_or_default(),
            trashed: trashed?,
        })
    })?;
    Ok(Operation::UpdateObject(update))
}

pub(crate) fn describe() -> Description {
    let trash = said(boolean(), "`true` moves the object to the trash, `false` takes it out again.");
    let changes = [
        ("properties", properties()),
        ("collections", collections()),
        ("blocks", sections()),
        ("deleteRequested", trash),
    ];
    let mut body = open(&[("id", name())], &changes);
    body["anyOf"] = changes.iter().map(|(name, _)| json!({ "required": [name] })).collect();
    Description::new("object.update", "Change an object")
        .about("What is left out stays. Each value, the collections and each section that are sent replace what there was; blocks of a section that are sent again keep their ids.")
        .body(body)
        .answers(Success::object())
        .refuses(&[Code::NotFound])
}
