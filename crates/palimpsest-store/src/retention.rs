//! What is taken out of a log: what lies below the horizon, and objects that the operator erases.
//!
//! Compaction walks the oldest entries that are left up to the horizon. For each it makes the versions of that commit the first
//! ones of their documents, then removes the entry; so after every entry all later states are whole. The entry of the horizon
//! itself stays, for those who follow the log from the revision before.

use std::collections::BTreeMap;
use std::sync::Arc;

use palimpsest_model::{CollectionId, Object, ObjectId, Revision, Sections, SpaceId, State, StructureId};

use crate::delta::make_delta;
use crate::error::StoreError;
use crate::record::{ChangeKind, DocKey, LogEntry, ObjectChange, SchemaChange, SchemaKind};
use crate::rows::RegistryRows;
use crate::stored::read_object;

/// What one step of a compaction came to.
pub(crate) struct Step {
    /// Whether it wrote anything.
    pub(crate) changed: bool,
    /// Whether nothing is left below the horizon.
    pub(crate) finished: bool,
}

/// Moves the horizon and takes out about `limit` rows below it.
pub(crate) fn compact(
    rows: &mut dyn RegistryRows,
    space: SpaceId,
    horizon: Revision,
    limit: usize,
) -> Result<Step, StoreError> {
    let row = rows.space(space)?.ok_or(StoreError::NoSuchSpace)?;
    let oldest = row.oldest.max(horizon.min(row.revision));
    let moves = oldest > row.oldest;
    if moves {
        rows.set_oldest(space, oldest)?;
    }
    let (mut written, mut changed) = (0, moves);
    for entry in rows.entries(space, Revision::default(), limit.max(1).saturating_add(1))? {
        if entry.revision > oldest || (entry.revision == oldest && !changed) {
            break;
        }
        // The last entry goes with the one before it: what is left then shows that nothing is left to do.
        if written >= limit && entry.revision < oldest {
            return Ok(Step { changed, finished: false });
        }
        written += forget(rows, space, &entry)?;
        if entry.revision < oldest {
            rows.remove_entry(space, entry.revision)?;
            changed = true;
        }
    }
    let next = rows.entries(space, Revision::default(), 1)?;
    Ok(Step { changed, finished: next.first().is_none_or(|entry| entry.revision >= oldest) })
}

/// Makes what a commit left the first versions; about how many rows that took.
fn forget(rows: &mut dyn RegistryRows, space: SpaceId, entry: &LogEntry) -> Result<usize, StoreError> {
    for change in &entry.schema {
        if let Some(key) = key_of(change)? {
            rows.forget_before(space, key, entry)?;
        }
    }
    for change in &entry.objects {
        let key = DocKey::Object(change.id);
        rows.forget_before(space, key, entry)?;
        // What one commit made and deleted counts as made.
        if matches!(change.kind, ChangeKind::Deleted | ChangeKind::Created) {
            empty_deleted(rows, space, change, entry.revision)?;
        }
    }
    Ok(1 + 2 * (entry.schema.len() + entry.objects.len()))
}

/// Takes the content of an object that this commit deleted and none brought back.
fn empty_deleted(
    rows: &mut dyn RegistryRows,
    space: SpaceId,
    change: &ObjectChange,
    revision: Revision,
) -> Result<(), StoreError> {
    let key = DocKey::Object(change.id);
    match rows.doc(space, key)? {
        Some(doc) if doc.revision == revision && doc.state == State::Deleted => {
            rows.forget_files(space, change.id)?;
            rows.replace_body(space, key, &without_content(change.id, change.structure))
        }
        _ => Ok(()),
    }
}

/// Takes the content of a deleted object out of everything; `false` when it is not deleted.
pub(crate) fn erase(rows: &mut dyn RegistryRows, space: SpaceId, id: ObjectId) -> Result<bool, StoreError> {
    let key = DocKey::Object(id);
    let Some(doc) = rows.doc(space, key)?.filter(|doc| doc.state == State::Deleted) else { return Ok(false) };
    let structure = read_object(&doc.body)?.structure;
    for step in rows.steps(space, key, Revision::default()..=doc.revision, usize::MAX)? {
        hide_paths(rows, space, id, step.revision)?;
    }
    let body = without_content(id, structure);
    rows.replace_body(space, key, &body)?;
    rows.forget_files(space, id)?;
    rows.erase(space, id, &make_delta(&body, &body))?;
    Ok(true)
}

/// Removes what an entry says of the inside of an object.
fn hide_paths(rows: &mut dyn RegistryRows, space: SpaceId, id: ObjectId, revision: Revision) -> Result<(), StoreError> {
    let found = rows.entries(space, Revision(revision.0.saturating_sub(1)), 1)?;
    let Some(mut entry) = found.into_iter().find(|entry| entry.revision == revision) else { return Ok(()) };
    for change in entry.objects.iter_mut().filter(|change| change.id == id) {
        change.paths.clear();
    }
    rows.replace_changes(space, &entry)
}

/// The body of an object of which nothing is left but that it was.
fn without_content(id: ObjectId, structure: StructureId) -> Arc<[u8]> {
    let none = Object {
        id,
        structure,
        collections: Vec::new(),
        properties: BTreeMap::new(),
        blocks: Sections::default(),
        files: Vec::new(),
    };
    none.to_stored()
}

/// The document that a change of the schema is about; nothing for a property, which is a part of its structure's.
pub(crate) fn key_of(change: &SchemaChange) -> Result<Option<DocKey>, StoreError> {
    let key = match change.kind {
        SchemaKind::Property => return Ok(None),
        SchemaKind::Space => Some(DocKey::Space),
        SchemaKind::Structure => change.id.parse().ok().map(DocKey::Structure),
        SchemaKind::Collection => change.id.parse().ok().map(|id| DocKey::Collection(CollectionId(id))),
    };
    let lost = || StoreError::Corrupt(format!("the log names {:?}, which is no id", change.id));
    key.ok_or_else(lost).map(Some)
}
