//! The published head of every space, for stores that are the only ones to write their data: what is current, without asking
//! the disk. Only the writer changes it, in one step, after COMMIT and before any answer of that group goes out.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use palimpsest_model::{LogId, ObjectId, Revision, Schema, SpaceId, State};
use quick_cache::sync::Cache;
use tokio::sync::watch;

use crate::record::{AdminToken, DocKey, SpaceRow, TokenHash, TokenRecord};
use crate::rows::Batch;

/// What the head says of a space and perhaps of one object, all at one revision.
#[derive(Clone, Debug)]
pub struct Current {
    /// Where the space stands.
    pub space: SpaceRow,
    /// Its schema.
    pub schema: Arc<Schema>,
    /// The object that was asked for, when the head knows it.
    pub object: Option<ObjectHead>,
}

/// What the head says of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ObjectHead {
    /// The revision that last changed it.
    pub revision: Revision,
    /// Whether it can be seen.
    pub state: State,
}

/// The head of one space as it moves.
pub type Moves = watch::Receiver<Revision>;

/// The heads of all spaces, and all tokens by the hash of their secret.
pub struct Heads {
    spaces: RwLock<HashMap<SpaceId, Arc<Head>>>,
    /// What is known of objects: of those used last, since any that is forgotten is learned anew from a read. Whatever looks here
    /// or changes it holds the state of the head.
    objects: Cache<(LogId, ObjectId), ObjectHead>,
    tokens: RwLock<HashMap<TokenHash, Arc<TokenRecord>>>,
    admin_tokens: RwLock<HashMap<TokenHash, Arc<AdminToken>>>,
}

struct Head {
    state: RwLock<HeadState>,
    moved: (Mutex<()>, Condvar),
    told: watch::Sender<Revision>,
}

struct HeadState {
    row: SpaceRow,
    schema: Arc<Schema>,
}

/// How many objects are remembered unless it is said, at some 70 bytes each.
pub const REMEMBERED: usize = 1 << 17;

impl Default for Heads {
    fn default() -> Self {
        Self::remembering(REMEMBERED)
    }
}

impl Heads {
    /// No heads yet; of so many objects they will know where they stand.
    #[must_use]
    pub fn remembering(objects: usize) -> Self {
        Self {
            spaces: RwLock::default(),
            objects: Cache::new(objects),
            tokens: RwLock::default(),
            admin_tokens: RwLock::default(),
        }
    }

    /// What is current in a space, and of an object when the head knows it; nothing for an unknown space.
    #[must_use]
    pub fn current(&self, space: SpaceId, object: Option<ObjectId>) -> Option<Current> {
        let head = self.head(space)?;
        let state = read(&head.state);
        let object = object.and_then(|id| self.objects.get(&(state.row.log, id)));
        Some(Current { space: state.row, schema: Arc::clone(&state.schema), object })
    }

    /// Begins or replaces the head of a space, as it was read from disk. What it knows of objects stays when it is the same head.
    pub fn load(&self, row: SpaceRow, schema: Arc<Schema>) {
        let mut spaces = write(&self.spaces);
        match spaces.get(&row.id) {
            Some(head) => {
                let mut state = write(&head.state);
                if (state.row.log, state.row.revision) != (row.log, row.revision) {
                    self.forget(row.log);
                }
                (state.row, state.schema) = (row, schema);
                drop(state);
                head.wake();
            }
            None => {
                self.forget(row.log);
                let state = RwLock::new(HeadState { row, schema });
                let (moved, told) = ((Mutex::new(()), Condvar::new()), watch::Sender::new(row.revision));
                spaces.insert(row.id, Arc::new(Head { state, moved, told }));
            }
        }
    }

    /// Replaces where a space stands, when it is the same head with another horizon.
    pub fn stands(&self, row: SpaceRow) {
        let Some(head) = self.head(row.id) else { return };
        let mut state = write(&head.state);
        if (state.row.log, state.row.revision) == (row.log, row.revision) {
            state.row = row;
        }
    }

    /// Keeps only these spaces.
    pub fn retain(&self, spaces: &[SpaceId]) {
        write(&self.spaces).retain(|id, _| spaces.contains(id));
    }

    /// Publishes what a group committed. All its batches for one space become visible at once.
    pub fn publish(&self, batches: &[Batch]) {
        let mut spaces: Vec<SpaceId> = batches.iter().map(|batch| batch.space.id).collect();
        spaces.sort_unstable();
        spaces.dedup();
        for space in spaces {
            self.publish_space(space, batches.iter().filter(|batch| batch.space.id == space));
        }
    }

