//! A commit from the inside: domain objects over rows. What is put stays in memory until the closure is done; then everything
//! it changed is compared with what was there, and one batch of rows comes out. A panic or a refusal therefore leaves nothing
//! half-written, in any backend.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use palimpsest_model::{
    BlockId, Collection, CollectionId, Object, ObjectId, PropertyId, Revision, Schema, Space, SpaceId, State,
    Structure, StructureId, Timestamp, Value, Versioned,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::{ANSWERS_KEPT, AnswerChange, EXPIRED_AT_ONCE, StoredAnswer};
use crate::delta::make_delta;
use crate::error::StoreError;
use crate::past;
use crate::record::{
    Actor, ChangeKind, Doc, DocKey, Intent, List, LogEntry, Made, Membership, ObjectChange, Origin, Place, Policy,
    SchemaChange, SchemaKind, SpaceRow, Version,
};
use crate::rows::{Batch, Rows};
use crate::title::{Term, TermRange, TitleChanges, Titled, titled_as};
use crate::versions;

/// An object as a transaction or snapshot found it, in whatever state.
#[derive(Clone, Debug)]
pub struct Found {
    /// The object.
    pub object: Arc<Object>,
    /// Whether it can be seen.
    pub state: State,
    /// The revision that made it.
    pub created: Revision,
    /// The revision that last changed it.
    pub revision: Revision,
    /// When that was committed.
    pub at: Timestamp,
}

/// So many stored objects of one name are looked at: a name that so many have means none of them in particular.
const CALLED: usize = 100;

/// So many members of a list are looked at together.
const MEMBERS_AT_ONCE: usize = 100;

/// A list that never had a member is as it was when the space began.
const FIRST: Revision = Revision(1);

/// What became of an object within a transaction.
type Put = (Arc<Object>, State, ChangeKind);

struct Slot {
    before: Option<(Found, Arc<[u8]>)>,
    /// Whether the operator erased it.
    erased: bool,
    after: Option<Put>,
    /// Set while the object is shown as it once was: that version, and what was put before.
    staged: Option<(Found, Option<Put>)>,
}

/// A transaction on one space.
pub struct Tx<'r> {
    rows: &'r mut dyn Rows,
    row: SpaceRow,
    begins: bool,
    schema: Arc<Schema>,
    at: Timestamp,
    actor: Actor,
    objects: BTreeMap<ObjectId, Slot>,
    /// Those of them that were put.
    changed: BTreeSet<ObjectId>,
    blocks: HashMap<BlockId, ObjectId>,
    schema_docs: Vec<(DocKey, ChangeKind, Vec<u8>)>,
    answer: Option<StoredAnswer>,
    failure: Option<StoreError>,
}

impl<'r> Tx<'r> {
    pub(crate) fn open(
        rows: &'r mut dyn Rows,
        intent: &Intent,
        schema: impl FnOnce(&SpaceRow) -> Option<Arc<Schema>>,
    ) -> Result<Self, StoreError> {
        let present = rows.space(intent.space)?;
        let (row, schema) = match (present, intent.begins) {
            (Some(row), None) => (
                row,
                match schema(&row) {
                    Some(schema) => schema,
                    None => Arc::new(load_schema(rows, row.id)?),
                },
            ),
            (None, Some(log)) => {
                let none = Revision::default();
                let (oldest, policy) = (Revision(1), Policy::default());
                let row =
                    SpaceRow { id: intent.space, log, revision: none, schema: none, at: intent.at, oldest, policy };
                (row, Arc::new(empty_schema(intent.space)))
            }
            (None, None) => return Err(StoreError::NoSuchSpace),
            (Some(_), Some(_)) => return Err(StoreError::Corrupt("a space cannot begin twice".to_owned())),
        };
        Ok(Self {
            rows,
            row,
            begins: intent.begins.is_some(),
            schema,
            at: intent.at.max(row.at),
            actor: intent.actor.clone(),
            objects: BTreeMap::new(),
            changed: BTreeSet::new(),
            blocks: HashMap::new(),
            schema_docs: Vec::new(),
            answer: None,
            failure: None,
        })
    }

