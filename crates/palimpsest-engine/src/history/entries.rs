//! GET /object/history: what was done to an object, newest first. Only the page that is asked for is read.

use palimpsest_model::{ObjectId, Revision, Tag};
use palimpsest_store::{Actor, ChangeKind, Made, Snapshot, SpaceRow};
use serde::Serialize;

use crate::access::Access;
use crate::cursor::{Cursor, beginning, name};
use crate::engine::Engine;
use crate::error::Error;
use crate::lists::Page;

/// A page of a history.
#[derive(Clone, Debug)]
pub struct ListHistory {
    /// Of which object.
    pub id: ObjectId,
    /// At most so many entries.
    pub limit: usize,
    /// What the page before gave.
    pub cursor: Option<String>,
    /// Only entries before this revision.
    pub before: Option<Revision>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageBody {
    results: Vec<EntryBody>,
    next_cursor: Option<String>,
    has_more: bool,
}

#[derive(Serialize)]
struct EntryBody {
    revision: Revision,
    at: String,
    by: Actor,
    kind: ChangeKind,
    paths: Vec<String>,
    etag: Tag,
}

impl Engine {
    /// GET /object/history.
    pub async fn history(&self, access: &Access, ask: ListHistory) -> Result<Page, Error> {
        let (now, id, limit) = (self.now(), ask.id, ask.limit);
        let list = name(&("history", id));
        let cursor = ask.cursor.as_deref().map(|text| Cursor::decode(text, list)).transpose()?;
        let look = move |snapshot: &mut Snapshot<'_>| {
            let row = snapshot.row();
            if let Some(cursor) = &cursor {
                cursor.check(&row, now)?;
            }
            let bounds = [ask.before, cursor.map(|cursor| cursor.after.0), Some(row.revision.next())];
            let end = bounds.into_iter().flatten().min().unwrap_or_default();
            let last = Revision(end.0.saturating_sub(1));
            // One more than asked for tells whether there is more.
            // What lies below the horizon is gone; that is no reason to keep back the rest.
            let mut made = snapshot.history(id, row.oldest..=last, limit + 1)?;
            if made.is_empty() && snapshot.object(id)?.is_none() {
                return Err(Error::not_found("Object"));
            }
            let has_more = made.len() > limit;
            made.truncate(limit);
            let next_cursor = made.last().filter(|_| has_more).map(|last| {
                let (pin, begun) = cursor.map_or((row.revision, beginning(now)), |cursor| (cursor.pin, cursor.begun));
                Cursor { log: row.log, pin, begun, list, after: (last.revision, id) }.encode()
            });
            let results = made.into_iter().map(|made| entry(&row, made)).collect();
            Ok(serde_json::to_vec(&PageBody { results, next_cursor, has_more }).unwrap_or_default())
        };
        let answer = self.store.read(access.space, look).await?;
        let revision = answer.revision;
        let body = answer.value.map_err(|error: Error| error.at(revision))?;
        Ok(Page { body: body.into(), revision, etag: None })
    }
}

fn entry(space: &SpaceRow, made: Made) -> EntryBody {
    let Made { revision, at, actor, change } = made;
    let etag = Tag { log: space.log, revision };
    EntryBody { revision, at: at.to_string(), by: actor, kind: change.kind, paths: change.paths, etag }
}
