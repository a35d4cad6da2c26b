//! What a commit comes to: everything that was put, compared with what was there.

use std::collections::BTreeSet;
use std::sync::Arc;

use palimpsest_model::{
    BlockId, Changes, FileHash, Object, ObjectId, PropertyId, Revision, SpaceId, State, Structure, Timestamp, Value,
};

use crate::delta::make_delta;
use crate::error::StoreError;
use crate::past;
use crate::record::{ChangeKind, Doc, DocKey, List, Membership, ObjectChange, SchemaChange, SchemaKind, Version};
use crate::schema::parse;
use crate::stored::StoredObject;
use crate::title::{TitleChanges, is_called_as_before, titled_as};
use crate::tx::Found;

/// What a transaction comes to, gathered change by change.
#[derive(Default)]
pub(crate) struct Sealed {
    pub(crate) revision: Revision,
    pub(crate) at: Timestamp,
    pub(crate) docs: Vec<Doc>,
    pub(crate) stored: Vec<StoredObject>,
    pub(crate) versions: Vec<Version>,
    pub(crate) objects: Vec<ObjectChange>,
    pub(crate) schema: Vec<SchemaChange>,
    pub(crate) memberships: Vec<Membership>,
    pub(crate) lists: BTreeSet<List>,
    pub(crate) titles: TitleChanges,
    pub(crate) blocks: Vec<(BlockId, ObjectId)>,
    pub(crate) files: Vec<(ObjectId, FileHash)>,
}

impl Sealed {
    pub(crate) fn schema_doc(
        &mut self,
        key: DocKey,
        (change, state): (ChangeKind, State),
        before: Option<Doc>,
        body: Vec<u8>,
        space: SpaceId,
    ) -> Result<(), StoreError> {
        let (kind, id) = match key {
            DocKey::Space => (SchemaKind::Space, space.to_string()),
            DocKey::Structure(id) => (SchemaKind::Structure, id.to_string()),
            DocKey::Collection(id) => (SchemaKind::Collection, id.to_string()),
            DocKey::Object(_) => return Ok(()),
        };
        let properties = match (&before, kind, change) {
            (Some(before), SchemaKind::Structure, ChangeKind::Updated) => {
                properties_changed(&parse(&before.body)?, &parse(&body)?)
            }
            _ => Vec::new(),
        };
        let before = before.map(|doc| (doc.created, doc.revision, doc.state, doc.body));
        if self.doc(key, before, body.into(), state) {
            self.schema.push(SchemaChange { kind, id, change });
            self.schema.extend(properties);
        }
        Ok(())
    }

    pub(crate) fn object(
        &mut self,
        id: ObjectId,
        before: Option<StoredObject>,
        object: Arc<Object>,
        state: State,
        kind: ChangeKind,
    ) {
        let body = object.to_stored();
        let old = before
            .as_ref()
            .map(|StoredObject { found, body, .. }| (found.created, found.revision, found.state, Arc::clone(body)));
        if !self.doc(DocKey::Object(id), old, body, state) {
            return;
        }
        if let Some(Doc { created, revision, at, body, .. }) = self.docs.last() {
            let (created, revision, at, body) = (*created, *revision, *at, Arc::clone(body));
            let erased = before.as_ref().is_some_and(|before| before.erased);
            let found = Found { object: Arc::clone(&object), state, created, revision, at };
            self.stored.push(StoredObject { found, body, erased });
        }
        let (object, before) = (&*object, before.map(|before| before.found));
        self.files.extend(object.files.iter().map(|file| (id, file.hash)));
        self.membership(id, before.as_ref(), object, state);
        if !before.as_ref().is_some_and(|found| is_called_as_before(found, object, state)) {
            let called = before.as_ref().and_then(|found| titled_as(&found.object, found.state, found.revision));
            self.titles.object(id, called.as_ref(), titled_as(object, state, self.revision));
        }
        let paths = match &before {
            Some(found) => {
                let Changes { paths, added } = past::changes_between((&found.object, found.state), (object, state));
                self.blocks.extend(added.into_iter().map(|block| (block, id)));
                paths
            }
            None => {
                object.walk(&mut |block| self.blocks.push((block.id, id)));
                Vec::new()
            }
        };
        self.objects.push(ObjectChange { id, structure: object.structure, kind, paths });
    }

    fn membership(&mut self, id: ObjectId, before: Option<&Found>, object: &Object, state: State) {
        let old = before.map(|found| lists_of(&found.object, found.state)).unwrap_or_default();
        let new = lists_of(object, state);
        let place = (before.map_or(self.revision, |found| found.created), id);
        let left: Vec<_> = old.difference(&new).copied().collect();
        let entered: Vec<_> = new.difference(&old).copied().collect();
        if !(left.is_empty() && entered.is_empty()) {
            self.memberships.push(Membership { place, left, entered });
        }
        self.lists.extend(old);
        self.lists.extend(new);
    }

    /// Adds the new version of a document unless it is the one that is there.
    fn doc(
        &mut self,
        key: DocKey,
        before: Option<(Revision, Revision, State, Arc<[u8]>)>,
        body: Arc<[u8]>,
        state: State,
    ) -> bool {
        let created = match &before {
            Some((_, _, old_state, old)) if *old_state == state && *old == body => return false,
            Some((created, ..)) => *created,
            None => self.revision,
        };
        let delta = before.as_ref().map_or_else(Vec::new, |(_, _, _, old)| make_delta(&body, old));
        let previous = before.map(|(_, revision, state, _)| (revision, state));
        self.versions.push(Version { key, revision: self.revision, previous, delta });
        self.docs.push(Doc { key, created, revision: self.revision, at: self.at, state, body, erased: false });
        true
    }
}

/// What became of the properties of a structure: those that are there, in their order, then those that are gone.
fn properties_changed(before: &Structure, after: &Structure) -> Vec<SchemaChange> {
    let changed = |id: &PropertyId, change| SchemaChange { kind: SchemaKind::Property, id: id.0.clone(), change };
    let present = after.properties.iter().filter_map(|property| match before.property(&property.id) {
        None => Some(changed(&property.id, ChangeKind::Created)),
        Some(old) => (old != property).then(|| changed(&property.id, ChangeKind::Updated)),
    });
    let gone = before.properties.iter().filter(|property| after.property(&property.id).is_none());
    present.chain(gone.map(|property| changed(&property.id, ChangeKind::Deleted))).collect()
}

/// The lists an object is a member of.
pub(crate) fn lists_of(object: &Object, state: State) -> BTreeSet<List> {
    match state {
        State::Live => {}
        State::Trashed => return BTreeSet::from([List::Trash]),
        State::Deleted => return BTreeSet::new(),
    }
    let mut lists = BTreeSet::from([List::All, List::Structure(object.structure)]);
    lists.extend(object.collections.iter().copied().map(List::Collection));
    if let Some(Value::Entity(tags)) = object.properties.get("tags") {
        lists.extend(tags.iter().copied().map(List::Tag));
    }
    lists
}