    /// The space.
    #[must_use]
    pub fn space(&self) -> SpaceId {
        self.row.id
    }

    /// Where the space will stand if this commit changes anything.
    #[must_use]
    pub fn row(&self) -> SpaceRow {
        let revision = self.revision();
        let schema = if self.schema_docs.is_empty() { self.row.schema } else { revision };
        SpaceRow { revision, schema, at: self.at, ..self.row }
    }

    /// Where the space stood before this commit, as a row.
    #[must_use]
    pub fn before_row(&self) -> SpaceRow {
        self.row
    }

    /// Whether anything was put that differs from what was there.
    #[must_use]
    pub fn changes_anything(&self) -> bool {
        !self.changed.is_empty() || !self.schema_docs.is_empty()
    }

    /// The revision this commit takes if it changes anything.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.row.revision.next()
    }

    /// Where the space stood before this commit.
    #[must_use]
    pub fn head(&self) -> Revision {
        self.row.revision
    }

    /// When this commit happens.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The schema, with what this transaction put.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// An object in whatever state, with what this transaction put.
    pub fn object(&mut self, id: ObjectId) -> Result<Option<Found>, StoreError> {
        self.load(id)?;
        let Some(slot) = self.objects.get(&id) else { return Ok(None) };
        let before = slot.present();
        let Some((object, state, _)) = &slot.after else { return Ok(before.cloned()) };
        Ok(Some(Found {
            object: Arc::clone(object),
            state: *state,
            created: before.map_or(self.row.revision.next(), |before| before.created),
            revision: self.row.revision.next(),
            at: self.at,
        }))
    }

    /// An object as it stood before this transaction, in whatever state.
    pub fn before(&mut self, id: ObjectId) -> Result<Option<Found>, StoreError> {
        self.load(id)?;
        Ok(self.objects.get(&id).and_then(|slot| slot.before.as_ref()).map(|(found, _)| found.clone()))
    }

    /// An object as it stood at an earlier revision; nothing when it was not there yet.
    pub fn object_at(&mut self, id: ObjectId, revision: Revision) -> Result<Option<Found>, StoreError> {
        let found = past::object_at(self.rows, self.row.id, id, revision);
        self.note(found)
    }

    /// The version of an object that an earlier commit made, when it still stood at the horizon; nothing when that commit made
    /// none.
    pub fn version(&mut self, id: ObjectId, revision: Revision) -> Result<Option<Found>, StoreError> {
        let found = past::version(self.rows, self.row.id, id, revision);
        self.note(found)
    }

    /// A structure as it stood at an earlier revision; nothing when it was not there yet.
    pub fn structure_at(
        &mut self,
        id: StructureId,
        revision: Revision,
    ) -> Result<Option<Versioned<Structure>>, StoreError> {
        let found = past::structure_at(self.rows, self.row.id, id, revision);
        self.note(found)
    }

    /// The space itself as it stood at an earlier revision; nothing when it was not there yet.
    pub fn space_at(&mut self, revision: Revision) -> Result<Option<Space>, StoreError> {
        let found = past::schema_doc_at(self.rows, self.row.id, DocKey::Space, revision);
        self.note(found)
    }

    /// A collection as it stood at an earlier revision; nothing when it was not there then.
    pub fn collection_at(&mut self, id: CollectionId, revision: Revision) -> Result<Option<Collection>, StoreError> {
        let found = past::schema_doc_at(self.rows, self.row.id, DocKey::Collection(id), revision);
        self.note(found)
    }

    /// The log entry of a revision.
    pub fn entry(&mut self, revision: Revision) -> Result<Option<LogEntry>, StoreError> {
        let entry = past::entry(self.rows, self.row.id, revision);
        self.note(entry)
    }

    /// Whether a list has members, with what this transaction put.
    pub fn has_members(&mut self, list: List) -> Result<bool, StoreError> {
        let put = self.changed.iter().filter_map(|id| self.objects.get(id)?.after.as_ref());
        if put.into_iter().any(|(object, state, _)| lists_of(object, *state).contains(&list)) {
            return Ok(true);
        }
        let mut from = None;
        loop {
            let places = self.rows.members(self.row.id, list, from, MEMBERS_AT_ONCE);
            let places = self.note(places)?;
            let Some(last) = places.last() else { return Ok(false) };
            from = Some(*last);
            if places.iter().any(|(_, id)| !self.changed.contains(id)) {
                return Ok(true);
            }
        }
    }

    /// What whoever commits was answered when a write with this key was done, in whatever space.
    pub fn stored_answer(&mut self, key: &str) -> Result<Option<StoredAnswer>, StoreError> {
        let Some(token) = self.actor.id else { return Ok(None) };
        let stored = self.rows.answer(token, key);
        self.note(stored)
    }

    /// Stores what this commit is answered, with the commit: when it is kept, also when it changes nothing else. Nothing for
    /// the operator, who has no keys.
    pub fn store_answer(&mut self, key: &str, fingerprint: [u8; 32], body: String) {
        if let Some(token) = self.actor.id {
            let (space, at, revision) = (self.row.id, self.at, self.revision());
            self.answer = Some(StoredAnswer { token, key: key.to_owned(), space, fingerprint, at, revision, body });
        }
    }

    /// The commits after a revision that changed an object, oldest first, each with what it did to it.
    pub fn changes_since(
        &mut self,
        id: ObjectId,
        revision: Revision,
    ) -> Result<Vec<(LogEntry, ObjectChange)>, StoreError> {
        let changes = past::changes_since(self.rows, self.row.id, id, revision);
        self.note(changes)
    }

    /// Whether a block id may be given to an object: it is not used, or was always this object's.
    pub fn block_is_free(&mut self, block: BlockId, object: ObjectId) -> Result<bool, StoreError> {
        let owner = match self.blocks.get(&block) {
            Some(owner) => Some(*owner),
            None => {
                let owner = self.rows.block_owner(self.row.id, block);
                self.note(owner)?
            }
        };
        Ok(owner.is_none_or(|owner| owner == object))
    }

    /// The objects in the index of titles that have a name of these words, in any case and with any accents, with what this
    /// transaction put; by id, of very many the first.
    pub fn called(&mut self, name: &str) -> Result<Vec<Found>, StoreError> {
        let term = Term::whole(name);
        let present = self.rows.terms(self.row.id, &term.exactly(), None, CALLED);
        let mut ids: BTreeSet<_> = self.note(present)?.into_iter().map(|(_, id)| id).collect();
        ids.extend(&self.changed);
        let mut called = Vec::new();
        for id in ids {
            let Some(found) = self.object(id)? else { continue };
            let titled = titled_as(&found.object, found.state, found.revision);
            if titled.is_some_and(|titled| titled.names.iter().any(|other| Term::whole(other) == term)) {
                called.push(found);
            }
        }
        Ok(called)
    }

    /// Puts an object in a state, an erased one in none but deleted; putting back what was there before undoes earlier puts.
    /// Several puts of one object make one change, named by the last kind but "updated": what is made and trashed is trashed,
    /// what is made and seen is created.
    pub fn put(&mut self, object: Object, state: State, kind: ChangeKind) -> Result<(), StoreError> {
        let id = object.id;
        self.load(id)?;
        if state != State::Deleted && self.objects.get(&id).is_some_and(|slot| slot.erased) {
            return Err(StoreError::Erased { id, revision: self.row.revision });
        }
        object.walk(&mut |block| {
            self.blocks.insert(block.id, id);
        });
        let slot = self.objects.entry(id).or_insert(Slot { before: None, erased: false, after: None, staged: None });
        if slot.present().is_some_and(|before| before.state == state && *before.object == object) {
            slot.after = None;
            self.changed.remove(&id);
            return Ok(());
        }
        let kind = match &slot.after {
            _ if slot.present().is_none() && state == State::Live => ChangeKind::Created,
            Some((_, _, earlier)) if kind == ChangeKind::Updated => *earlier,
            _ => kind,
        };
        slot.after = Some((Arc::new(object), state, kind));
        self.changed.insert(id);
        Ok(())
    }

    /// Shows an object as it once was until [`Tx::unstage`]: what is put meanwhile is put on top of that version.
    pub fn stage(&mut self, version: Found) -> Result<(), StoreError> {
        let id = version.object.id;
        self.load(id)?;
        if let Some(slot) = self.objects.get_mut(&id) {
            slot.staged = Some((version, slot.after.take()));
        }
        Ok(())
    }

    /// Ends [`Tx::stage`]: the object is what it was, and nothing was put. Answers what had been, if anything.
    pub fn unstage(&mut self, id: ObjectId) -> Option<(Arc<Object>, State, ChangeKind)> {
        let slot = self.objects.get_mut(&id)?;
        let (_, earlier) = slot.staged.take()?;
        let put = std::mem::replace(&mut slot.after, earlier);
        match slot.after {
            Some(_) => self.changed.insert(id),
            None => self.changed.remove(&id),
        };
        put
    }

    /// The last revision before this transaction that changed a list or one of its members.
    pub fn list_changed(&mut self, list: List) -> Result<Revision, StoreError> {
        let changed = self.rows.list_changed(self.row.id, list);
        Ok(self.note(changed)?.unwrap_or(FIRST))
    }

    /// Puts the space itself.
    pub fn put_space(&mut self, space: Space) {
        if self.schema.space.value == space && !self.begins {
            return;
        }
        let change = if self.begins { ChangeKind::Created } else { ChangeKind::Updated };
        self.put_doc(DocKey::Space, change, &space);
        let revision = self.revision();
        Arc::make_mut(&mut self.schema).space = Versioned { revision, value: space };
    }

    /// Puts a structure, new or changed.
    pub fn put_structure(&mut self, structure: Structure) {
        let revision = self.revision();
        let present = self.schema.structures.iter().position(|other| other.value.id == structure.id);
        if present.is_some_and(|index| self.schema.structures[index].value == structure) {
            return;
        }
        self.put_doc(DocKey::Structure(structure.id), change_of(present), &structure);
        let versioned = Versioned { revision, value: structure };
        put_in(&mut Arc::make_mut(&mut self.schema).structures, present, versioned);
    }

    /// Puts a collection, new or changed.
    pub fn put_collection(&mut self, collection: Collection) {
        let revision = self.revision();
        let present = self.schema.collections.iter().position(|other| other.value.id == collection.id);
        if present.is_some_and(|index| self.schema.collections[index].value == collection) {
            return;
        }
        self.put_doc(DocKey::Collection(collection.id), change_of(present), &collection);
        let versioned = Versioned { revision, value: collection };
        put_in(&mut Arc::make_mut(&mut self.schema).collections, present, versioned);
    }

    fn put_doc(&mut self, key: DocKey, change: ChangeKind, value: &impl Serialize) {
        // Writing these types to memory cannot fail: their maps have text keys.
        let body = serde_json::to_vec(value).unwrap_or_default();
        match self.schema_docs.iter_mut().find(|(other, _, _)| *other == key) {
            Some(doc) => doc.2 = body,
            None => self.schema_docs.push((key, change, body)),
        }
    }

    fn load(&mut self, id: ObjectId) -> Result<(), StoreError> {
        if self.objects.contains_key(&id) {
            return Ok(());
        }
        let doc = self.rows.doc(self.row.id, DocKey::Object(id));
        if let Some(doc) = self.note(doc)? {
            let object = parse(&doc.body);
            let object = Arc::new(self.note(object)?);
            let found = Found { object, state: doc.state, created: doc.created, revision: doc.revision, at: doc.at };
            self.objects
                .insert(id, Slot { before: Some((found, doc.body)), erased: doc.erased, after: None, staged: None });
        }
        Ok(())
    }

    /// Remembers an error of the rows: whatever the closure makes of it, the commit has failed. That the past is gone is none.
    fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result
            && !error.is_gone()
        {
            self.failure = Some(error.clone());
        }
        result
    }

    pub(crate) fn seal(mut self, keep: bool) -> Result<Option<Batch>, StoreError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if !keep {
            return Ok(None);
        }
        let mut sealed = Sealed { revision: self.revision(), at: self.at, ..Sealed::default() };
        for (key, change, body) in std::mem::take(&mut self.schema_docs) {
            let before = self.rows.doc(self.row.id, key)?;
            sealed.schema_doc(key, change, before, body, self.row.id);
        }
        for (id, slot) in std::mem::take(&mut self.objects) {
            if let Some((object, state, kind)) = slot.after {
                sealed.object(id, slot.before, &object, state, kind);
            }
        }
        let changes = !sealed.docs.is_empty();
        let answers = self.seal_answer(changes)?;
        if !changes && (answers.is_none() || self.begins) {
            return Ok(None);
        }
        sealed.titles.vocabulary(self.rows, self.row.id)?;
        let schema = (!sealed.schema.is_empty()).then_some(self.schema);
        let schema_revision = if schema.is_some() { sealed.revision } else { self.row.schema };
        let moved = SpaceRow { revision: sealed.revision, schema: schema_revision, at: self.at, ..self.row };
        let entry = LogEntry {
            revision: sealed.revision,
            at: self.at,
            actor: self.actor,
            objects: sealed.objects,
            schema: sealed.schema,
        };
        Ok(Some(Batch {
            space: if changes { moved } else { self.row },
            schema,
            begins: self.begins,
            entry: changes.then_some(entry),
            docs: sealed.docs,
            versions: sealed.versions,
            memberships: sealed.memberships,
            lists: sealed.lists.into_iter().collect(),
            titles: sealed.titles,
            blocks: sealed.blocks,
            answers,
        }))
    }

    /// The answer to be stored, at the revision that this commit comes to, and those that go with it.
    fn seal_answer(&mut self, changes: bool) -> Result<Option<AnswerChange>, StoreError> {
        let Some(mut stored) = self.answer.take() else { return Ok(None) };
        if !changes {
            stored.revision = self.row.revision;
        }
        let end = Timestamp(stored.at.0.saturating_sub(ANSWERS_KEPT));
        let expired = self.rows.answers_before(stored.space, end, EXPIRED_AT_ONCE)?;
        Ok(Some(AnswerChange { stored, expired }))
    }
}

