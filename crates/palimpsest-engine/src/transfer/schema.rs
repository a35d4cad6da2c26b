//! Checks of a schema that comes from elsewhere, and what of it goes into a space.

use std::collections::BTreeSet;

use palimpsest_model::{
    Creation, HUES, Icon, Node, Path, Problem, Problems, PropertyKind, Reading, Schema, Structure, StructureId,
    builtin_structures, parse_uuid,
};
use palimpsest_store::{StoreError, Tx};

use super::Blueprint;
use crate::zone::ZoneName;

/// What is wrong with a blueprint.
pub(super) fn check(blueprint: &Blueprint) -> Problems {
    let mut problems = Problems::default();
    let mut problem = |path: Path, message: String| problems.push(Problem::new(path, message));
    let space = &blueprint.space;
    let at = |key: &str| Path::keys(&["space", key]);
    if parse_uuid(&space.id.to_string()).is_none() {
        problem(at("id"), "Invalid UUID".to_owned());
    }
    if space.title.trim().is_empty() {
        problem(at("title"), "The title is empty".to_owned());
    }
    if let Some(zone) = &space.timezone
        && ZoneName::read(zone).is_none()
    {
        problem(at("timezone"), format!("Unknown time zone \"{zone}\""));
    }
    if let Some(icon) = &space.icon
        && let Err(message) = check_icon(icon)
    {
        problem(at("icon"), message);
    }
    let mut seen = BTreeSet::new();
    for (index, structure) in blueprint.structures.iter().enumerate() {
        let path = Path::keys(&["structures"]).index(index);
        if !seen.insert(structure.id) {
            problem(path.clone().key("id"), format!("There is already a structure {}", structure.id));
        }
        check_structure(structure, &path, &mut problem);
        for (at, definition) in structure.properties.iter().enumerate() {
            let PropertyKind::Entity { allowed } = &definition.kind else { continue };
            let known = |id: &StructureId| {
                blueprint.structures.iter().any(|other| other.id == *id)
                    || builtin_structures().iter().any(|other| other.id == *id)
            };
            for id in allowed.iter().filter(|id| !known(id)) {
                let path = path.clone().key("properties").index(at).key("kind");
                problem(path, format!("Unknown structure {id}"));
            }
        }
    }
    let mut collections = BTreeSet::new();
    for (index, collection) in blueprint.collections.iter().enumerate() {
        let path = Path::keys(&["collections"]).index(index);
        if parse_uuid(&collection.id.to_string()).is_none() {
            problem(path.clone().key("id"), "Invalid UUID".to_owned());
        }
        if !collections.insert(collection.id) {
            problem(path.clone().key("id"), format!("There is already a collection {}", collection.id));
        }
        if collection.title.trim().is_empty() {
            problem(path.clone().key("title"), "The title is empty".to_owned());
        }
        if !seen.contains(&collection.structure) {
            problem(path.key("structure"), format!("Unknown structure {}", collection.structure));
        }
    }
    problems
}

fn check_icon(icon: &Icon) -> Result<(), String> {
    let json = serde_json::to_value(icon).unwrap_or_default();
    let mut reading = Reading::default();
    let read = Icon::read(&Node::root(&json), &mut reading);
    reading.finish(read).map(|_| ()).map_err(|problems| problems.to_string())
}

