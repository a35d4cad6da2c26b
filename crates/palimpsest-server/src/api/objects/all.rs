//! GET /objects: every object of every type, with its version.

use palimpsest_engine::{Code, List, ListObjects, Row};
use serde_json::json;

use crate::api::{MOST, USUAL, read_count};
use crate::document::shape::words;
use crate::document::{Description, Link, Success, lists};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let ask = call.input.query(|query, notes| {
            let limit = query.get("limit").given(notes, |limit, notes| read_count(limit, notes, MOST));
            let cursor = query.get("cursor").given(notes, |cursor, notes| cursor.string(notes).map(str::to_owned));
            let row = query.get("include").given(notes, |word, notes| word.word(notes, &[("objects", Row::Whole)]));
            let row = row?.unwrap_or(Row::Versioned);
            Some(ListObjects { list: List::All, limit: limit?.unwrap_or(USUAL), cursor: cursor?, row })
        })?;
        Ok(call.engine.list(&call.token, ask).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    let next = Link::new("next", "objects.list", json!({"query.cursor": "$response.body#/nextCursor"}));
    let page = Success::page("VersionedPage").leads(next);
    Description::new("objects.list", "Every object of every structure, with its version")
        .about("With `include=objects` a page shows at most 8 MiB of objects, or one of them, and says that there is more.")
        .takes("limit", lists::size(MOST, USUAL))
        .takes("cursor", lists::cursor())
        .takes("include", words(["objects"]))
        .answers(page)
        .refuses(&[Code::RevisionCompacted, Code::RevisionUnknown])
}