impl Slot {
    /// What the object is without what was put.
    fn present(&self) -> Option<&Found> {
        let staged = self.staged.as_ref().map(|(found, _)| found);
        staged.or_else(|| self.before.as_ref().map(|(found, _)| found))
    }
}

fn change_of(present: Option<usize>) -> ChangeKind {
    if present.is_some() { ChangeKind::Updated } else { ChangeKind::Created }
}

fn put_in<T>(list: &mut Vec<Versioned<T>>, present: Option<usize>, value: Versioned<T>) {
    match present {
        Some(index) => list[index] = value,
        None => list.push(value),
    }
}

/// What a transaction comes to, gathered change by change.
#[derive(Default)]
struct Sealed {
    revision: Revision,
    at: Timestamp,
    docs: Vec<Doc>,
    versions: Vec<Version>,
    objects: Vec<ObjectChange>,
    schema: Vec<SchemaChange>,
    memberships: Vec<Membership>,
    lists: BTreeSet<List>,
    titles: TitleChanges,
    blocks: Vec<(BlockId, ObjectId)>,
}

impl Sealed {
    fn schema_doc(&mut self, key: DocKey, change: ChangeKind, before: Option<Doc>, body: Vec<u8>, space: SpaceId) {
        let (kind, id) = match key {
            DocKey::Space => (SchemaKind::Space, space.to_string()),
            DocKey::Structure(id) => (SchemaKind::Structure, id.to_string()),
            DocKey::Collection(id) => (SchemaKind::Collection, id.to_string()),
            DocKey::Object(_) => return,
        };
        let before = before.map(|doc| (doc.created, doc.revision, doc.state, doc.body));
        if self.doc(key, before, body, State::Live) {
            self.schema.push(SchemaChange { kind, id, change });
        }
    }