fn check_structure(structure: &Structure, path: &Path, problem: &mut impl FnMut(Path, String)) {
    for (key, text) in [("title", &structure.title), ("pluralName", &structure.plural_name)] {
        if text.trim().is_empty() {
            problem(path.clone().key(key), "Too small: expected string to have >=1 characters".to_owned());
        }
    }
    if !HUES.contains(&structure.label_color.as_str()) {
        problem(path.clone().key("labelColor"), format!("Unknown colour \"{}\"", structure.label_color));
    }
    let mut ids = BTreeSet::new();
    for (index, definition) in structure.properties.iter().enumerate() {
        let path = path.clone().key("properties").index(index);
        if definition.id.0.is_empty() || !ids.insert(&definition.id) {
            problem(path.clone().key("id"), format!("There is already a property \"{}\"", definition.id));
        }
        if definition.kind == PropertyKind::Title && definition.id.0 != "title" {
            problem(path.clone().key("id"), "The title of an object has the id \"title\"".to_owned());
        }
        let mut options = BTreeSet::new();
        for (index, option) in definition.options().iter().enumerate() {
            let path = path.clone().key("kind").key("options").index(index);
            if option.id.0.is_empty() || !options.insert(&option.id) {
                problem(path.clone().key("id"), format!("There is already an option \"{}\"", option.id));
            }
            if option.color.as_ref().is_some_and(|color| !HUES.contains(&color.as_str())) {
                problem(path.key("color"), "Unknown colour".to_owned());
            }
        }
    }
    match builtin_structures().into_iter().find(|known| known.id == structure.id) {
        Some(known) => check_builtin(structure, &known, path, problem),
        None if !matches!(structure.id, StructureId::Custom(_)) => {
            problem(path.clone().key("id"), format!("A space has no structure {}", structure.id));
        }
        None if structure.creation != Creation::Direct || !structure.listed => {
            problem(path.clone(), "A custom structure is listed, and its objects are made directly".to_owned());
        }
        None if !structure.properties.iter().any(|property| property.kind == PropertyKind::Title) => {
            problem(path.clone().key("properties"), "There is no title".to_owned());
        }
        None => {}
    }
}

/// What the server knows of a built-in structure by name must be there.
fn check_builtin(structure: &Structure, known: &Structure, path: &Path, problem: &mut impl FnMut(Path, String)) {
    if structure.creation != known.creation || structure.listed != known.listed {
        problem(path.clone(), format!("The structure {} comes to be in another way", known.id));
    }
    for property in &known.properties {
        let same = structure.property(&property.id).is_some_and(|found| {
            std::mem::discriminant(&found.kind) == std::mem::discriminant(&property.kind)
                && found.read_only == property.read_only
        });
        if !same {
            let message = format!("The structure {} has a property \"{}\" of another kind", known.id, property.id);
            problem(path.clone().key("properties"), message);
        }
    }
}

/// Puts what a space has not; the structures and collections that are there already stay as they are, and those that were
/// deleted stay so: an id is never given again. Answers the names of those that differ from what is there, or are gone.
pub(super) fn put(tx: &mut Tx<'_>, blueprint: &Blueprint, begins: bool) -> Result<Vec<String>, StoreError> {
    let mut differ = Vec::new();
    if begins {
        tx.put_space(blueprint.space.clone());
    }
    let mut gone = BTreeSet::new();
    for structure in &blueprint.structures {
        if present(tx.schema(), structure).is_none() && tx.is_structure_id_given(structure.id)? {
            gone.insert(structure.id);
        }
    }
    for structure in &blueprint.structures {
        match present(tx.schema(), structure) {
            None if gone.contains(&structure.id) => {
                differ.push(format!("structure \"{}\" ({}, deleted here)", structure.title, structure.id));
            }
            None => {
                let put = without(structure, &gone);
                if put != *structure {
                    differ.push(format!("structure \"{}\" ({}, refers to one deleted here)", put.title, put.id));
                }
                tx.put_structure(put);
            }
            Some(same) if !same => differ.push(format!("structure \"{}\" ({})", structure.title, structure.id)),
            Some(_) => {}
        }
    }
    for structure in builtin_structures() {
        if present(tx.schema(), &structure).is_none() && !tx.is_structure_id_given(structure.id)? {
            tx.put_structure(structure);
        }
    }
    for collection in &blueprint.collections {
        match tx.schema().collection(collection.id).map(|found| found.value == *collection) {
            None if tx.is_collection_id_given(collection.id)?
                || tx.schema().structure(collection.structure).is_none() =>
            {
                differ.push(format!("collection \"{}\" ({}, deleted here)", collection.title, collection.id));
            }
            None => tx.put_collection(collection.clone()),
            Some(false) => differ.push(format!("collection \"{}\" ({})", collection.title, collection.id)),
            Some(true) => {}
        }
    }
    Ok(differ)
}

/// A structure whose properties name none of those that are gone.
fn without(structure: &Structure, gone: &BTreeSet<StructureId>) -> Structure {
    let mut structure = structure.clone();
    for property in &mut structure.properties {
        if let PropertyKind::Entity { allowed } = &mut property.kind {
            allowed.retain(|id| !gone.contains(id));
        }
    }
    structure
}

/// Whether a structure is there, and the same.
fn present(schema: &Schema, structure: &Structure) -> Option<bool> {
    schema.structure(structure.id).map(|found| found.value == *structure)
}
