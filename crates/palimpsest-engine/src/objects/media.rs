//! A media object of a file that is kept: the end of an upload.

use std::collections::BTreeMap;
use std::sync::Arc;

use palimpsest_model::{CollectionId, File, ObjectId, Path, Problem, Problems, State, StructureId, Value};
use palimpsest_store::{Found, Tx};

use super::CreateObject;
use super::create::Unsent;
use crate::check::misplaced;
use crate::error::{Code, Error};
use crate::media::media_of;
use crate::operation::Ignored;
use crate::world::Fresh;

/// Makes a media object of a file that is kept. Done again it finds what it made.
#[derive(Clone, Debug)]
pub struct CreateMedia {
    /// Its id: that of the upload.
    pub id: ObjectId,
    /// Its title.
    pub title: String,
    /// The collections it goes into.
    pub collections: Vec<CollectionId>,
    /// The file, which decides what it is.
    pub file: File,
}

impl CreateMedia {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh, ignored: &mut Ignored) -> Result<Found, Error> {
        let made = tx.object(self.id)?.filter(|found| found.state == State::Live);
        if let Some(made) = made.filter(|found| found.object.files.first() == Some(&self.file)) {
            return Ok(made);
        }
        let schema = Arc::clone(tx.schema());
        let structure = schema.structure(StructureId::BuiltIn(media_of(&self.file.file_type)));
        let Some(structure) = structure.map(|structure| &structure.value) else {
            return Err(Error::new(Code::InvalidInput, "This space has no type for this file"));
        };
        // The request names the upload alone.
        let mut problems = Problems::default();
        for id in &self.collections {
            if let Some(problem) = misplaced(&schema, Some(structure), *id) {
                problems.push(Problem::new(Path::keys(&["id"]), format!("{problem}: {id}")));
            }
        }
        problems.check(())?;
        let create = CreateObject {
            id: Some(self.id),
            structure: structure.id,
            collections: self.collections.clone(),
            properties: vec![("title".into(), Value::Title(Some(self.title.clone())))],
            blocks: BTreeMap::new(),
        };
        create.build(structure, Unsent::of_file(structure, &self.file), tx, fresh, ignored, None)
    }
}
