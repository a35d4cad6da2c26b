//! The schema within a transaction: the space, its structures and its collections are put and removed like objects.

use std::sync::Arc;

use palimpsest_model::{Collection, CollectionId, Schema, Space, State, Structure, StructureId, Versioned};
use serde::Serialize;

use super::{SchemaDoc, Tx};
use crate::error::StoreError;
use crate::past;
use crate::record::{ChangeKind, DocKey, Policy};

impl Tx<'_> {
    /// The schema as it stood before this transaction.
    #[must_use]
    pub fn schema_before(&self) -> &Arc<Schema> {
        &self.schema_before
    }

    /// The whole schema as it stood at an earlier revision, without what was not there then.
    pub fn schema_at(&mut self, revision: palimpsest_model::Revision) -> Result<Schema, StoreError> {
        let schema = past::schema_at(self.rows, self.row.id, revision);
        self.note(schema)
    }

    /// The last revision, up to an earlier one, that changed a part of the schema, also one that is gone.
    pub fn schema_changed(
        &mut self,
        until: palimpsest_model::Revision,
    ) -> Result<palimpsest_model::Revision, StoreError> {
        let changed = past::schema_changed(self.rows, self.row.id, until);
        self.note(changed)
    }

    /// Whether a structure was ever given this id.
    pub fn is_structure_id_given(&mut self, id: StructureId) -> Result<bool, StoreError> {
        self.is_given(DocKey::Structure(id))
    }

    /// Whether a collection was ever given this id.
    pub fn is_collection_id_given(&mut self, id: CollectionId) -> Result<bool, StoreError> {
        self.is_given(DocKey::Collection(id))
    }

    fn is_given(&mut self, key: DocKey) -> Result<bool, StoreError> {
        if self.schema_docs.contains_key(&key) {
            return Ok(true);
        }
        let doc = self.rows.doc(self.row.id, key);
        Ok(self.note(doc)?.is_some())
    }

    /// Gives the space a policy. That is no part of the log: it takes no revision.
    pub fn put_policy(&mut self, policy: Policy) {
        self.policy = Some(policy);
    }

    /// Puts the space itself.
    pub fn put_space(&mut self, space: Space) {
        let before = &self.schema_before.space;
        let versioned = if before.value == space && !self.begins {
            let before = before.clone();
            self.take_back(DocKey::Space);
            before
        } else {
            let change = if self.begins { ChangeKind::Created } else { ChangeKind::Updated };
            self.put_doc(DocKey::Space, change, State::Live, &space);
            Versioned { revision: self.revision(), value: space }
        };
        if self.schema.space != versioned {
            Arc::make_mut(&mut self.schema).space = versioned;
        }
    }

    /// Puts a structure, new or changed; putting back what was there before undoes earlier puts.
    pub fn put_structure(&mut self, structure: Structure) {
        let key = DocKey::Structure(structure.id);
        let before = self.schema_before.structure(structure.id).cloned();
        let versioned = self.put_part(key, before, structure);
        put_in(&mut self.schema, |schema| &mut schema.structures, |one| one.id, versioned);
    }

    /// Puts a collection, new or changed; putting back what was there before undoes earlier puts.
    pub fn put_collection(&mut self, collection: Collection) {
        let key = DocKey::Collection(collection.id);
        let before = self.schema_before.collection(collection.id).cloned();
        let versioned = self.put_part(key, before, collection);
        put_in(&mut self.schema, |schema| &mut schema.collections, |one| one.id, versioned);
    }

    /// Removes a structure. Its versions stay, and its id is never given again.
    pub fn remove_structure(&mut self, id: StructureId) {
        let Some(found) = self.schema.structure(id).cloned() else { return };
        self.put_doc(DocKey::Structure(id), ChangeKind::Deleted, State::Deleted, &found.value);
        Arc::make_mut(&mut self.schema).structures.retain(|structure| structure.value.id != id);
    }

    /// Removes a collection. Its versions stay, and its id is never given again.
    pub fn remove_collection(&mut self, id: CollectionId) {
        let Some(found) = self.schema.collection(id).cloned() else { return };
        self.put_doc(DocKey::Collection(id), ChangeKind::Deleted, State::Deleted, &found.value);
        Arc::make_mut(&mut self.schema).collections.retain(|collection| collection.value.id != id);
    }

    /// Removes all collections of a structure, as each of them is removed.
    pub fn remove_collections_of(&mut self, id: StructureId) {
        let schema = Arc::clone(&self.schema);
        let mut gone = schema.collections.iter().filter(|collection| collection.value.structure == id).peekable();
        if gone.peek().is_none() {
            return;
        }
        for collection in gone {
            let key = DocKey::Collection(collection.value.id);
            self.put_doc(key, ChangeKind::Deleted, State::Deleted, &collection.value);
        }
        drop(schema);
        Arc::make_mut(&mut self.schema).collections.retain(|collection| collection.value.structure != id);
    }

    fn put_part<T: PartialEq + Serialize>(
        &mut self,
        key: DocKey,
        before: Option<Versioned<T>>,
        value: T,
    ) -> Versioned<T> {
        let change = match before {
            Some(before) if before.value == value => {
                self.take_back(key);
                return before;
            }
            Some(_) => ChangeKind::Updated,
            None => ChangeKind::Created,
        };
        self.put_doc(key, change, State::Live, &value);
        Versioned { revision: self.revision(), value }
    }

    fn take_back(&mut self, key: DocKey) {
        self.schema_docs.remove(&key);
    }

    fn put_doc(&mut self, key: DocKey, change: ChangeKind, state: State, value: &impl Serialize) {
        // Writing these types to memory cannot fail: their maps have text keys.
        let body = serde_json::to_vec(value).unwrap_or_default();
        self.schema_puts += 1;
        let place = self.schema_docs.get(&key).map_or(self.schema_puts, |doc| doc.place);
        self.schema_docs.insert(key, SchemaDoc { place, change, state, body });
    }
}

/// Puts a part where one of its id stands, or behind all others.
fn put_in<T: PartialEq + Clone, I: PartialEq>(
    schema: &mut Arc<Schema>,
    list: impl Fn(&mut Schema) -> &mut Vec<Versioned<T>>,
    id: impl Fn(&T) -> I,
    part: Versioned<T>,
) {
    let list = list(Arc::make_mut(schema));
    match list.iter_mut().find(|other| id(&other.value) == id(&part.value)) {
        Some(other) => *other = part,
        None => list.push(part),
    }
}
