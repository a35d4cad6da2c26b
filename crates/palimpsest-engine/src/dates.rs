//! Objects that stand for days. There is one per day and kind, found by an id computed from the day, so that no index is
//! needed; after one was deleted for good (its id is never given again), the next in the row takes its place.

use std::collections::BTreeMap;

use palimpsest_model::{
    Block, BuiltIn, DatePayload, Object, ObjectId, PropertyId, Resolution, SpaceId, State, StructureId, Timestamp,
    Value,
};
use palimpsest_store::{ChangeKind, Tx};
use uuid::Uuid;

use crate::error::Error;
use crate::world::Fresh;

/// Makes or restores the date object of a day; links to dates refer to it.
pub(crate) fn ensure_date(tx: &mut Tx<'_>, day: Timestamp) -> Result<ObjectId, Error> {
    ensure(tx, StructureId::BuiltIn(BuiltIn::UtilDate), day, |_| [].into())
}

/// Makes or restores the object of a structure that a day has. A new one begins as every object does: one empty text block in
/// the main section.
pub(crate) fn ensure_day(
    tx: &mut Tx<'_>,
    fresh: &mut Fresh,
    structure: StructureId,
    day: Timestamp,
) -> Result<ObjectId, Error> {
    ensure(tx, structure, day, |tx| {
        let found = tx.schema().structure(structure);
        let mut sections = BTreeMap::new();
        for (index, section) in found.iter().flat_map(|structure| structure.value.sections()).enumerate() {
            let first = if index == 0 { vec![Block::empty(fresh.block())] } else { Vec::new() };
            sections.insert(section.clone(), first);
        }
        sections
    })
}

/// The object of a structure that a day has, or the id that it will have.
pub(crate) fn day_id(tx: &mut Tx<'_>, structure: StructureId, day: Timestamp) -> Result<ObjectId, Error> {
    for incarnation in 0_u64.. {
        let id = id_of_day(tx.space(), structure, day, incarnation);
        if tx.object(id)?.is_none_or(|found| found.state != State::Deleted) {
            return Ok(id);
        }
    }
    Err(Error::not_found("Date"))
}

fn ensure(
    tx: &mut Tx<'_>,
    structure: StructureId,
    day: Timestamp,
    begin: impl FnOnce(&Tx<'_>) -> BTreeMap<PropertyId, Vec<Block>>,
) -> Result<ObjectId, Error> {
    let id = day_id(tx, structure, day)?;
    match tx.object(id)? {
        Some(found) if found.state == State::Trashed => {
            tx.put((*found.object).clone(), State::Live, ChangeKind::Restored)?;
        }
        Some(_) => {}
        None => {
            let title = Value::Title(Some(day.day().to_string()));
            let object = Object {
                id,
                structure,
                collections: Vec::new(),
                properties: [("title".into(), title)].into(),
                blocks: begin(tx).into(),
                files: Vec::new(),
            };
            tx.put(object, State::Live, ChangeKind::Created)?;
        }
    }
    Ok(id)
}

/// The date that an embedded object stands for, if it is one.
pub(crate) fn date_of(object: &Object) -> Option<DatePayload> {
    if object.structure != StructureId::BuiltIn(BuiltIn::UtilDate) {
        return None;
    }
    let start = Timestamp::parse(object.title())?;
    Some(DatePayload { resolution: Resolution::Day, start: Some(start), end: None })
}

/// So many notes of one day can have been deleted one after another.
const INCARNATIONS: u64 = 64;

/// Whether an id is one that the object of a day has in a space, or had.
pub(crate) fn is_day_id(space: SpaceId, structure: StructureId, day: Timestamp, id: ObjectId) -> bool {
    (0..INCARNATIONS).any(|incarnation| id_of_day(space, structure, day, incarnation) == id)
}

fn id_of_day(space: SpaceId, structure: StructureId, day: Timestamp, incarnation: u64) -> ObjectId {
    ObjectId(Uuid::new_v5(&space.0, format!("{structure}/{}/{incarnation}", day.day()).as_bytes()))
}