    fn object(
        &mut self,
        id: ObjectId,
        before: Option<(Found, Arc<[u8]>)>,
        object: &Object,
        state: State,
        kind: ChangeKind,
    ) {
        let body = serde_json::to_vec(object).unwrap_or_default();
        let old = before.as_ref().map(|(found, body)| (found.created, found.revision, found.state, Arc::clone(body)));
        if !self.doc(DocKey::Object(id), old, body, state) {
            return;
        }
        self.membership(id, before.as_ref().map(|(found, _)| found), object, state);
        let called = before.as_ref().and_then(|(found, _)| titled_as(&found.object, found.state, found.revision));
        self.titles.object(id, called.as_ref(), titled_as(object, state, self.revision));
        let mut paths = Vec::new();
        let mut old_blocks = HashSet::new();
        if let Some((found, _)) = &before {
            paths = past::changed_between((&found.object, found.state), (object, state));
            found.object.walk(&mut |block| {
                old_blocks.insert(block.id);
            });
        }
        object.walk(&mut |block| {
            if !old_blocks.contains(&block.id) {
                self.blocks.push((block.id, id));
            }
        });
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
        body: Vec<u8>,
        state: State,
    ) -> bool {
        let created = match &before {
            Some((_, _, old_state, old)) if *old_state == state && **old == *body => return false,
            Some((created, ..)) => *created,
            None => self.revision,
        };
        let delta = before.as_ref().map_or_else(Vec::new, |(_, _, _, old)| make_delta(&body, old));
        let previous = before.map(|(_, revision, state, _)| (revision, state));
        self.versions.push(Version { key, revision: self.revision, previous, delta });
        self.docs.push(Doc {
            key,
            created,
            revision: self.revision,
            at: self.at,
            state,
            body: body.into(),
            erased: false,
        });
        true
    }
}

