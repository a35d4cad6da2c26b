//! Earlier versions, rebuilt from the current one backwards.

use std::sync::Arc;

use palimpsest_model::{ObjectId, Revision, SpaceId, Structure, StructureId};

use crate::delta::apply_delta;
use crate::error::StoreError;
use crate::record::{Doc, DocKey, LogEntry, ObjectChange};
use crate::rows::Rows;
use crate::tx::{Found, parse};

/// An object as it stood at a revision; nothing when it was not there yet.
pub(crate) fn object_at(
    rows: &mut dyn Rows,
    space: SpaceId,
    id: ObjectId,
    revision: Revision,
) -> Result<Option<Found>, StoreError> {
    let Some(doc) = doc_at(rows, space, DocKey::Object(id), revision)? else { return Ok(None) };
    let object = Arc::new(parse(&doc.body)?);
    Ok(Some(Found { object, state: doc.state, created: doc.created, revision: doc.revision, at: doc.at }))
}

/// A structure as it stood at a revision; nothing when it was not there yet.
pub(crate) fn structure_at(
    rows: &mut dyn Rows,
    space: SpaceId,
    id: StructureId,
    revision: Revision,
) -> Result<Option<Structure>, StoreError> {
    doc_at(rows, space, DocKey::Structure(id), revision)?.map(|doc| parse(&doc.body)).transpose()
}

/// A document as it stood at a revision; nothing when it was not there yet.
fn doc_at(rows: &mut dyn Rows, space: SpaceId, key: DocKey, revision: Revision) -> Result<Option<Doc>, StoreError> {
    let Some(mut doc) = rows.doc(space, key)? else { return Ok(None) };
    if doc.created > revision {
        return Ok(None);
    }
    let versions = rows.versions(space, key, revision)?;
    for version in &versions {
        let Some((previous, state)) = version.previous else {
            return Err(StoreError::Corrupt(format!("{key:?} has no version at {revision}")));
        };
        let body = apply_delta(&doc.body, &version.delta)
            .map_err(|error| StoreError::Corrupt(format!("{key:?} before {}: {error}", version.revision)))?;
        doc = Doc { revision: previous, state, body: body.into(), ..doc };
    }
    if !versions.is_empty()
        && let Some(entry) = entry(rows, space, doc.revision)?
    {
        doc.at = entry.at;
    }
    Ok(Some(doc))
}

/// The log entry of a revision.
pub(crate) fn entry(rows: &mut dyn Rows, space: SpaceId, revision: Revision) -> Result<Option<LogEntry>, StoreError> {
    let Some(before) = revision.0.checked_sub(1) else { return Ok(None) };
    let entries = rows.entries(space, Revision(before), 1)?;
    Ok(entries.into_iter().find(|entry| entry.revision == revision))
}

/// The commits after a revision that changed an object, oldest first, each with what it did to it.
pub(crate) fn changes_since(
    rows: &mut dyn Rows,
    space: SpaceId,
    id: ObjectId,
    revision: Revision,
) -> Result<Vec<(LogEntry, ObjectChange)>, StoreError> {
    let mut changes = Vec::new();
    for version in rows.versions(space, DocKey::Object(id), revision)?.iter().rev() {
        let found = entry(rows, space, version.revision)?;
        let entry = found.ok_or_else(|| StoreError::Corrupt(format!("the log has no entry {}", version.revision)))?;
        let change = entry.objects.iter().find(|change| change.id == id).cloned();
        let missing = || StoreError::Corrupt(format!("entry {} does not name {id}", entry.revision));
        changes.push((entry.clone(), change.ok_or_else(missing)?));
    }
    Ok(changes)
}
