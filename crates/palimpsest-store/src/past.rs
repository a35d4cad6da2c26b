//! Earlier versions, rebuilt from the current one backwards.

use std::sync::Arc;

use palimpsest_model::{ObjectId, Revision, SpaceId};

use crate::delta::apply_delta;
use crate::error::StoreError;
use crate::record::{Doc, DocKey, LogEntry, ObjectChange};
use crate::rows::Rows;
use crate::tx::{Found, parse};

/// Refuses a revision below the horizon. Before revision 1 there was nothing, which is known as long as nothing was taken out.
pub(crate) fn check_horizon(rows: &mut dyn Rows, space: SpaceId, revision: Revision) -> Result<(), StoreError> {
    let oldest = rows.space(space)?.map_or(Revision(1), |row| row.oldest);
    if revision < oldest && oldest > Revision(1) { Err(StoreError::Compacted { oldest }) } else { Ok(()) }
}

/// Refuses to follow the log from a revision when entries after it are gone.
pub(crate) fn check_followed(rows: &mut dyn Rows, space: SpaceId, after: Revision) -> Result<(), StoreError> {
    check_horizon(rows, space, Revision(after.0.saturating_add(1)))
}

/// An object as it stood at a revision; nothing when it was not there yet.
pub(crate) fn object_at(
    rows: &mut dyn Rows,
    space: SpaceId,
    id: ObjectId,
    revision: Revision,
) -> Result<Option<Found>, StoreError> {
    check_horizon(rows, space, revision)?;
    let key = DocKey::Object(id);
    let Some(mut doc) = rows.doc(space, key)? else { return Ok(None) };
    if doc.created > revision {
        return Ok(None);
    }
    if doc.erased {
        return Err(StoreError::Erased { id, revision });
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
    if !versions.is_empty() {
        doc.at = match rows.made_at(space, key, doc.revision)? {
            Some(at) => at,
            // Compaction may not have come to it yet, so its entry may lie below the horizon.
            None => stored_entry(rows, space, doc.revision)?.map_or(doc.at, |entry| entry.at),
        };
    }
    let object = Arc::new(parse(&doc.body)?);
    Ok(Some(Found { object, state: doc.state, created: doc.created, revision: doc.revision, at: doc.at }))
}

/// The log entry of a revision.
pub(crate) fn entry(rows: &mut dyn Rows, space: SpaceId, revision: Revision) -> Result<Option<LogEntry>, StoreError> {
    check_horizon(rows, space, revision)?;
    stored_entry(rows, space, revision)
}

fn stored_entry(rows: &mut dyn Rows, space: SpaceId, revision: Revision) -> Result<Option<LogEntry>, StoreError> {
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
    check_followed(rows, space, revision)?;
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