/// The lists an object is a member of.
fn lists_of(object: &Object, state: State) -> BTreeSet<List> {
    match state {
        State::Live => {}
        State::Trashed => return BTreeSet::from([List::Trash]),
        State::Deleted => return BTreeSet::new(),
    }
    let mut lists = BTreeSet::from([List::All, List::Structure(object.structure)]);
    lists.extend(object.collections.iter().copied().map(List::Collection));
    if let Some(Value::Entity(tags)) = object.properties.get(&PropertyId::from("tags")) {
        lists.extend(tags.iter().copied().map(List::Tag));
    }
    lists
}

/// A consistent view of one space at one revision.
pub struct Snapshot<'r> {
    rows: &'r mut dyn Rows,
    row: SpaceRow,
    schema: Arc<Schema>,
}

impl<'r> Snapshot<'r> {
    /// Opens the view that `rows` gives; `schema` is the schema as of the row when it is at hand.
    pub fn open(
        rows: &'r mut dyn Rows,
        space: SpaceId,
        schema: impl FnOnce(&SpaceRow) -> Option<Arc<Schema>>,
    ) -> Result<Self, StoreError> {
        let row = rows.space(space)?.ok_or(StoreError::NoSuchSpace)?;
        let schema = match schema(&row) {
            Some(schema) => schema,
            None => Arc::new(load_schema(rows, space)?),
        };
        Ok(Self { rows, row, schema })
    }

