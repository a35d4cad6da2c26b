//! Lists of objects (spec/02 §16, and GET /objects), and search (spec/02 §11).

pub(crate) mod all;
pub(crate) mod collection;
pub(crate) mod get;
pub(crate) mod search;
pub(crate) mod structure;
pub(crate) mod tag;

use palimpsest_engine::{Code, List, ListObjects, Row};
use palimpsest_model::{Node, Reading as Notes};
use serde_json::{Value, json};

use super::read_count;
use crate::document::{Description, Link, Success, lists};
use crate::endpoint::{Call, Reading};

/// The most rows of a page of the contract's lists, and how many there are when the client does not say.
const MOST: usize = 100;
const USUAL: usize = 50;

/// Answers a page of one of the contract's lists. `other` is another name of the parameter `id`, which a client uses.
fn page_of(call: Call, other: &'static str, read: fn(&Node<'_, '_>, &mut Notes) -> Option<List>) -> Reading {
    Box::pin(async move {
        let ask = call.input.query(|query, notes| {
            let (id, other) = (query.get("id"), query.get(other));
            let list = if id.is_absent() && !other.is_absent() { read(&other, notes) } else { read(&id, notes) };
            let limit = query.get("pageSize").given(notes, |size, notes| read_count(size, notes, MOST));
            let cursor = query.get("cursor").given(notes, |cursor, notes| cursor.string(notes).map(str::to_owned));
            Some(ListObjects { list: list?, limit: limit?.unwrap_or(USUAL), cursor: cursor?, row: Row::Plain })
        })?;
        Ok(call.engine.list(&call.token, ask).await?.into())
    })
}

/// Describes one of the contract's lists.
fn describe_page(id: &'static str, summary: &'static str, of: Value) -> Description {
    let next = json!({"query.id": "$request.query.id", "query.cursor": "$response.body#/nextCursor"});
    let page = Success::page("Page").leads(Link::new("next", id, next));
    Description::new(id, summary)
        .needs("id", of)
        .takes("pageSize", lists::size(MOST, USUAL))
        .takes("cursor", lists::cursor())
        .answers(page)
        .refuses(&[Code::NotFound, Code::RevisionCompacted, Code::RevisionUnknown])
}
