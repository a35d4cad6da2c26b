//! Earlier versions, rebuilt from the current one backwards.

use std::ops::RangeInclusive;
use std::sync::Arc;

use palimpsest_model::{
    Changes, Object, ObjectId, Revision, Schema, SpaceId, State, Structure, StructureId, Versioned, changes,
};
use serde::de::DeserializeOwned;

use crate::delta::apply_delta;
use crate::error::StoreError;
use crate::record::{Doc, DocKey, LogEntry, Made, ObjectChange, Origin, Version};
use crate::rows::Rows;
use crate::schema::{add_doc, empty_schema, parse};
use crate::stored::read_object;
use crate::tx::Found;

/// So many versions are read at a time on the way back.
const AT_ONCE: usize = 64;

/// Refuses a revision below the horizon. Before revision 1 there was nothing, which is known as long as nothing was taken out.
pub(crate) fn check_horizon(rows: &mut dyn Rows, space: SpaceId, revision: Revision) -> Result<(), StoreError> {
    let oldest = horizon(rows, space)?;
    if is_below(revision, oldest) { Err(StoreError::Compacted { oldest }) } else { Ok(()) }
}

/// Refuses to follow the log from a revision when entries after it are gone.
pub(crate) fn check_followed(rows: &mut dyn Rows, space: SpaceId, after: Revision) -> Result<(), StoreError> {
    check_horizon(rows, space, Revision(after.0.saturating_add(1)))
}

fn horizon(rows: &mut dyn Rows, space: SpaceId) -> Result<Revision, StoreError> {
    Ok(rows.space(space)?.map_or(Revision(1), |row| row.oldest))
}

fn is_below(revision: Revision, oldest: Revision) -> bool {
    revision < oldest && oldest > Revision(1)
}

/// A document as it stood at a revision; nothing when it was not there yet.
fn doc_at(rows: &mut dyn Rows, space: SpaceId, key: DocKey, revision: Revision) -> Result<Option<Doc>, StoreError> {
    check_horizon(rows, space, revision)?;
    let Some(mut doc) = rows.doc(space, key)? else { return Ok(None) };
    if doc.created > revision {
        return Ok(None);
    }
    check_erased(&doc, revision)?;
    let current = doc.revision;
    while doc.revision > revision {
        let versions = rows.versions(space, key, revision.next()..=doc.revision, AT_ONCE)?;
        if versions.is_empty() {
            return Err(StoreError::Corrupt(format!("{key:?} has no version {}", doc.revision)));
        }
        for version in &versions {
            doc = one_back(doc, version)?;
        }
    }
    if doc.revision != current
        && let Some(origin) = origin(rows, space, key, doc.revision)?
    {
        doc.at = origin.at;
    }
    Ok(Some(doc))
}

/// Refuses to show what an erased object was at a revision.
pub(crate) fn check_erased(doc: &Doc, revision: Revision) -> Result<(), StoreError> {
    match doc.key {
        DocKey::Object(id) if doc.erased => Err(StoreError::Erased { id, revision }),
        _ => Ok(()),
    }
}

/// When and by whom a version was committed.
fn origin(rows: &mut dyn Rows, space: SpaceId, key: DocKey, revision: Revision) -> Result<Option<Origin>, StoreError> {
    match rows.made(space, key, revision)? {
        Some(origin) => Ok(Some(origin)),
        // Compaction may not have come to it yet, so its entry may lie below the horizon.
        None => {
            let entry = stored_entry(rows, space, revision)?;
            Ok(entry.map(|LogEntry { revision, at, actor, .. }| Origin { revision, at, actor }))
        }
    }
}

/// The version before this one.
fn one_back(doc: Doc, version: &Version) -> Result<Doc, StoreError> {
    let (key, made) = (doc.key, version.revision);
    let (revision, state) = version
        .previous
        .filter(|_| made == doc.revision)
        .ok_or_else(|| StoreError::Corrupt(format!("{key:?} of {} has no way back by {made}", doc.revision)))?;
    let body = apply_delta(&doc.body, &version.delta)
        .map_err(|error| StoreError::Corrupt(format!("{key:?} before {made}: {error}")))?;
    Ok(Doc { revision, state, body: body.into(), ..doc })
}

/// An object as it stood at a revision; nothing when it was not there yet.
pub(crate) fn object_at(
    rows: &mut dyn Rows,
    space: SpaceId,
    id: ObjectId,
    revision: Revision,
) -> Result<Option<Found>, StoreError> {
    let Some(doc) = doc_at(rows, space, DocKey::Object(id), revision)? else { return Ok(None) };
    let object = Arc::new(read_object(&doc.body)?);
    Ok(Some(Found { object, state: doc.state, created: doc.created, revision: doc.revision, at: doc.at }))
}