    /// Where the space stands.
    #[must_use]
    pub fn row(&self) -> SpaceRow {
        self.row
    }

    /// The schema.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// An object in whatever state.
    pub fn object(&mut self, id: ObjectId) -> Result<Option<Found>, StoreError> {
        let Some(doc) = self.rows.doc(self.row.id, DocKey::Object(id))? else { return Ok(None) };
        let object = Arc::new(parse(&doc.body)?);
        Ok(Some(Found { object, state: doc.state, created: doc.created, revision: doc.revision, at: doc.at }))
    }

    /// An object as it stood at an earlier revision; nothing when it was not there yet.
    pub fn object_at(&mut self, id: ObjectId, revision: Revision) -> Result<Option<Found>, StoreError> {
        past::object_at(self.rows, self.row.id, id, revision)
    }

    /// How many bytes each version of an object takes that was made after a revision, newest first.
    pub fn version_sizes(&mut self, id: ObjectId, after: Revision) -> Result<Vec<(Revision, usize)>, StoreError> {
        versions::sizes(self.rows, self.row.id, id, after)
    }

    /// An object as several commits left it, newest first, in one walk back; with the revisions, when they were committed.
    pub fn versions_at(
        &mut self,
        id: ObjectId,
        wanted: &BTreeMap<Revision, Timestamp>,
    ) -> Result<Vec<Found>, StoreError> {
        versions::versions_at(self.rows, self.row.id, id, wanted)
    }

