//! Lists of objects, page by page (spec/02 §16, and GET /objects): ordered by the revision that made an object, then by its id;
//! every page shows the list as it stood when the first was asked for.

use std::sync::Arc;

use bytes::Bytes;
use palimpsest_model::{BuiltIn, Revision, Schema, State, StructureId, Tag};
use palimpsest_store::{Found, List, Snapshot, SpaceRow};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::access::Access;
use crate::cursor::{Cursor, name};
use crate::engine::Engine;
use crate::error::Error;
use crate::etag::{ETag, Rendering};

/// A page that is asked for.
#[derive(Clone, Debug)]
pub struct ListObjects {
    /// Which list.
    pub list: List,
    /// At most so many rows.
    pub limit: usize,
    /// What the page before gave.
    pub cursor: Option<String>,
    /// What the rows tell.
    pub row: Row,
}

/// What the rows of a page tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Row {
    /// What the contract's lists tell: id, structure, title.
    Plain,
    /// Also the version; the page tells its revision.
    Versioned,
    /// Also the object itself.
    Whole,
}

/// A rendered page, and the head it was computed at.
#[derive(Clone, Debug)]
pub struct Page {
    /// The body.
    pub body: Bytes,
    /// The head.
    pub revision: Revision,
    /// The version of the list, and the digest of the page; a search is no list and has none.
    pub etag: Option<ETag>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<Revision>,
    results: Vec<RowBody>,
    next_cursor: Option<String>,
    has_more: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowBody {
    id: palimpsest_model::ObjectId,
    structure_id: StructureId,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Box<RawValue>>,
}

/// What a snapshot gives for a page.
struct Seen {
    row: SpaceRow,
    schema: Arc<Schema>,
    changed: Revision,
    pin: Revision,
    begun: palimpsest_model::Timestamp,
    found: Vec<Found>,
}

impl Engine {
    /// A page of a list.
    pub async fn list(&self, access: &Access, ask: ListObjects) -> Result<Page, Error> {
        let cursor = ask.cursor.as_deref().map(|text| Cursor::decode(text, &ask.list)).transpose()?;
        let (now, list, limit) = (self.now(), ask.list, ask.limit);
        let look = move |snapshot: &mut Snapshot<'_>| {
            let row = snapshot.row();
            match &cursor {
                Some(cursor) => cursor.check(&row, now)?,
                None => check_list(snapshot, &list)?,
            }
            let pin = cursor.map_or(row.revision, |cursor| cursor.pin);
            let begun = cursor.map_or(now, |cursor| cursor.begun);
            // One more than asked for tells whether there is more.
            let found = snapshot.list_at(list, pin, cursor.map(|cursor| cursor.after), limit + 1)?;
            let changed = snapshot.list_changed(list)?;
            Ok::<_, Error>(Seen { row, schema: Arc::clone(snapshot.schema()), changed, pin, begun, found })
        };
        let answer = self.store().read(access.space, look).await?;
        let revision = answer.revision;
        let seen = answer.value.map_err(|error| error.at(revision))?;
        let tag = Tag { log: seen.row.log, revision: seen.changed };
        let Rendering { body, digest } = self.render_page(&ask, seen).into();
        Ok(Page { body, revision, etag: Some(ETag { tag, digest: Some(digest) }) })
    }

    fn render_page(&self, ask: &ListObjects, seen: Seen) -> Vec<u8> {
        let has_more = seen.found.len() > ask.limit;
        let shown = &seen.found[..seen.found.len().min(ask.limit)];
        let next_cursor = shown.last().filter(|_| has_more).map(|last| {
            let after = (last.created, last.object.id);
            let (log, pin, begun, list) = (seen.row.log, seen.pin, seen.begun, name(&ask.list));
            Cursor { log, pin, begun, list, after }.encode()
        });
        let results = shown.iter().map(|found| self.render_row(ask.row, &seen, found)).collect();
        let revision = (ask.row != Row::Plain).then_some(seen.pin);
        serde_json::to_vec(&PageBody { revision, results, next_cursor, has_more }).unwrap_or_default()
    }

    fn render_row(&self, row: Row, seen: &Seen, found: &Found) -> RowBody {
        let whole = || {
            let view = self.show(&seen.row, &seen.schema, found).ok()?;
            let text = String::from_utf8(view.body.to_vec()).ok()?;
            RawValue::from_string(text).ok()
        };
        RowBody {
            id: found.object.id,
            structure_id: found.object.structure,
            title: found.object.title().to_owned(),
            etag: (row != Row::Plain).then_some(Tag { log: seen.row.log, revision: found.revision }),
            object: if row == Row::Whole { whole() } else { None },
        }
    }
}

/// Whether an object is a tag that can be seen.
pub(crate) fn is_tag(found: &Found) -> bool {
    found.state == State::Live && found.object.structure == StructureId::BuiltIn(BuiltIn::RootTag)
}

/// Refuses a list that is not there.
fn check_list(snapshot: &mut Snapshot<'_>, list: &List) -> Result<(), Error> {
    let known = match list {
        List::All => true,
        List::Structure(id) => snapshot.schema().structure(*id).is_some(),
        List::Collection(id) => snapshot.schema().collection(*id).is_some(),
        List::Tag(id) => snapshot.object(*id)?.is_some_and(|found| is_tag(&found)),
    };
    let what = match list {
        List::Structure(_) => "Structure",
        List::Collection(_) => "Collection",
        List::Tag(_) => "Tag",
        List::All => "List",
    };
    if known { Ok(()) } else { Err(Error::not_found(what)) }
}
