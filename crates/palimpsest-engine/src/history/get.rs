//! GET /object?revision=N, and POST /objects/get.

use palimpsest_model::{ObjectId, Revision, State, Tag};
use palimpsest_store::{Found, Snapshot};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Renderer, beyond, check, found_at};
use crate::access::Access;
use crate::engine::{Engine, View};
use crate::error::Error;
use crate::lists::Page;

/// Several objects as they stood at one revision.
#[derive(Clone, Debug)]
pub struct GetObjects {
    /// Which, in the order of the answer.
    pub ids: Vec<ObjectId>,
    /// The revision; the head when it is left out.
    pub revision: Option<Revision>,
}

#[derive(Serialize)]
struct Body {
    revision: Revision,
    results: Vec<OneBody>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OneBody {
    Found { id: ObjectId, etag: Tag, object: Box<RawValue> },
    Missing { id: ObjectId, error: ErrorBody },
}

#[derive(Serialize)]
struct ErrorBody {
    code: &'static str,
    message: String,
}

impl Engine {
    /// An object as it stood at a revision.
    pub async fn object_at(&self, access: &Access, id: ObjectId, revision: Revision) -> Result<View, Error> {
        let mut renderer = Renderer::new(self.showing(), revision);
        let look = move |snapshot: &mut Snapshot<'_>| {
            check(snapshot, id, &[("revision", revision)])?;
            let found = seen_at(snapshot, id, revision)?;
            let tag = Tag { log: snapshot.row().log, revision: found.revision };
            Ok((renderer.render(snapshot, &found)?, tag))
        };
        let answer = self.store.read(access.space, look).await?;
        let head = answer.revision;
        let (rendering, tag) = answer.value.map_err(|error: Error| error.at(head))?;
        Ok(View::of(rendering, head, tag, Some(id)))
    }

    /// POST /objects/get: all of them from one snapshot.
    pub async fn objects(&self, access: &Access, ask: GetObjects) -> Result<Page, Error> {
        let showing = self.showing();
        let look = move |snapshot: &mut Snapshot<'_>| {
            let row = snapshot.row();
            let revision = ask.revision.unwrap_or(row.revision);
            beyond(&row, revision, "revision").map_or(Ok(()), Err)?;
            let mut renderer = Renderer::new(showing.clone(), revision);
            let mut one = |id: ObjectId| {
                let found = seen_at(snapshot, id, revision)?;
                let etag = Tag { log: row.log, revision: found.revision };
                Ok(OneBody::Found { id, etag, object: renderer.render_raw(snapshot, &found)? })
            };
            let results = ask.ids.iter().map(|id| one(*id).or_else(|error| missing(*id, error)));
            let body = Body { revision, results: results.collect::<Result<_, Error>>()? };
            Ok(serde_json::to_vec(&body).unwrap_or_default())
        };
        let answer = self.store.read(access.space, look).await?;
        let revision = answer.revision;
        let body = answer.value.map_err(|error: Error| error.at(revision))?;
        Ok(Page { body: body.into(), revision, etag: None })
    }
}

/// An object that could be seen at a revision, as it stood then.
fn seen_at(snapshot: &mut Snapshot<'_>, id: ObjectId, revision: Revision) -> Result<Found, Error> {
    let found = found_at(snapshot, id, revision)?;
    if found.state == State::Live { Ok(found) } else { Err(Error::not_found("Object")) }
}

/// A refusal in the place of an object; a failure is one of the whole call.
fn missing(id: ObjectId, error: Error) -> Result<OneBody, Error> {
    if error.cause.is_some() {
        return Err(error);
    }
    Ok(OneBody::Missing { id, error: ErrorBody { code: error.code.as_str(), message: error.message } })
}
