//! GET /object/markdown.

use std::collections::BTreeSet;
use std::sync::Arc;

use palimpsest_markdown::write_document;
use palimpsest_model::{ObjectId, State, StructureId, Tag};
use palimpsest_store::{Found, Snapshot, SpaceRow};
use serde::Serialize;

use crate::access::Access;
use crate::blocks::structure_of;
use crate::cache::Key;
use crate::engine::{Engine, View};
use crate::error::Error;
use crate::names::SpaceNames;
use crate::references::references_of;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'b> {
    id: ObjectId,
    structure_id: StructureId,
    markdown: &'b str,
}

impl Engine {
    /// GET /object/markdown: the object as a text. It shows titles of others, so it is kept by the revision of the space.
    pub async fn markdown(&self, access: &Access, id: ObjectId) -> Result<View, Error> {
        if let Some(current) = self.store.current(access.space, Some(id))
            && let Some(head) = current.object
        {
            let SpaceRow { log, revision, .. } = current.space;
            if let Some(rendering) = self.rendered.get(&Key::Markdown { log, id, revision }) {
                return Ok(View::of(rendering, revision, Tag { log, revision: head.revision }, Some(id)));
            }
        }
        let space = access.space;
        let write = move |snapshot: &mut Snapshot<'_>| {
            let row = snapshot.row();
            let found = snapshot.object(id)?.filter(|found| found.state == State::Live);
            let Found { object, revision, .. } = found.ok_or_else(|| Error::not_found("Object"))?;
            let schema = Arc::clone(snapshot.schema());
            let structure = structure_of(&schema, &object)?;
            let mut known = BTreeSet::from([id]);
            references_of(&object, &mut known);
            let names = SpaceNames::new(snapshot, space, known);
            let markdown = write_document(&object, structure, &names);
            names.finish()?;
            let body = Body { id, structure_id: object.structure, markdown: &markdown };
            Ok::<_, Error>((row, revision, serde_json::to_vec(&body).unwrap_or_default()))
        };
        let answer = self.store.read(access.space, write).await?;
        let revision = answer.revision;
        let (row, changed, body) = answer.value.map_err(|error| error.at(revision))?;
        let rendering = self.rendered.get_or_make(Key::Markdown { log: row.log, id, revision }, || body);
        Ok(View::of(rendering, revision, Tag { log: row.log, revision: changed }, Some(id)))
    }
}
