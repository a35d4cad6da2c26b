//! A write to an older version, merged with what came since (`Prefer: merge`, and reverts).

use palimpsest_model::{
    MAX_ALIASES, Object, ObjectId, PropertyId, Schema, State, Structure, StructureId, Value, Values, fits, merge,
    misfits,
};
use palimpsest_store::{ChangeKind, Found, Tx};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::error::{Code, Error};
use crate::objects::check_limits;
use crate::operation::{Ignored, Operation};
use crate::shown::Shown;
use crate::world::Fresh;

/// Applies an operation to an older version of its object and merges what comes of it with what is there now. Answers the
/// object to show, as the operation does.
pub(crate) fn apply_merging(
    tx: &mut Tx<'_>,
    operation: &Operation,
    base: Found,
    fresh: &mut Fresh,
    ignored: &mut Ignored,
) -> Result<Option<Shown>, Error> {
    let id = base.object.id;
    let theirs = tx.object(id)?.ok_or_else(|| Error::not_found("Object"))?;
    // Whether the object can be seen was decided on what is there now.
    let base = Found { state: theirs.state, ..base };
    tx.stage(base.clone())?;
    let applied = operation.apply(tx, fresh, ignored);
    let put = tx.unstage(id);
    let shows = applied?.is_some();
    let Some((mine, state, kind)) = put else { return Ok(shows.then_some(Shown::Object(theirs))) };
    let schema = std::sync::Arc::clone(tx.schema());
    let object = match schema.structure(theirs.object.structure) {
        Some(structure) => {
            let structure = &structure.value;
            let Combined { object, conflicts } =
                combine(&base.object, &theirs, &mine, structure, &schema, &mut structure_in(tx));
            refuse(conflicts)?;
            object
        }
        // Without its structure nothing of it changes but where it is.
        None if mine == base.object => (*theirs.object).clone(),
        None => return Err(refuse_homeless(&theirs.object)),
    };
    let kind = if kind == ChangeKind::Updated { ChangeKind::Merged } else { kind };
    tx.put(object, state, kind)?;
    if !shows {
        return Ok(None);
    }
    // One that goes into the trash is shown as it was.
    let shown = if state == State::Live { tx.object(id)? } else { Some(theirs) };
    Ok(shown.map(Shown::Object))
}

/// What two versions of an object make together, and where they cannot.
pub(crate) struct Combined {
    /// The object; wherever the sides collide it is as theirs.
    pub(crate) object: Object,
    /// Where they collide.
    pub(crate) conflicts: Vec<Collision>,
}

/// A place where two sides collide, with what each has there.
#[derive(Serialize, Debug)]
pub(crate) struct Collision {
    /// Of which object, where the request does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<ObjectId>,
    pub(crate) path: String,
    pub(crate) base: Json,
    pub(crate) theirs: Json,
    pub(crate) mine: Json,
}

