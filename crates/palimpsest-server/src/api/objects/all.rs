//! GET /objects: every object of every type, with its version.

use palimpsest_engine::{List, ListObjects, Row};

use super::read_count;
use crate::endpoint::{Call, Reading};

const MOST: usize = 1000;
const USUAL: usize = 50;

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
