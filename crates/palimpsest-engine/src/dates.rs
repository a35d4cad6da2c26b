//! Objects that stand for days. There is one per day and kind, found by an id computed from the day, so that no index is
//! needed; after one was deleted for good (its id is never given again), the next in the row takes its place.

use palimpsest_model::{
    BuiltIn, DatePayload, Object, ObjectId, Resolution, SpaceId, State, StructureId, Timestamp, Value,
};
use palimpsest_store::{ChangeKind, Tx};
use uuid::Uuid;

use crate::error::Error;

/// Makes or restores the date object of a day; links to dates refer to it.
pub(crate) fn ensure_date(tx: &mut Tx<'_>, day: Timestamp) -> Result<ObjectId, Error> {
    let structure = StructureId::BuiltIn(BuiltIn::UtilDate);
    for incarnation in 0_u64.. {
        let id = id_of_day(tx.space(), structure, day, incarnation);
        match tx.object(id)? {
            Some(found) if found.state == State::Deleted => {}
            Some(found) if found.state == State::Trashed => {
                tx.put((*found.object).clone(), State::Live, ChangeKind::Restored)?;
                return Ok(id);
            }
            Some(_) => return Ok(id),
            None => {
                let title = Value::Title(Some(day.day().to_string()));
                let object = Object {
                    id,
                    structure,
                    collections: Vec::new(),
                    properties: [("title".into(), title)].into(),
                    blocks: [].into(),
                };
                tx.put(object, State::Live, ChangeKind::Created)?;
                return Ok(id);
            }
        }
    }
    Err(Error::not_found("Date"))
}

/// The date that an embedded object stands for, if it is one.
pub(crate) fn date_of(object: &Object) -> Option<DatePayload> {
    if object.structure != StructureId::BuiltIn(BuiltIn::UtilDate) {
        return None;
    }
    let start = Timestamp::parse(object.title())?;
    Some(DatePayload { resolution: Resolution::Day, start: Some(start), end: None })
}

fn id_of_day(space: SpaceId, structure: StructureId, day: Timestamp, incarnation: u64) -> ObjectId {
    ObjectId(Uuid::new_v5(&space.0, format!("{structure}/{}/{incarnation}", day.day()).as_bytes()))
}
