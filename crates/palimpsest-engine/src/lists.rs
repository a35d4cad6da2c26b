//! Lists of objects, page by page (spec/02 §16, and GET /objects): ordered by the revision that made an object, then by its id;
//! every page shows the list as it stood when the first was asked for.

use bytes::Bytes;
use palimpsest_model::{BuiltIn, Revision, State, StructureId, Tag};
use palimpsest_store::{Actor, Found, List, Place, Snapshot};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::access::Access;
use crate::cursor::{Cursor, beginning, name};
use crate::engine::Engine;
use crate::error::Error;
use crate::etag::{ETag, Rendering};
use crate::history::Renderer;

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
    /// Also the object itself; a page shows fewer of them than asked for when they are large.
    Whole,
    /// What the trash tells: also the version, and when and by whom it was trashed.
    Trashed,
}

/// A rendered page, and the head it was computed at.
#[derive(Clone, Debug)]
pub struct Page {
    /// The body.
    pub body: Bytes,
    /// The head.
    pub revision: Revision,
    /// The version of the list, and the digest of the page; what is no list has none.
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
    trashed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trashed_by: Option<Actor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Box<RawValue>>,
}

/// A page shows at most so many bytes of objects, or one object.
const MOST: usize = 8 * 1024 * 1024;

impl Engine {
    /// A page of a list.
    pub async fn list(&self, access: &Access, ask: ListObjects) -> Result<Page, Error> {
        let cursor = ask.cursor.as_deref().map(|text| Cursor::decode(text, name(&ask.list))).transpose()?;
        let (now, showing) = (self.now(), self.showing());
        let look = move |snapshot: &mut Snapshot<'_>| {
            let row = snapshot.row();
            match &cursor {
                Some(cursor) => cursor.check(&row, now)?,
                None => check_list(snapshot, &ask.list)?,
            }
            let pin = cursor.map_or(row.revision, |cursor| cursor.pin);
            let renderer = Renderer::new(showing.clone(), pin);
            let mut rows = Rows { ask: &ask, renderer, results: Vec::new(), size: 0, last: None };
            let has_more = rows.fill(snapshot, pin, cursor.map(|cursor| cursor.after))?;
            let next_cursor = rows.last.filter(|_| has_more).map(|after| {
                let begun = cursor.map_or_else(|| beginning(now), |cursor| cursor.begun);
                Cursor { log: row.log, pin, begun, list: name(&ask.list), after }.encode()
            });
            let revision = matches!(ask.row, Row::Versioned | Row::Whole).then_some(pin);
            let body = PageBody { revision, results: rows.results, next_cursor, has_more };
            let tag = Tag { log: row.log, revision: snapshot.list_changed(ask.list)? };
            Ok((serde_json::to_vec(&body).unwrap_or_default(), tag))
        };
        let answer = self.store().read(access.space, look).await?;
        let revision = answer.revision;
        let (body, tag) = answer.value.map_err(|error: Error| error.at(revision))?;
        let Rendering { body, digest } = body.into();
        Ok(Page { body, revision, etag: Some(ETag { tag, digest: Some(digest) }) })
    }
}

/// The rows of a page in the making.
struct Rows<'a> {
    ask: &'a ListObjects,
    renderer: Renderer,
    results: Vec<RowBody>,
    /// How many bytes the objects in them take.
    size: usize,
    last: Option<Place>,
}

impl Rows<'_> {
    /// Takes what the page may show; answers whether there is more.
    fn fill(&mut self, snapshot: &mut Snapshot<'_>, pin: Revision, after: Option<Place>) -> Result<bool, Error> {
        let (list, limit) = (self.ask.list, self.ask.limit);
        // One more than asked for tells whether there is more.
        let places = snapshot.places_at(list, pin, after, limit + 1)?;
        for (place, found) in places {
            if self.results.len() == limit {
                return Ok(true);
            }
            let found = match found {
                Some(found) => found,
                None => snapshot.member(list, place)?,
            };
            let row = self.row(snapshot, &found)?;
            self.size += row.object.as_ref().map_or(0, |object| object.get().len());
            if self.size > MOST && !self.results.is_empty() {
                return Ok(true);
            }
            self.results.push(row);
            self.last = Some(place);
        }
        Ok(false)
    }

    fn row(&mut self, snapshot: &mut Snapshot<'_>, found: &Found) -> Result<RowBody, Error> {
        let row = self.ask.row;
        let trashed = if row == Row::Trashed { Some(snapshot.trashed_by(found)?) } else { None };
        let object = if row == Row::Whole { Some(self.renderer.render_raw(snapshot, found)?) } else { None };
        let etag = Tag { log: snapshot.row().log, revision: found.revision };
        Ok(RowBody {
            id: found.object.id,
            structure_id: found.object.structure,
            title: found.object.title().to_owned(),
            trashed_at: trashed.as_ref().map(|entry| entry.at.to_string()),
            trashed_by: trashed.map(|entry| entry.actor),
            etag: (row != Row::Plain).then_some(etag),
            object,
        })
    }
}

/// Whether an object is a tag that can be seen.
pub(crate) fn is_tag(found: &Found) -> bool {
    found.state == State::Live && found.object.structure == StructureId::BuiltIn(BuiltIn::RootTag)
}

/// Refuses a list that is not there.
fn check_list(snapshot: &mut Snapshot<'_>, list: &List) -> Result<(), Error> {
    let known = match list {
        List::All | List::Trash => true,
        List::Structure(id) => snapshot.schema().structure(*id).is_some(),
        List::Collection(id) => snapshot.schema().collection(*id).is_some(),
        List::Tag(id) => snapshot.object(*id)?.is_some_and(|found| is_tag(&found)),
    };
    let what = match list {
        List::Structure(_) => "Structure",
        List::Collection(_) => "Collection",
        List::Tag(_) => "Tag",
        List::All | List::Trash => "List",
    };
    if known { Ok(()) } else { Err(Error::not_found(what)) }
}