/// Merges two versions of an object that come from one. What does not fit the structure and the collections there are, or goes
/// beyond a limit, collides too. `structure_of` tells what an object that is referred to is.
pub(crate) fn combine(
    base: &Object,
    theirs: &Found,
    mine: &Object,
    structure: &Structure,
    schema: &Schema,
    structure_of: &mut dyn FnMut(ObjectId) -> Option<StructureId>,
) -> Combined {
    let (is_gone, theirs) = (theirs.state == State::Deleted, &*theirs.object);
    let merged = merge(base, theirs, mine, structure);
    let mut object = merged.object;
    let mut paths: Vec<String> = merged.conflicts.into_iter().map(|conflict| conflict.path).collect();
    for id in unfit(&object, theirs, structure, structure_of) {
        paths.push(format!("properties.{id}"));
        match theirs.properties.get(&id) {
            Some(value) => _ = object.properties.insert(id, value.clone()),
            None => _ = object.properties.remove(&id),
        }
    }
    let changed = object.blocks.iter().filter(|(id, list)| theirs.blocks.get(*id) != Some(list));
    let unknown = changed.map(|(id, _)| id).filter(|id| !structure.sections().any(|known| known == *id));
    let mut unplaced: Vec<String> = unknown.map(|section| format!("blocks.{section}")).collect();
    if check_limits(&object).is_err() {
        unplaced.push("blocks".to_owned());
    }
    if !unplaced.is_empty() {
        paths.append(&mut unplaced);
        object.blocks.clone_from(&theirs.blocks);
    }
    if is_gone {
        // Nobody kept it in shape while it was deleted.
        for id in misfits(&object, structure, structure_of) {
            let part = if object.properties.remove(&id).is_some() { "properties" } else { "blocks" };
            object.blocks.remove(&id);
            paths.push(format!("{part}.{id}"));
        }
    }
    let collections = object.collections.len();
    object.collections.retain(|id| schema.collection(*id).is_some());
    if object.collections.len() < collections {
        paths.push("collections".to_owned());
    }
    paths.sort();
    paths.dedup();
    let values = [base, theirs, mine].map(|object| Values::of(object, Some(structure)));
    let collision = |path: String| {
        let [base, theirs, mine] = values.each_ref().map(|values| values.at(&path).unwrap_or_default());
        Collision { id: None, path, base, theirs, mine }
    };
    let conflicts = paths.into_iter().map(collision).collect();
    drop(values);
    Combined { object, conflicts }
}

/// The collision of an object whose structure is gone.
pub(crate) fn homeless(object: &Object) -> Collision {
    let path = format!("schema.{}", object.structure);
    Collision { id: None, path, base: Json::Null, theirs: Json::Null, mine: Json::Null }
}

/// The refusal to bring an object back whose structure is gone.
pub(crate) fn refuse_homeless(object: &Object) -> Error {
    let message =
        "The structure of this object was deleted, so it stays where it is; what it was can be read at its revisions";
    Collision::refuse(vec![homeless(object)], message)
}

impl Collision {
    /// The refusal of what collides, in these words.
    pub(crate) fn refuse(conflicts: Vec<Self>, message: impl Into<String>) -> Error {
        Error::new(Code::Conflict, message).with_details(json!({ "conflicts": conflicts }))
    }
}

/// What the objects are that others refer to, in whatever state. A failure to look is remembered by the transaction, which then
/// has failed.
pub(crate) fn structure_in(tx: &mut Tx<'_>) -> impl FnMut(ObjectId) -> Option<StructureId> {
    move |id| Some(tx.glance(id).ok()??.object.structure)
}

/// The properties that are not as theirs and that the structure would not take.
fn unfit(
    object: &Object,
    theirs: &Object,
    structure: &Structure,
    structure_of: &mut dyn FnMut(ObjectId) -> Option<StructureId>,
) -> Vec<PropertyId> {
    let mut takes = |id: &PropertyId, value: &Value| match value {
        Value::Aliases(aliases) if aliases.len() > MAX_ALIASES => false,
        value => fits(structure, id, value, structure_of),
    };
    let changed = object.properties.iter().filter(|(id, value)| theirs.properties.get(*id) != Some(value));
    changed.filter(|(id, value)| !takes(id, value)).map(|(id, _)| id.clone()).collect()
}

/// Refuses when anything collides.
pub(crate) fn refuse(conflicts: Vec<Collision>) -> Result<(), Error> {
    if conflicts.is_empty() { Ok(()) } else { Err(refused(conflicts)) }
}

/// The refusal of what collides, of which there is something.
pub(crate) fn refused(conflicts: Vec<Collision>) -> Error {
    let first = conflicts.first().map_or("", |conflict| &conflict.path);
    let message = match conflicts.len() {
        1 => format!("Both sides changed {first} differently"),
        count => format!("Both sides changed {count} things differently, {first} among them"),
    };
    Collision::refuse(conflicts, message)
}