    fn publish_space<'b>(&self, space: SpaceId, batches: impl Iterator<Item = &'b Batch>) {
        let mut batches = batches.peekable();
        if let Some(first) = batches.peek()
            && let (true, Some(schema)) = (first.begins, &first.schema)
        {
            self.load(first.space, Arc::clone(schema));
        }
        let Some(head) = self.head(space) else { return };
        let mut state = write(&head.state);
        for batch in batches {
            state.row = batch.space;
            if let Some(schema) = &batch.schema {
                state.schema = Arc::clone(schema);
            }
            for doc in &batch.docs {
                if let DocKey::Object(id) = doc.key {
                    let object = ObjectHead { revision: doc.revision, state: doc.state };
                    self.objects.insert((batch.space.log, id), object);
                }
            }
        }
        drop(state);
        head.wake();
    }

    /// Remembers what a snapshot said of an object, unless the head has moved since: a reader never brings back the past.
    pub fn remember(&self, space: SpaceId, seen: Revision, id: ObjectId, object: ObjectHead) {
        let Some(head) = self.head(space) else { return };
        // The head does not move while this is held, and of one revision all snapshots say the same.
        let state = read(&head.state);
        let key = (state.row.log, id);
        if state.row.revision == seen && self.objects.peek(&key).is_none() {
            self.objects.insert(key, object);
        }
    }

    /// Waits until the head of a space has reached a revision; `false` when it did not within the time.
    #[must_use]
    pub fn reach(&self, space: SpaceId, revision: Revision, patience: Duration) -> bool {
        let Some(head) = self.head(space) else { return false };
        let reached = || read(&head.state).row.revision >= revision;
        if reached() {
            return true;
        }
        let guard = lock(&head.moved.0);
        let waited = head.moved.1.wait_timeout_while(guard, patience, |()| !reached());
        drop(waited);
        reached()
    }

    /// Tells of each move of the head of a space; nothing for an unknown space. It ends with the space.
    #[must_use]
    pub fn moved(&self, space: SpaceId) -> Option<Moves> {
        Some(self.head(space)?.told.subscribe())
    }

    /// Replaces all tokens.
    pub fn set_tokens(&self, tokens: Vec<TokenRecord>) {
        *write(&self.tokens) = tokens.into_iter().map(|token| (token.hash, Arc::new(token))).collect();
    }

    /// The token with this hash.
    #[must_use]
    pub fn token(&self, hash: &TokenHash) -> Option<Arc<TokenRecord>> {
        read(&self.tokens).get(hash).cloned()
    }

    /// Replaces all tokens of the operator.
    pub fn set_admin_tokens(&self, tokens: Vec<AdminToken>) {
        *write(&self.admin_tokens) = tokens.into_iter().map(|token| (token.hash, Arc::new(token))).collect();
    }

    /// The token of the operator with this hash.
    #[must_use]
    pub fn admin_token(&self, hash: &TokenHash) -> Option<Arc<AdminToken>> {
        read(&self.admin_tokens).get(hash).cloned()
    }

    fn forget(&self, log: LogId) {
        self.objects.retain(|(of, _), _| *of != log);
    }

    fn head(&self, space: SpaceId) -> Option<Arc<Head>> {
        read(&self.spaces).get(&space).cloned()
    }
}

impl Head {
    fn wake(&self) {
        self.told.send_replace(read(&self.state).row.revision);
        let _order = lock(&self.moved.0);
        self.moved.1.notify_all();
    }
}

// A panic while a lock is held cannot leave these maps half-changed, so a poisoned lock is as good as another.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use palimpsest_model::Timestamp;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::record::{Doc, Policy};
    use crate::schema::empty_schema;
    use crate::title::TitleChanges;

    const SPACE: SpaceId = SpaceId(Uuid::from_u128(1));

    fn row(revision: u64) -> SpaceRow {
        let (revision, schema, oldest) = (Revision(revision), Revision(1), Revision(1));
        let policy = Policy::default();
        SpaceRow { id: SPACE, log: LogId(7), revision, schema, at: Timestamp(0), oldest, policy }
    }

    fn object(number: u128) -> ObjectId {
        ObjectId(Uuid::from_u128(number))
    }

    fn commit(revision: u64, number: u128) -> Batch {
        let (made, at) = (Revision(revision), Timestamp(0));
        let key = DocKey::Object(object(number));
        let doc = Doc { key, created: made, revision: made, at, state: State::Live, body: [].into(), erased: false };
        Batch {
            space: row(revision),
            policy: None,
            schema: None,
            begins: false,
            entry: None,
            docs: vec![doc],
            stored: Vec::new(),
            versions: Vec::new(),
            memberships: Vec::new(),
            lists: Vec::new(),
            titles: TitleChanges::default(),
            blocks: Vec::new(),
            files: Vec::new(),
            answers: None,
        }
    }

    proptest! {
        /// However little room there is and whatever comes in between, a head says of an object what the last commit made of it,
        /// or nothing; and it has no more room than that.
        #[test]
        fn what_a_head_forgets_it_does_not_mistake(steps in prop::collection::vec((any::<bool>(), 0..200_u128), 1..400)) {
            let heads = Heads::remembering(40);
            heads.load(row(1), Arc::new(empty_schema(SPACE)));
            let mut truth = HashMap::<u128, u64>::new();
            let known = |number: u128| heads.current(SPACE, Some(object(number))).and_then(|current| current.object);
            let mut revision = 1;
            for (writes, number) in steps {
                if writes {
                    revision += 1;
                    heads.publish(&[commit(revision, number)]);
                    truth.insert(number, revision);
                } else if let Some(made) = truth.get(&number) {
                    let seen = ObjectHead { revision: Revision(*made), state: State::Live };
                    heads.remember(SPACE, Revision(revision), object(number), seen);
                }
                prop_assert_eq!(known(number).map(|object| object.revision.0), truth.get(&number).copied());
            }
            for (number, made) in &truth {
                prop_assert!(known(*number).is_none_or(|object| object.revision.0 == *made));
            }
            prop_assert!(truth.keys().filter(|number| known(**number).is_some()).count() <= 40);
        }
    }

    #[test]
    fn a_head_that_was_loaded_anew_knows_no_objects_of_before() {
        let heads = Heads::default();
        heads.load(row(1), Arc::new(empty_schema(SPACE)));
        heads.publish(&[commit(2, 5)]);
        let known = || heads.current(SPACE, Some(object(5))).unwrap().object;
        heads.load(row(2), Arc::new(empty_schema(SPACE)));
        assert_eq!(known().map(|object| object.revision), Some(Revision(2)));
        heads.load(row(3), Arc::new(empty_schema(SPACE)));
        assert_eq!(known(), None);
    }
}
