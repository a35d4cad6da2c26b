//! What a commit changed of the schema: no revert takes that back, so it collides.

use std::sync::Arc;

use palimpsest_model::{
    CollectionId, Revision, Schema, Space, Structure, StructureId, Versioned, parse_uuid, render_space,
    render_structures,
};
use palimpsest_store::{LogEntry, SchemaKind, Tx};
use serde_json::Value as Json;

use crate::error::Error;
use crate::merging::Collision;
use crate::zone::UTC;

/// The parts of the schema that an entry changed and that are not what they were before.
pub(super) fn collisions(tx: &mut Tx<'_>, entry: &LogEntry) -> Result<Vec<Collision>, Error> {
    let (after, before) = (entry.revision, Revision(entry.revision.0.saturating_sub(1)));
    let schema = Arc::clone(tx.schema());
    let mut collisions = Vec::new();
    // What is compared is what they are, not how they are shown: that leaves much out.
    let mut collide = |path: String, differs: bool, [base, theirs, mine]: [Json; 3]| {
        if differs {
            collisions.push(Collision { id: None, path, base, theirs, mine });
        }
    };
    for change in &entry.schema {
        match change.kind {
            SchemaKind::Space => {
                let sides = [tx.space_at(after)?, Some(schema.space.value.clone()), tx.space_at(before)?];
                let shown = sides.each_ref().map(|side| side.as_ref().map(space_json).unwrap_or_default());
                let [_, now, then] = sides.each_ref().map(Option::as_ref);
                let differs = [
                    ("title", now.map(|space| &space.title) != then.map(|space| &space.title)),
                    ("icon", now.and_then(|space| space.icon.as_ref()) != then.and_then(|space| space.icon.as_ref())),
                    (
                        "timezone",
                        now.and_then(|space| space.timezone.as_ref()) != then.and_then(|space| space.timezone.as_ref()),
                    ),
                ];
                for (member, differs) in differs {
                    let values = shown.each_ref().map(|side| side.get(member).cloned().unwrap_or_default());
                    collide(format!("space.{member}"), differs, values);
                }
            }
            SchemaKind::Structure => {
                let Ok(id) = change.id.parse::<StructureId>() else { continue };
                let now = schema.structure(id).cloned();
                let sides = [tx.structure_at(id, after)?, now, tx.structure_at(id, before)?];
                let [_, now, then] = sides.each_ref().map(|side| side.as_ref().map(|structure| &structure.value));
                let differs = now != then;
                let sides = sides.map(|side| side.map(|one| structure_json(&schema, one)).unwrap_or_default());
                collide(format!("schema.{id}"), differs, sides);
            }
            // Its structure tells of it.
            SchemaKind::Property => {}
            SchemaKind::Collection => {
                let Some(id) = parse_uuid(&change.id).map(CollectionId) else { continue };
                let now = schema.collection(id).map(|collection| collection.value.clone());
                let sides = [tx.collection_at(id, after)?, now, tx.collection_at(id, before)?];
                let differs = sides[1] != sides[2];
                let titles = sides.map(|side| side.map(|collection| collection.title.into()).unwrap_or_default());
                collide(format!("collection.{id}"), differs, titles);
            }
        }
    }
    Ok(collisions)
}

/// The space as it is shown, with its time zone.
fn space_json(space: &Space) -> Json {
    let mut shown: Json = serde_json::from_slice(&render_space(space)).unwrap_or_default();
    if let Json::Object(members) = &mut shown {
        members.insert("timezone".to_owned(), space.timezone.as_deref().unwrap_or(UTC).into());
    }
    shown
}

/// A structure as the list of structures shows it, without its collections.
fn structure_json(schema: &Schema, structure: Versioned<Structure>) -> Json {
    let alone = Schema { structures: vec![structure], collections: Vec::new(), space: schema.space.clone() };
    let mut list: Json = serde_json::from_slice(&render_structures(&alone)).unwrap_or_default();
    list.get_mut("structures").and_then(|list| list.get_mut(0)).map(Json::take).unwrap_or_default()
}