/// The version of an object that a commit made, when it still stood at the horizon; nothing when that commit made none.
pub(crate) fn version(
    rows: &mut dyn Rows,
    space: SpaceId,
    id: ObjectId,
    revision: Revision,
) -> Result<Option<Found>, StoreError> {
    let oldest = horizon(rows, space)?;
    match object_at(rows, space, id, revision.max(oldest))? {
        Some(found) if found.revision == revision => Ok(Some(found)),
        Some(found) if found.created <= revision && is_below(revision, oldest) => Err(StoreError::Compacted { oldest }),
        _ => Ok(None),
    }
}

/// A structure as it stood at a revision; nothing when it was not there then.
pub(crate) fn structure_at(
    rows: &mut dyn Rows,
    space: SpaceId,
    id: StructureId,
    revision: Revision,
) -> Result<Option<Versioned<Structure>>, StoreError> {
    let doc = doc_at(rows, space, DocKey::Structure(id), revision)?.filter(|doc| doc.state == State::Live);
    doc.map(|doc| Ok(Versioned { revision: doc.revision, value: parse(&doc.body)? })).transpose()
}

/// A part of the schema as it stood at a revision; nothing when it was not there then.
pub(crate) fn schema_doc_at<T: DeserializeOwned>(
    rows: &mut dyn Rows,
    space: SpaceId,
    key: DocKey,
    revision: Revision,
) -> Result<Option<T>, StoreError> {
    let doc = doc_at(rows, space, key, revision)?.filter(|doc| doc.state == State::Live);
    doc.map(|doc| parse(&doc.body)).transpose()
}

/// The whole schema as it stood at a revision, without what was not there then.
pub(crate) fn schema_at(rows: &mut dyn Rows, space: SpaceId, revision: Revision) -> Result<Schema, StoreError> {
    let mut schema = empty_schema(space);
    for doc in rows.schema_docs(space)? {
        if let Some(doc) = doc_at(rows, space, doc.key, revision)? {
            add_doc(&mut schema, &doc)?;
        }
    }
    Ok(schema)
}

/// The last revision, up to this one, that changed a part of the schema, also one that is gone.
pub(crate) fn schema_changed(rows: &mut dyn Rows, space: SpaceId, until: Revision) -> Result<Revision, StoreError> {
    let mut last = Revision::default();
    for doc in rows.schema_docs(space)? {
        last = last.max(doc_at(rows, space, doc.key, until)?.map_or(last, |doc| doc.revision));
    }
    Ok(last)
}

/// The paths of what differs between two versions of an object, its being in the trash included, sorted.
#[must_use]
pub fn changed_between(before: (&Object, State), after: (&Object, State)) -> Vec<String> {
    changes_between(before, after).paths
}

/// What became of an object between two versions, its being in the trash included.
pub(crate) fn changes_between(before: (&Object, State), after: (&Object, State)) -> Changes {
    let mut changes = changes(before.0, after.0);
    if matches!((before.1, after.1), (State::Live, State::Trashed) | (State::Trashed, State::Live)) {
        changes.paths.push("trashed".to_owned());
    }
    changes
}

/// What the commits of a range did to an object, newest first, at most `limit`.
pub(crate) fn history(
    rows: &mut dyn Rows,
    space: SpaceId,
    id: ObjectId,
    made: RangeInclusive<Revision>,
    limit: usize,
) -> Result<Vec<Made>, StoreError> {
    check_horizon(rows, space, *made.start())?;
    let mut history = Vec::new();
    for step in rows.steps(space, DocKey::Object(id), made, limit)? {
        let (LogEntry { revision, at, actor, .. }, change) = change_of(rows, space, id, step.revision)?;
        history.push(Made { revision, at, actor, change });
    }
    Ok(history)
}

/// When and by whom an object was put into the trash, which `found` is in.
pub(crate) fn trashed_by(rows: &mut dyn Rows, space: SpaceId, found: &Found) -> Result<Origin, StoreError> {
    let key = DocKey::Object(found.object.id);
    let mut revision = found.revision;
    loop {
        let step = rows.steps(space, key, revision..=revision, 1)?;
        match step.first().and_then(|step| step.previous) {
            Some((before, State::Trashed)) => revision = before,
            _ => break,
        }
    }
    let origin = origin(rows, space, key, revision)?;
    origin.ok_or_else(|| StoreError::Corrupt(format!("the log has no entry {revision}")))
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
    let steps = rows.steps(space, DocKey::Object(id), revision.next()..=Revision(u64::MAX), usize::MAX)?;
    steps.iter().rev().map(|step| change_of(rows, space, id, step.revision)).collect()
}

/// The log entry of a revision, and what it says of an object.
fn change_of(
    rows: &mut dyn Rows,
    space: SpaceId,
    id: ObjectId,
    revision: Revision,
) -> Result<(LogEntry, ObjectChange), StoreError> {
    let found = stored_entry(rows, space, revision)?;
    let entry = found.ok_or_else(|| StoreError::Corrupt(format!("the log has no entry {revision}")))?;
    let change = entry.objects.iter().find(|change| change.id == id).cloned();
    let change = change.ok_or_else(|| StoreError::Corrupt(format!("entry {revision} does not name {id}")))?;
    Ok((entry, change))
}
