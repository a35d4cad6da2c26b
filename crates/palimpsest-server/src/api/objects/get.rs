//! POST /objects/get: several objects at one revision. A read, although it is a POST.

use palimpsest_engine::GetObjects;
use palimpsest_model::{Node, ObjectId, Reading as Notes, read_uuid};
use serde_json::json;

use crate::api::read_revision_of_body;
use crate::document::names::{revision, uuid};
use crate::document::shape::{open, refer};
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

/// The most objects that are asked for at once.
const MOST: usize = 100;

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let ask = call.input.body(|body, notes| {
            let ids = read_ids(&body.get("ids"), notes);
            let revision = body.get("revision").given(notes, read_revision_of_body);
            Some(GetObjects { ids: ids?, revision: revision? })
        })?;
        Ok(call.engine.objects(&call.token, ask).await?.into())
    })
}

fn read_ids(node: &Node<'_, '_>, notes: &mut Notes) -> Option<Vec<ObjectId>> {
    let ids = node.elements(notes)?;
    if ids.len() > MOST {
        notes.problem(node, format!("Too big: expected array to have <={MOST} items"));
        return None;
    }
    // All ids are read, so that every problem is told.
    let ids: Vec<_> = ids.map(|id| read_uuid(&id, notes).map(ObjectId)).collect();
    ids.into_iter().collect()
}

pub(crate) fn describe() -> Description {
    let ids = json!({"type": "array", "items": uuid(), "maxItems": MOST});
    Description::new("objects.get", "Several objects as they stood at one revision")
        .about("All of them from one snapshot. An object that could not be seen then has an error in its place.")
        .body(open(&[("ids", ids)], &[("revision", revision("The head, when it is left out."))]))
        .answers(Success::json("The objects, in the order asked.", refer("Objects")))
}
