//! Objects as GET showed them at a revision.

use std::collections::BTreeMap;

use palimpsest_model::{Revision, Structure, StructureId, Versioned};
use palimpsest_store::{Found, Snapshot};
use serde_json::value::RawValue;

use crate::blocks::unknown_structure;
use crate::error::Error;
use crate::etag::Rendering;
use crate::files::Showing;

/// Renders objects of a snapshot as they stood at one revision: the structures of that revision say how.
pub(crate) struct Renderer {
    showing: Showing,
    revision: Revision,
    structures: BTreeMap<StructureId, Versioned<Structure>>,
}

impl Renderer {
    pub(crate) fn new(showing: Showing, revision: Revision) -> Self {
        Self { showing, revision, structures: BTreeMap::new() }
    }

    /// The bytes of an object, which was found as it stood at the revision.
    pub(crate) fn render(&mut self, snapshot: &mut Snapshot<'_>, found: &Found) -> Result<Rendering, Error> {
        let (row, revision, showing) = (snapshot.row(), self.revision, self.showing.clone());
        let structure = self.structure(snapshot, found)?;
        // Every revision at which the structure was the same may stand for it; that of the whole schema is the one that reads
        // at the head use.
        let as_of = if revision >= row.schema { row.schema } else { structure.revision };
        Ok(showing.object(row.log, found, &structure.value, as_of))
    }

    /// The same as a part of a larger JSON.
    pub(crate) fn render_raw(&mut self, snapshot: &mut Snapshot<'_>, found: &Found) -> Result<Box<RawValue>, Error> {
        let body = self.render(snapshot, found)?.body;
        let text = String::from_utf8(body.to_vec()).map_err(|error| Error::internal(error.to_string()))?;
        RawValue::from_string(text).map_err(|error| Error::internal(error.to_string()))
    }

    fn structure(&mut self, snapshot: &mut Snapshot<'_>, found: &Found) -> Result<&Versioned<Structure>, Error> {
        let id = found.object.structure;
        if !self.structures.contains_key(&id) {
            let structure = snapshot.structure_at(id, self.revision)?;
            self.structures.insert(id, structure.ok_or_else(|| unknown_structure(&found.object))?);
        }
        self.structures.get(&id).ok_or_else(|| unknown_structure(&found.object))
    }
}