    /// The commits after a revision that changed an object, oldest first, each with what it did to it.
    pub fn changes_since(
        &mut self,
        id: ObjectId,
        revision: Revision,
    ) -> Result<Vec<(LogEntry, ObjectChange)>, StoreError> {
        past::changes_since(self.rows, self.row.id, id, revision)
    }

    /// A structure as it stood at an earlier revision; nothing when it was not there then.
    pub fn structure_at(
        &mut self,
        id: StructureId,
        revision: Revision,
    ) -> Result<Option<Versioned<Structure>>, StoreError> {
        past::check_horizon(self.rows, self.row.id, revision)?;
        if revision >= self.row.schema {
            return Ok(self.schema.structure(id).cloned());
        }
        past::structure_at(self.rows, self.row.id, id, revision)
    }

    /// What the commits of a range of revisions did to an object, newest first, at most `limit`.
    pub fn history(
        &mut self,
        id: ObjectId,
        made: RangeInclusive<Revision>,
        limit: usize,
    ) -> Result<Vec<Made>, StoreError> {
        past::history(self.rows, self.row.id, id, made, limit)
    }

    /// When and by whom an object was put into the trash, which it was found in.
    pub fn trashed_by(&mut self, found: &Found) -> Result<Origin, StoreError> {
        past::trashed_by(self.rows, self.row.id, found)
    }

