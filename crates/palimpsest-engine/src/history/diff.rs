//! GET /object/diff: what differs between an object at one revision and at another.

use palimpsest_model::{ObjectId, Revision, State, Structure, Values, Versioned};
use palimpsest_store::{Found, Snapshot, changed_between};
use serde::Serialize;
use serde_json::Value as Json;

use super::{check, found_at};
use crate::access::Access;
use crate::engine::Engine;
use crate::error::Error;
use crate::lists::Page;

#[derive(Serialize)]
struct Body {
    from: Revision,
    to: Revision,
    changes: Vec<Change>,
}

#[derive(Serialize)]
struct Change {
    path: String,
    before: Option<Json>,
    after: Option<Json>,
}

/// An object at one of the two revisions, with the structure it had then.
struct Side {
    found: Found,
    structure: Option<Versioned<Structure>>,
}

impl Engine {
    /// GET /object/diff; `from` may be the later one.
    pub async fn diff(&self, access: &Access, id: ObjectId, from: Revision, to: Revision) -> Result<Page, Error> {
        let look = move |snapshot: &mut Snapshot<'_>| {
            check(snapshot, id, &[("from", from), ("to", to)])?;
            let (before, after) = (Side::read(snapshot, id, from)?, Side::read(snapshot, id, to)?);
            let body = Body { from, to, changes: changes(&before, &after) };
            Ok(serde_json::to_vec(&body).unwrap_or_default())
        };
        let answer = self.store.read(access.space, look).await?;
        let revision = answer.revision;
        let body = answer.value.map_err(|error: Error| error.at(revision))?;
        Ok(Page { body: body.into(), revision, etag: None })
    }
}

impl Side {
    fn read(snapshot: &mut Snapshot<'_>, id: ObjectId, revision: Revision) -> Result<Self, Error> {
        let found = found_at(snapshot, id, revision)?;
        let structure = snapshot.structure_at(found.object.structure, revision)?;
        Ok(Self { found, structure })
    }

    fn values(&self) -> Values<'_> {
        Values::of(&self.found.object, self.structure.as_ref().map(|structure| &structure.value))
    }

    fn at(&self, values: &Values<'_>, path: &str) -> Option<Json> {
        if path == "trashed" { Some((self.found.state == State::Trashed).into()) } else { values.at(path) }
    }
}

fn changes(before: &Side, after: &Side) -> Vec<Change> {
    let (old, new) = (before.values(), after.values());
    let paths = changed_between((&before.found.object, before.found.state), (&after.found.object, after.found.state));
    let change = |path: String| {
        let (before, after) = (before.at(&old, &path), after.at(&new, &path));
        Change { path, before, after }
    };
    paths.into_iter().map(change).collect()
}
