//! GET /trash: the objects in the trash.

use palimpsest_engine::{Code, List, ListObjects, Row};
use serde_json::json;

use super::{MOST, USUAL, read_count};
use crate::document::shape::refer;
use crate::document::{Description, Link, Success, lists};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let ask = call.input.query(|query, notes| {
            let limit = query.get("limit").given(notes, |limit, notes| read_count(limit, notes, MOST));
            let cursor = query.get("cursor").given(notes, |cursor, notes| cursor.string(notes).map(str::to_owned));
            let limit = limit?.unwrap_or(USUAL);
            Some(ListObjects { list: List::Trash, limit, cursor: cursor?, row: Row::Trashed })
        })?;
        Ok(call.engine.list(&call.token, ask).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    let restored = json!({"id": "$response.body#/results/0/id", "deleteRequested": false});
    let page = Success::json("A page of the list.", refer("TrashPage"))
        .versioned()
        .leads(Link::new("next", "trash.list", json!({"query.cursor": "$response.body#/nextCursor"})))
        .leads(Link::with_body("restore", "object.update", restored));
    Description::new("trash.list", "The objects in the trash")
        .takes("limit", lists::size(MOST, USUAL))
        .takes("cursor", lists::cursor())
        .answers(page)
        .refuses(&[Code::RevisionCompacted, Code::RevisionUnknown])
}
