//! POST, PATCH and DELETE /space/structures.

use palimpsest_model::{MAX_STRUCTURES, Path, Problem, Problems, PropertyKind, Schema, StructureDraft, StructureId};
use palimpsest_store::{List, Tx};
use serde_json::json;

use super::usage::{Holds, Usage};
use super::{already_exists, listed, too_many, unknown_targets};
use crate::error::Error;
use crate::merging::Collision;
use crate::shown::{About, Shown};
use crate::world::Fresh;

/// Makes a structure.
#[derive(Clone, Debug)]
pub struct CreateStructure {
    /// What it shall be.
    pub draft: StructureDraft,
}

impl CreateStructure {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh) -> Result<Shown, Error> {
        let schema = tx.schema();
        if schema.structures.len() >= MAX_STRUCTURES {
            return Err(too_many("structures", MAX_STRUCTURES));
        }
        let own = self.draft.id.map(StructureId::Custom);
        let mut problems = Problems::default();
        for (index, property) in self.draft.properties.iter().enumerate() {
            let at = Path::keys(&["propertyDefinitions"]).index(index).key("allowedStructures");
            problems.extend(unknown_targets(schema, own, &property.kind, &at));
        }
        problems.check(())?;
        let structure = self.draft.make(&mut || fresh.uuid());
        let id = structure.id;
        if tx.is_structure_id_given(id)? {
            return Err(already_exists(&id.to_string()));
        }
        tx.put_structure(structure);
        Ok(Shown::Part(About::Structure(id)))
    }
}

/// Gives a structure other names. What is left out stays.
#[derive(Clone, Debug)]
pub struct UpdateStructure {
    /// Which.
    pub id: StructureId,
    /// What one object of it is called.
    pub title: Option<String>,
    /// What several are called.
    pub plural_name: Option<String>,
    /// The name of a colour.
    pub label_color: Option<String>,
}

impl UpdateStructure {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>) -> Result<Shown, Error> {
        let mut structure = listed(tx.schema(), self.id)?.value.clone();
        let Self { id, title, plural_name, label_color } = self.clone();
        structure.title = title.unwrap_or(structure.title);
        structure.plural_name = plural_name.unwrap_or(structure.plural_name);
        structure.label_color = label_color.unwrap_or(structure.label_color);
        tx.put_structure(structure);
        Ok(Shown::Part(About::Structure(id)))
    }
}

/// Removes a structure with its collections. Its versions stay, so that the past can be read, and objects of it that are in the
/// trash stay there.
#[derive(Clone, Copy, Debug)]
pub struct DeleteStructure {
    /// Which.
    pub id: StructureId,
    /// Whether its objects go into the trash; else there may be none, not even there.
    pub trash_objects: bool,
}

impl DeleteStructure {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let Self { id, trash_objects } = *self;
        if let StructureId::BuiltIn(_) = id {
            return Err(
                Problem::new(Path::keys(&["id"]), "Every space has this structure: it cannot be deleted").into()
            );
        }
        check_unreferred(tx.schema(), id)?;
        let of_it = |object: &palimpsest_model::Object| if object.structure == id { Holds::Used } else { Holds::Not };
        let usage = Usage::find(tx, List::Structure(id), of_it)?;
        if !trash_objects {
            usage.refuse("this structure", "delete them for good, or send objects=trash")?;
        }
        usage.trash(tx)?;
        tx.remove_collections_of(id);
        tx.remove_structure(id);
        Ok(())
    }
}

/// Refuses to take a structure away that properties of others name.
fn check_unreferred(schema: &Schema, id: StructureId) -> Result<(), Error> {
    let mut conflicts = Vec::new();
    for structure in schema.structures.iter().map(|structure| &structure.value).filter(|other| other.id != id) {
        for property in &structure.properties {
            let PropertyKind::Entity { allowed } = &property.kind else { continue };
            if allowed.contains(&id) {
                let path = format!("schema.{}.{}", structure.id, property.id);
                let theirs = json!({ "allowedStructures": allowed });
                let rest: Vec<_> = allowed.iter().filter(|other| **other != id).collect();
                let mine = json!({ "allowedStructures": rest });
                conflicts.push(Collision { id: None, path, base: theirs.clone(), theirs, mine });
            }
        }
    }
    let Some(first) = conflicts.first() else { return Ok(()) };
    let message = match conflicts.len() {
        1 => format!("{} allows objects of this structure", first.path),
        count => format!("{count} properties allow objects of this structure, {} among them", first.path),
    };
    Err(Collision::refuse(conflicts, message))
}
