//! One commit, as followers see it.

use palimpsest_model::{LogId, ObjectId, Revision, StructureId, Tag};
use palimpsest_store::{Actor, ChangeKind, LogEntry, ObjectChange, SchemaChange};
use serde::Serialize;
use serde_json::value::RawValue;

/// What one revision changed.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The revision.
    pub revision: Revision,
    /// When it was committed.
    pub at: String,
    /// Who did it.
    pub by: Actor,
    /// The objects it touched.
    pub objects: Vec<ChangedObject>,
    /// What it changed of the space, its structures and collections.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schema: Vec<SchemaChange>,
}

/// What one revision did to one object.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedObject {
    /// Which object.
    pub id: ObjectId,
    /// What it is.
    pub structure_id: StructureId,
    /// What happened to it.
    pub kind: ChangeKind,
    /// The paths that changed, sorted.
    pub paths: Vec<String>,
    /// The version it left; nothing when there is none that a request could name, because the object is deleted.
    pub etag: Option<Tag>,
    /// The object as it stood at the revision, when that was asked for and it could be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Box<RawValue>>,
}

impl Change {
    /// Shows an entry of a log; `object` gives what is shown of an object it touched.
    pub(crate) fn new(
        log: LogId,
        entry: LogEntry,
        mut object: impl FnMut(ObjectId, Revision) -> Option<Box<RawValue>>,
    ) -> Self {
        let LogEntry { revision, at, actor, objects, schema } = entry;
        let show = |change: ObjectChange| ChangedObject {
            id: change.id,
            structure_id: change.structure,
            kind: change.kind,
            paths: change.paths,
            etag: (change.kind != ChangeKind::Deleted).then_some(Tag { log, revision }),
            object: object(change.id, revision),
        };
        let objects = objects.into_iter().map(show).collect();
        Self { revision, at: at.to_string(), by: actor, objects, schema }
    }

    /// The change as JSON.
    #[must_use]
    pub fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// About how many bytes its JSON has.
    pub(crate) fn size(&self) -> usize {
        let shown = |changed: &ChangedObject| changed.object.as_ref().map_or(0, |object| object.get().len());
        size_of(&self.objects, &self.schema, |changed| &changed.paths) + self.objects.iter().map(shown).sum::<usize>()
    }
}

/// About how many bytes an entry has as JSON, without its objects.
pub(crate) fn size_of_entry(entry: &LogEntry) -> usize {
    size_of(&entry.objects, &entry.schema, |change| &change.paths)
}

fn size_of<T>(objects: &[T], schema: &[SchemaChange], paths: impl Fn(&T) -> &Vec<String>) -> usize {
    const EACH: usize = 256;
    let paths = objects.iter().flat_map(paths).map(|path| path.len() + 3).sum::<usize>();
    EACH * (1 + objects.len() + schema.len()) + paths
}
