//! What a space is made of, changed by calls: structures, their properties, collections, the space itself.
//!
//! Whatever an object holds is defined, at every revision: what is still in use is not taken away unless the call says what is to
//! become of it, and then both happen in one commit. In use is what an object holds that can be seen or is in the trash.

mod collection;
mod property;
mod retype;
mod space;
mod structure;
mod usage;

pub use collection::{CreateCollection, DeleteCollection, UpdateCollection};
use palimpsest_model::{Path, Problem, PropertyKind, Schema, StructureId, Versioned};
use palimpsest_store::Tx;
pub use property::{CreateProperty, DeleteProperty, UpdateProperty};
use serde_json::json;
pub use space::UpdateSpace;
pub use structure::{CreateStructure, DeleteStructure, UpdateStructure};

use crate::condition::{Stands, Subject};
use crate::error::{Code, Error};
use crate::shown::{About, Shown};
use crate::world::Fresh;

/// A change of the schema.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each variant's type tells")]
pub enum SchemaOperation {
    CreateStructure(CreateStructure),
    UpdateStructure(UpdateStructure),
    DeleteStructure(DeleteStructure),
    CreateProperty(CreateProperty),
    UpdateProperty(UpdateProperty),
    DeleteProperty(DeleteProperty),
    CreateCollection(CreateCollection),
    UpdateCollection(UpdateCollection),
    DeleteCollection(DeleteCollection),
    UpdateSpace(UpdateSpace),
}

impl SchemaOperation {
    /// What its condition speaks of; what it changes has to be there.
    pub(crate) fn subject(&self, tx: &Tx<'_>) -> Result<Subject, Error> {
        let before = tx.schema_before();
        let structure = |id, was_there: bool| Subject::Part {
            about: Some(About::Structure(id)),
            stands: if was_there { Stands::Before } else { Stands::Since },
        };
        Ok(match self {
            Self::CreateStructure(create) => {
                let id = create.draft.id.map(StructureId::Custom);
                let exists = id.is_some_and(|id| before.structure(id).is_some());
                Subject::Part { about: id.map(About::Structure), stands: Stands::New { exists } }
            }
            Self::UpdateStructure(update) => {
                listed(tx.schema(), update.id)?;
                structure(update.id, before.structure(update.id).is_some())
            }
            Self::DeleteStructure(delete) => {
                listed(tx.schema(), delete.id)?;
                structure(delete.id, before.structure(delete.id).is_some())
            }
            Self::CreateProperty(create) => {
                listed(tx.schema(), create.structure)?;
                let exists = create.is_taken(before);
                Subject::Part { about: Some(About::Structure(create.structure)), stands: Stands::New { exists } }
            }
            Self::UpdateProperty(update) => {
                property::find(tx.schema(), update.structure, &update.id)?;
                let was_there = property::find(before, update.structure, &update.id).is_ok();
                structure(update.structure, was_there)
            }
            Self::DeleteProperty(delete) => {
                property::find(tx.schema(), delete.structure, &delete.id)?;
                let was_there = property::find(before, delete.structure, &delete.id).is_ok();
                structure(delete.structure, was_there)
            }
            Self::CreateCollection(create) => {
                let exists = create.id.is_some_and(|id| before.collection(id).is_some());
                Subject::Part { about: create.id.map(About::Collection), stands: Stands::New { exists } }
            }
            Self::UpdateCollection(update) => collection::subject(tx, update.id)?,
            Self::DeleteCollection(delete) => collection::subject(tx, delete.id)?,
            Self::UpdateSpace(_) => Subject::Part { about: Some(About::Space(tx.space())), stands: Stands::Before },
        })
    }

    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh) -> Result<Option<Shown>, Error> {
        match self {
            Self::CreateStructure(create) => create.apply(tx, fresh).map(Some),
            Self::UpdateStructure(update) => update.apply(tx).map(Some),
            Self::DeleteStructure(delete) => delete.apply(tx).map(|()| None),
            Self::CreateProperty(create) => create.apply(tx, fresh).map(Some),
            Self::UpdateProperty(update) => update.apply(tx, fresh).map(Some),
            Self::DeleteProperty(delete) => delete.apply(tx).map(Some),
            Self::CreateCollection(create) => create.apply(tx, fresh).map(Some),
            Self::UpdateCollection(update) => update.apply(tx).map(Some),
            Self::DeleteCollection(delete) => delete.apply(tx).map(|()| None),
            Self::UpdateSpace(update) => Ok(Some(update.apply(tx))),
        }
    }
}

/// The structure of this id, if it is one that is listed: the others are no business of clients.
fn listed(schema: &Schema, id: StructureId) -> Result<&Versioned<palimpsest_model::Structure>, Error> {
    let found = schema.structure(id).filter(|structure| structure.value.listed);
    found.ok_or_else(|| Error::not_found("Structure"))
}

/// The refusal of an id that was given before.
fn already_exists(id: &str) -> Error {
    Error::new(Code::AlreadyExists, format!("The id {id} was given before")).with_details(json!({ "id": id }))
}

/// The problems of an entity that allows structures which are not there; `own` is its own, which may be in the making.
fn unknown_targets(schema: &Schema, own: Option<StructureId>, kind: &PropertyKind, at: &Path) -> Vec<Problem> {
    let PropertyKind::Entity { allowed } = kind else { return Vec::new() };
    let is_unknown = |id: &StructureId| Some(*id) != own && schema.structure(*id).is_none();
    let unknown = allowed.iter().enumerate().filter(|(_, id)| is_unknown(id));
    unknown.map(|(index, _)| Problem::new(at.clone().index(index), "Unknown structure")).collect()
}

/// The refusal of one more than there may be.
fn too_many(what: &str, most: usize) -> Error {
    Problem::new(Path::default(), format!("Too many {what}: there may be {most}")).into()
}