    /// The members of a list as they stood at an earlier revision, after a place, at most `limit`: index rows that were not
    /// touched since, and the objects touched since as they stood then. Whatever is written meanwhile, paging misses and
    /// repeats nothing.
    pub fn list_at(
        &mut self,
        list: List,
        revision: Revision,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Found>, StoreError> {
        let mut page = Vec::new();
        for (place, found) in self.places_at(list, revision, after, limit)? {
            page.push(match found {
                Some(found) => found,
                None => self.member(list, place)?,
            });
        }
        Ok(page)
    }

    /// The same without looking at the objects: their places in the list, with those that had to be looked at.
    pub fn places_at(
        &mut self,
        list: List,
        revision: Revision,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<(Place, Option<Found>)>, StoreError> {
        past::check_horizon(self.rows, self.row.id, revision)?;
        let touched = self.touched_since(revision)?;
        let mut page = BTreeMap::new();
        for id in &touched {
            let found = match self.object_at(*id, revision) {
                Err(StoreError::Erased { .. }) => None,
                found => found?,
            };
            let Some(found) = found else { continue };
            let place = (found.created, *id);
            if after.is_none_or(|after| place > after) && lists_of(&found.object, found.state).contains(&list) {
                page.insert(place, Some(found));
            }
        }
        let mut from = after;
        let mut untouched = 0;
        while untouched < limit {
            let places = self.rows.members(self.row.id, list, from, limit)?;
            let Some(last) = places.last() else { break };
            from = Some(*last);
            for place in places.into_iter().filter(|(_, id)| !touched.contains(id)) {
                page.insert(place, None);
                untouched += 1;
            }
        }
        Ok(page.into_iter().take(limit).collect())
    }

    /// The object at a place of a list as it stands now.
    pub fn member(&mut self, list: List, place: Place) -> Result<Found, StoreError> {
        let lost = || StoreError::Corrupt(format!("{list:?} has the member {}, which is not there", place.1));
        self.object(place.1)?.ok_or_else(lost)
    }

    /// The last revision that changed a list or one of its members.
    pub fn list_changed(&mut self, list: List) -> Result<Revision, StoreError> {
        Ok(self.rows.list_changed(self.row.id, list)?.unwrap_or(FIRST))
    }

    /// What an object is called; nothing when it is not in the index of titles.
    pub fn titled(&mut self, id: ObjectId) -> Result<Option<Titled>, StoreError> {
        self.rows.titled(self.row.id, id)
    }

    /// What the objects of a structure are called, the last changed first, after a place in this order, at most `limit`.
    pub fn recent(
        &mut self,
        structure: StructureId,
        after: Option<(Revision, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<Titled>, StoreError> {
        self.rows.recent(self.row.id, structure, after, limit)
    }

    /// Terms of a range with the objects they lead to, after a place in their order, at most `limit`.
    pub fn terms(
        &mut self,
        range: &TermRange,
        after: Option<&(Term, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<(Term, ObjectId)>, StoreError> {
        self.rows.terms(self.row.id, range, after, limit)
    }

    /// The objects in the index of titles that have a name of these words, in any case and with any accents; by id, of very
    /// many the first.
    pub fn called(&mut self, name: &str) -> Result<Vec<Found>, StoreError> {
        let mut called = Vec::new();
        for (_, id) in self.terms(&Term::whole(name).exactly(), None, CALLED)? {
            let found = self.object(id)?;
            called
                .push(found.ok_or_else(|| StoreError::Corrupt(format!("a title leads to {id}, which is not there")))?);
        }
        Ok(called)
    }

    /// The objects that commits after a revision touched.
    fn touched_since(&mut self, revision: Revision) -> Result<HashSet<ObjectId>, StoreError> {
        if revision >= self.row.revision {
            return Ok(HashSet::new());
        }
        let entries = self.entries(revision, usize::MAX)?;
        Ok(entries.iter().flat_map(|entry| &entry.objects).map(|object| object.id).collect())
    }

    /// The log entry of a revision.
    pub fn entry(&mut self, revision: Revision) -> Result<Option<LogEntry>, StoreError> {
        past::entry(self.rows, self.row.id, revision)
    }

    /// The last revision that was committed at a time or before; of what is left, when all of it was committed later, nothing.
    pub fn revision_at(&mut self, at: Timestamp) -> Result<Option<Revision>, StoreError> {
        let (mut from, mut to) = (self.row.oldest, self.row.revision.next());
        while from < to {
            let middle = Revision(from.0.midpoint(to.0));
            let entry = self.entry(middle)?;
            let entry = entry.ok_or_else(|| StoreError::Corrupt(format!("the log has no entry {middle}")))?;
            if entry.at <= at { from = middle.next() } else { to = middle }
        }
        Ok((from > self.row.oldest).then(|| Revision(from.0 - 1)))
    }

    /// Log entries after a revision, oldest first, at most `limit`.
    pub fn entries(&mut self, after: Revision, limit: usize) -> Result<Vec<LogEntry>, StoreError> {
        past::check_followed(self.rows, self.row.id, after)?;
        self.rows.entries(self.row.id, after, limit)
    }
}

pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(body).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn empty_schema(space: SpaceId) -> Schema {
    let space = Space { id: space, title: String::new(), icon: None, timezone: None };
    Schema {
        space: Versioned { revision: Revision::default(), value: space },
        structures: Vec::new(),
        collections: Vec::new(),
    }
}

/// Reads the schema of a space from its documents.
pub fn load_schema(rows: &mut dyn Rows, space: SpaceId) -> Result<Schema, StoreError> {
    let mut schema = empty_schema(space);
    for doc in rows.schema_docs(space)?.into_iter().filter(|doc| doc.state == State::Live) {
        let revision = doc.revision;
        match doc.key {
            DocKey::Space => schema.space = Versioned { revision, value: parse(&doc.body)? },
            DocKey::Structure(_) => schema.structures.push(Versioned { revision, value: parse(&doc.body)? }),
            DocKey::Collection(_) => schema.collections.push(Versioned { revision, value: parse(&doc.body)? }),
            DocKey::Object(_) => {}
        }
    }
    Ok(schema)
}
