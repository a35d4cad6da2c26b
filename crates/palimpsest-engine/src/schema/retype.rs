//! A property gets another type: every value that it has anywhere, in the trash too, converts, or nothing changes.

use palimpsest_model::{
    ObjectId, PropertyId, PropertyKind, Revision, StructureId, Value, WhyNot, convert, make_options, options_of,
};
use palimpsest_store::{ChangeKind, List, Tx};

use super::property::UpdateProperty;
use super::usage::refusal;
use crate::error::Error;
use crate::merging::structure_in;
use crate::world::Fresh;

/// A value that an object has of the property.
struct Held {
    /// The revision that made the object, and its id: the order of lists.
    place: (Revision, ObjectId),
    value: Value,
}

impl UpdateProperty {
    /// Converts all values into ones of another type, which the request tells in part; answers all of what it becomes.
    pub(super) fn retype(
        &self,
        tx: &mut Tx<'_>,
        from: &PropertyKind,
        to: &PropertyKind,
        fresh: &mut Fresh,
    ) -> Result<PropertyKind, Error> {
        let held = held(tx, self.structure, &self.id)?;
        let kind = match to {
            PropertyKind::Label { .. } => {
                let options = match &self.options {
                    Some(drafts) => make_options(drafts, &mut || fresh.uuid()),
                    None => options_of(held.iter().map(|held| &held.value), from, &mut || fresh.uuid()),
                };
                PropertyKind::Label { multiple: self.multiple.unwrap_or(false), options }
            }
            PropertyKind::Entity { .. } => PropertyKind::Entity { allowed: self.allowed.clone().unwrap_or_default() },
            other => other.clone(),
        };
        convert_all(tx, &self.id, held, from, &kind)?;
        Ok(kind)
    }

    /// Lets values of a label have several options, or no more than one, which none may have now.
    pub(super) fn let_choose(&self, tx: &mut Tx<'_>, kind: &mut PropertyKind) -> Result<(), Error> {
        let from = kind.clone();
        let (PropertyKind::Label { multiple, .. }, Some(sent)) = (&mut *kind, self.multiple) else { return Ok(()) };
        let admits_more = sent || !*multiple;
        *multiple = sent;
        if admits_more {
            return Ok(());
        }
        let held = held(tx, self.structure, &self.id)?;
        convert_all(tx, &self.id, held, &from, kind)
    }
}

/// The values of a property, in the order in which their objects were made.
fn held(tx: &mut Tx<'_>, structure: StructureId, id: &PropertyId) -> Result<Vec<Held>, Error> {
    let mut all = Vec::new();
    tx.look_through(List::Structure(structure), |found| {
        if found.object.structure == structure
            && let Some(value) = found.object.properties.get(id)
        {
            all.push(Held { place: (found.created, found.object.id), value: value.clone() });
        }
    })?;
    all.sort_by_key(|held| held.place);
    Ok(all)
}

/// Converts values of a property where they are, or none of them.
fn convert_all(
    tx: &mut Tx<'_>,
    id: &PropertyId,
    held: Vec<Held>,
    from: &PropertyKind,
    to: &PropertyKind,
) -> Result<(), Error> {
    let mut converted = Vec::new();
    let mut refused = Vec::new();
    for Held { place: (_, object), value } in held {
        match convert(&value, from, to, &mut structure_in(tx)) {
            Ok(new) if new == value => {}
            Ok(new) => converted.push((object, new)),
            Err(why) => refused.push((object, why)),
        }
    }
    if let Some((first, why)) = refused.first() {
        let message = unconvertible(refused.len(), *first, *why, to);
        let objects: Vec<_> = refused.iter().map(|(object, _)| *object).collect();
        return Err(refusal(&objects, message));
    }
    for (object, value) in converted {
        let found = tx.object(object)?.ok_or_else(|| Error::not_found("Object"))?;
        let mut object = (*found.object).clone();
        object.properties.insert(id.clone(), value);
        tx.put(object, found.state, ChangeKind::Updated)?;
    }
    Ok(())
}

fn unconvertible(count: usize, first: ObjectId, why: WhyNot, to: &PropertyKind) -> String {
    let kind = to.name().unwrap_or("blocks");
    let objects = if count == 1 {
        "1 object has a value that does".to_owned()
    } else {
        format!("{count} objects have values that do")
    };
    format!("{objects} not convert to {kind} without loss: of {first}, {why}")
}
