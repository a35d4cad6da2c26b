//! GET /object/history?id=…: what was done to an object.

use palimpsest_engine::{Code, ListHistory};
use palimpsest_model::{ObjectId, read_uuid};
use serde_json::json;

use crate::api::{MOST, USUAL, read_count, read_revision};
use crate::document::names::{revision, uuid};
use crate::document::shape::refer;
use crate::document::{Description, Link, Success, lists};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let ask = call.input.query(|query, notes| {
            let id = read_uuid(&query.get("id"), notes).map(ObjectId);
            let limit = query.get("limit").given(notes, |limit, notes| read_count(limit, notes, MOST));
            let cursor = query.get("cursor").given(notes, |cursor, notes| cursor.string(notes).map(str::to_owned));
            let before = query.get("before").given(notes, read_revision);
            Some(ListHistory { id: id?, limit: limit?.unwrap_or(USUAL), cursor: cursor?, before: before? })
        })?;
        Ok(call.engine.history(&call.token, ask).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    let id = "$request.query.id";
    let then = json!({"query.id": id, "query.revision": "$response.body#/results/0/revision"});
    let next = json!({"query.id": id, "query.cursor": "$response.body#/nextCursor"});
    let page = Success::json("A page of the history.", refer("HistoryPage"))
        .leads(Link::new("next", "object.history", next))
        .leads(Link::new("then", "object.get", then));
    Description::new("object.history", "What was done to an object, the newest first")
        .about("Objects that are in the trash or were deleted have a history too.")
        .needs("id", uuid())
        .takes("limit", lists::size(MOST, USUAL))
        .takes("cursor", lists::cursor())
        .takes("before", revision("Only what was done before this revision."))
        .answers(page)
        .refuses(&[Code::NotFound, Code::RevisionCompacted, Code::RevisionUnknown])
}
