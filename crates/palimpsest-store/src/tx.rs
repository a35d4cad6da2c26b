//! A commit from the inside: domain objects over rows. What is put stays in memory until the closure is done; then everything
//! it changed is compared with what was there, and one batch of rows comes out. A panic or a refusal therefore leaves nothing
//! half-written, in any backend.

mod called;
mod members;
mod schema;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use palimpsest_model::{
    BlockId, Collection, CollectionId, Object, ObjectId, Revision, Schema, Space, SpaceId, State, Structure,
    StructureId, Timestamp, Versioned, added_blocks,
};

use crate::answer::{ANSWERS_KEPT, AnswerChange, EXPIRED_AT_ONCE, StoredAnswer};
use crate::error::StoreError;
use crate::past;
use crate::record::{Actor, ChangeKind, DocKey, Intent, List, LogEntry, ObjectChange, Policy, SpaceRow};
use crate::rows::{Batch, Rows};
use crate::schema::{empty_schema, load_schema};
use crate::sealed::Sealed;
use crate::stored::StoredObject;

/// An object as a transaction or snapshot found it, in whatever state.
#[derive(Clone, PartialEq, Eq, Debug)]
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
pub(crate) const CALLED: usize = 100;

/// A list that never had a member is as it was when the space began.
pub(crate) const FIRST: Revision = Revision(1);

/// What became of an object within a transaction.
type Put = (Arc<Object>, State, ChangeKind);

struct Slot {
    before: Option<StoredObject>,
    after: Option<Put>,
    /// Set while the object is shown as it once was: that version, and what was put before.
    staged: Option<(Found, Option<Put>)>,
}

/// What became of a part of the schema within a transaction.
struct SchemaDoc {
    /// Its place among those that were put: the order in which the log tells of them.
    place: usize,
    change: ChangeKind,
    state: State,
    body: Vec<u8>,
}

/// A transaction on one space.
pub struct Tx<'r> {
    rows: &'r mut dyn Rows,
    row: SpaceRow,
    begins: bool,
    schema: Arc<Schema>,
    /// The schema without what was put.
    schema_before: Arc<Schema>,
    at: Timestamp,
    actor: Actor,
    objects: BTreeMap<ObjectId, Slot>,
    /// Those of them that were put.
    changed: BTreeSet<ObjectId>,
    blocks: HashMap<BlockId, ObjectId>,
    schema_docs: HashMap<DocKey, SchemaDoc>,
    /// How many of them were put, also what was taken back.
    schema_puts: usize,
    /// How often a list was looked through.
    looks: usize,
    policy: Option<Policy>,
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
            (Some(_), Some(_)) => return Err(StoreError::SpaceExists(intent.space)),
        };
        Ok(Self {
            rows,
            row,
            begins: intent.begins.is_some(),
            schema_before: Arc::clone(&schema),
            schema,
            at: intent.at.max(row.at),
            actor: intent.actor.clone(),
            objects: BTreeMap::new(),
            changed: BTreeSet::new(),
            blocks: HashMap::new(),
            schema_docs: HashMap::new(),
            schema_puts: 0,
            looks: 0,
            policy: None,
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
        SpaceRow { revision, schema, at: self.at, policy: self.policy.unwrap_or(self.row.policy), ..self.row }
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
        Ok(self.objects.get(&id).and_then(|slot| slot.before.as_ref()).map(|before| before.found.clone()))
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

    /// Puts an object in a state, an erased one in none but deleted; putting back what was there before undoes earlier puts.
    /// Several puts of one object make one change, named by the last kind but "updated": what is made and trashed is trashed,
    /// what is made and seen is created.
    pub fn put(&mut self, object: Object, state: State, kind: ChangeKind) -> Result<(), StoreError> {
        let id = object.id;
        self.load(id)?;
        if object.blocks.are_lost() {
            return self.note(Err(StoreError::Corrupt(format!("the text of {id} cannot be read"))));
        }
        if state != State::Deleted && self.objects.get(&id).is_some_and(Slot::is_erased) {
            return Err(StoreError::Erased { id, revision: self.row.revision });
        }
        let slot = self.objects.entry(id).or_insert(Slot { before: None, after: None, staged: None });
        if slot.present().is_some_and(|before| before.state == state && *before.object == object) {
            slot.after = None;
            self.changed.remove(&id);
            return Ok(());
        }
        // The others were its own before.
        match slot.present() {
            Some(before) => {
                self.blocks.extend(added_blocks(&before.object, &object).into_iter().map(|block| (block, id)))
            }
            None => object.walk(&mut |block| _ = self.blocks.insert(block.id, id)),
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

    fn load(&mut self, id: ObjectId) -> Result<(), StoreError> {
        if self.objects.contains_key(&id) {
            return Ok(());
        }
        let stored = self.rows.object(self.row.id, id);
        if let Some(before) = self.note(stored)? {
            self.objects.insert(id, Slot { before: Some(before), after: None, staged: None });
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
        let mut schema_docs: Vec<_> = std::mem::take(&mut self.schema_docs).into_iter().collect();
        schema_docs.sort_by_key(|(_, doc)| doc.place);
        for (key, doc) in schema_docs {
            let before = self.rows.doc(self.row.id, key)?;
            sealed.schema_doc(key, (doc.change, doc.state), before, doc.body, self.row.id)?;
        }
        for (id, slot) in std::mem::take(&mut self.objects) {
            if let Some((object, state, kind)) = slot.after {
                sealed.object(id, slot.before, object, state, kind);
            }
        }
        let changes = !sealed.docs.is_empty();
        let answers = self.seal_answer(changes)?;
        let policy = self.policy.filter(|policy| *policy != self.row.policy);
        if !changes && (answers.is_none() && policy.is_none() || self.begins) {
            return Ok(None);
        }
        sealed.titles.vocabulary(self.rows, self.row.id)?;
        let schema = (!sealed.schema.is_empty()).then_some(self.schema);
        let schema_revision = if schema.is_some() { sealed.revision } else { self.row.schema };
        let stays = SpaceRow { policy: policy.unwrap_or(self.row.policy), ..self.row };
        let moved = SpaceRow { revision: sealed.revision, schema: schema_revision, at: self.at, ..stays };
        let entry = LogEntry {
            revision: sealed.revision,
            at: self.at,
            actor: self.actor,
            objects: sealed.objects,
            schema: sealed.schema,
        };
        Ok(Some(Batch {
            space: if changes { moved } else { stays },
            policy,
            schema,
            begins: self.begins,
            entry: changes.then_some(entry),
            docs: sealed.docs,
            stored: sealed.stored,
            versions: sealed.versions,
            memberships: sealed.memberships,
            lists: sealed.lists.into_iter().collect(),
            titles: sealed.titles,
            blocks: sealed.blocks,
            files: sealed.files,
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
        staged.or_else(|| self.before.as_ref().map(|before| &before.found))
    }

    /// Whether the operator erased it.
    fn is_erased(&self) -> bool {
        self.before.as_ref().is_some_and(|before| before.erased)
    }
}
