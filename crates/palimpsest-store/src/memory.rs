//! The in-memory twin: the contract in its plainest form, one lock around plain maps. It is the oracle for tests of other
//! backends and of everything above them, and durable only as long as the process lives.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use palimpsest_model::{BlockId, FileHash, ObjectId, Revision, SpaceId, StructureId, Timestamp, TokenId, WebhookId};

use crate::answer::StoredAnswer;
use crate::error::StoreError;
use crate::head::{Current, Heads, Moves};
use crate::job::{Ran, ReadJob, Target, WriteJob, guarded, run_job};
use crate::record::{
    AdminToken, Doc, DocKey, List, LogEntry, Origin, Place, Policy, SpaceRow, Step, TokenHash, TokenRecord, Version,
};
use crate::rows::{Batch, RegistryRows, Rows};
use crate::snapshot::Snapshot;
use crate::store::{Lookup, Store};
use crate::title::{NO_OBJECT, Term, TermRange, Titled};
use crate::upload::Upload;
use crate::webhook::{Delivery, Webhook};

/// A store that keeps everything in memory.
#[derive(Default)]
pub struct MemoryStore {
    data: Mutex<Memory>,
    heads: Heads,
}

#[derive(Clone, Default)]
struct Memory {
    spaces: BTreeMap<SpaceId, Arc<SpaceData>>,
    tokens: BTreeMap<TokenId, TokenRecord>,
    admin_tokens: BTreeMap<TokenId, AdminToken>,
    answers: BTreeMap<(TokenId, String), StoredAnswer>,
    /// Each with its deliveries, the last first.
    webhooks: BTreeMap<WebhookId, (Webhook, Vec<Delivery>)>,
    uploads: BTreeMap<ObjectId, Upload>,
    secret: Option<[u8; 32]>,
    closed: bool,
}

#[derive(Clone)]
struct SpaceData {
    row: SpaceRow,
    docs: BTreeMap<DocKey, Doc>,
    schema_order: Vec<DocKey>,
    versions: BTreeMap<(DocKey, Revision), Version>,
    /// When and by whom the first versions that compaction left were committed.
    made: BTreeMap<(DocKey, Revision), Origin>,
    log: Vec<LogEntry>,
    blocks: HashMap<BlockId, ObjectId>,
    files: BTreeSet<(ObjectId, FileHash)>,
    members: BTreeSet<(List, Place)>,
    lists: BTreeMap<List, Revision>,
    titles: BTreeMap<ObjectId, Titled>,
    terms: BTreeSet<(Term, ObjectId)>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn data(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn submit(&self, mut job: Box<dyn WriteJob>) {
        let mut data = self.data();
        if data.closed {
            return job.finish(Err(StoreError::Closed));
        }
        let heads = &self.heads;
        let registry = matches!(job.target(), Target::Registry);
        let before = registry.then(|| Memory::clone(&data));
        let ran = run_job(&mut *job, &mut *data, |row| heads.current(row.id, None).map(|current| current.schema));
        if let (Some(before), false) = (before, matches!(ran, Ok(Ran::Registered | Ran::Kept))) {
            *data = before;
        }
        let outcome = ran.map(|ran| match ran {
            Ran::Write(batch) => {
                data.apply(&batch);
                heads.publish(std::slice::from_ref(&batch));
                (batch.space.revision, batch.changes())
            }
            Ran::Registered => {
                heads.set_tokens(data.tokens.values().cloned().collect());
                heads.set_admin_tokens(data.admin_tokens.values().cloned().collect());
                heads.retain(&data.spaces.keys().copied().collect::<Vec<_>>());
                for space in data.spaces.values() {
                    heads.stands(space.row);
                }
                (Revision::default(), true)
            }
            Ran::Kept => (Revision::default(), true),
            Ran::Nothing => (data.revision(&*job), false),
        });
        job.finish(outcome);
    }

    fn inspect(&self, mut job: Box<dyn ReadJob>) {
        let mut data = self.data();
        if data.closed {
            return job.finish(Err(StoreError::Closed));
        }
        let heads = &self.heads;
        let known = |row: &SpaceRow| heads.current(row.id, None).map(|current| current.schema);
        let outcome = Snapshot::open(&mut *data, job.space(), known)
            .and_then(|mut snapshot| guarded(|| job.run(&mut snapshot)).map(|()| snapshot.row().revision));
        job.finish(outcome);
    }

    fn current(&self, space: SpaceId, object: Option<ObjectId>) -> Option<Current> {
        self.heads.current(space, object)
    }

    fn moved(&self, space: SpaceId) -> Option<Moves> {
        self.heads.moved(space)
    }

    fn token<'a>(&'a self, hash: &'a TokenHash) -> Lookup<'a, Option<Arc<TokenRecord>>> {
        Box::pin(std::future::ready(Ok(self.heads.token(hash))))
    }

    fn admin_token<'a>(&'a self, hash: &'a TokenHash) -> Lookup<'a, Option<Arc<AdminToken>>> {
        Box::pin(std::future::ready(Ok(self.heads.admin_token(hash))))
    }

    fn is_ready(&self) -> bool {
        !self.data().closed
    }

    fn close(&self) {
        self.data().closed = true;
    }
}

impl SpaceData {
    fn begin(row: SpaceRow) -> Self {
        Self {
            row,
            docs: BTreeMap::new(),
            schema_order: Vec::new(),
            versions: BTreeMap::new(),
            made: BTreeMap::new(),
            log: Vec::new(),
            blocks: HashMap::new(),
            files: BTreeSet::new(),
            members: BTreeSet::new(),
            lists: BTreeMap::new(),
            titles: BTreeMap::new(),
            terms: BTreeSet::new(),
        }
    }
}

impl Memory {
    fn apply(&mut self, batch: &Batch) {
        if let Some(change) = &batch.answers {
            for expired in &change.expired {
                self.answers.remove(expired);
            }
            let stored = &change.stored;
            self.answers.insert((stored.token, stored.key.clone()), stored.clone());
        }
        let Some(entry) = &batch.entry else {
            // What takes no revision besides an answer is a policy.
            if let Some(space) = self.spaces.get_mut(&batch.space.id).filter(|_| batch.policy.is_some()) {
                Arc::make_mut(space).row = batch.space;
            }
            return;
        };
        let space = self.spaces.entry(batch.space.id).or_insert_with(|| Arc::new(SpaceData::begin(batch.space)));
        let space = Arc::make_mut(space);
        space.row = batch.space;
        space.log.push(entry.clone());
        for version in &batch.versions {
            space.versions.insert((version.key, version.revision), version.clone());
        }
        for (block, object) in &batch.blocks {
            space.blocks.entry(*block).or_insert(*object);
        }
        space.files.extend(&batch.files);
        for membership in &batch.memberships {
            for list in &membership.left {
                space.members.remove(&(*list, membership.place));
            }
            space.members.extend(membership.entered.iter().map(|list| (*list, membership.place)));
        }
        space.lists.extend(batch.lists.iter().map(|list| (*list, batch.space.revision)));
        for titled in &batch.titles.titled {
            space.titles.insert(titled.id, titled.clone());
        }
        for id in &batch.titles.untitled {
            space.titles.remove(id);
        }
        for term in &batch.titles.left {
            space.terms.remove(term);
        }
        space.terms.extend(batch.titles.entered.iter().cloned());
        for doc in &batch.docs {
            if !matches!(doc.key, DocKey::Object(_)) && !space.docs.contains_key(&doc.key) {
                space.schema_order.push(doc.key);
            }
            let erased = space.docs.get(&doc.key).is_some_and(|present| present.erased);
            space.docs.insert(doc.key, Doc { erased, ..doc.clone() });
        }
    }

    fn revision(&self, job: &dyn WriteJob) -> Revision {
        match job.target() {
            Target::Space(intent) => self.spaces.get(&intent.space).map(|data| data.row.revision),
            Target::Registry => None,
        }
        .unwrap_or_default()
    }

    fn change(&mut self, space: SpaceId) -> Result<&mut SpaceData, StoreError> {
        self.spaces.get_mut(&space).map(Arc::make_mut).ok_or(StoreError::NoSuchSpace)
    }

    fn of(&self, space: SpaceId) -> Result<&SpaceData, StoreError> {
        self.spaces.get(&space).map(Arc::as_ref).ok_or(StoreError::NoSuchSpace)
    }
}

impl Rows for Memory {
    fn space(&mut self, space: SpaceId) -> Result<Option<SpaceRow>, StoreError> {
        Ok(self.spaces.get(&space).map(|data| data.row))
    }

    fn doc(&mut self, space: SpaceId, key: DocKey) -> Result<Option<Doc>, StoreError> {
        Ok(self.spaces.get(&space).and_then(|data| data.docs.get(&key).cloned()))
    }

    fn schema_docs(&mut self, space: SpaceId) -> Result<Vec<Doc>, StoreError> {
        let data = self.of(space)?;
        Ok(data.schema_order.iter().filter_map(|key| data.docs.get(key).cloned()).collect())
    }

    fn versions(
        &mut self,
        space: SpaceId,
        key: DocKey,
        made: RangeInclusive<Revision>,
        limit: usize,
    ) -> Result<Vec<Version>, StoreError> {
        let (first, last) = made.into_inner();
        if first > last {
            return Ok(Vec::new());
        }
        let versions = self.of(space)?.versions.range((key, first)..=(key, last)).rev();
        Ok(versions.take(limit).map(|(_, version)| version.clone()).collect())
    }

    fn steps(
        &mut self,
        space: SpaceId,
        key: DocKey,
        made: RangeInclusive<Revision>,
        limit: usize,
    ) -> Result<Vec<Step>, StoreError> {
        let versions = self.versions(space, key, made, limit)?;
        let step = |version: Version| Step { revision: version.revision, previous: version.previous };
        Ok(versions.into_iter().map(step).collect())
    }

    fn made(&mut self, space: SpaceId, key: DocKey, revision: Revision) -> Result<Option<Origin>, StoreError> {
        Ok(self.of(space)?.made.get(&(key, revision)).cloned())
    }

    fn members(
        &mut self,
        space: SpaceId,
        list: List,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Place>, StoreError> {
        let data = self.of(space)?;
        let from = after.unwrap_or((Revision(0), ObjectId(uuid::Uuid::nil())));
        let members = data.members.range((list, from)..).take_while(|(other, _)| *other == list);
        Ok(members.map(|(_, place)| *place).filter(|place| Some(*place) != after).take(limit).collect())
    }

    fn list_changed(&mut self, space: SpaceId, list: List) -> Result<Option<Revision>, StoreError> {
        Ok(self.of(space)?.lists.get(&list).copied())
    }

    fn block_owner(&mut self, space: SpaceId, block: BlockId) -> Result<Option<ObjectId>, StoreError> {
        Ok(self.spaces.get(&space).and_then(|data| data.blocks.get(&block).copied()))
    }

    fn titled(&mut self, space: SpaceId, object: ObjectId) -> Result<Option<Titled>, StoreError> {
        Ok(self.of(space)?.titles.get(&object).cloned())
    }

    fn titled_structures(&mut self, space: SpaceId) -> Result<Vec<StructureId>, StoreError> {
        let structures: BTreeSet<_> = self.of(space)?.titles.values().map(|titled| titled.structure).collect();
        Ok(structures.into_iter().collect())
    }

    fn recent(
        &mut self,
        space: SpaceId,
        structure: StructureId,
        after: Option<(Revision, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<Titled>, StoreError> {
        let place = |titled: &Titled| (Reverse(titled.named), titled.id);
        let titles = self.of(space)?.titles.values().filter(|titled| titled.structure == structure);
        let mut titles: Vec<_> = titles
            .filter(|titled| after.is_none_or(|(named, id)| place(titled) > (Reverse(named), id)))
            .cloned()
            .collect();
        titles.sort_by_key(place);
        titles.truncate(limit);
        Ok(titles)
    }

    fn terms(
        &mut self,
        space: SpaceId,
        range: &TermRange,
        after: Option<&(Term, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<(Term, ObjectId)>, StoreError> {
        let from = after.cloned().unwrap_or_else(|| (Term::from_bytes(&range.from), NO_OBJECT));
        // A space that begins has none yet.
        let Some(data) = self.spaces.get(&space) else { return Ok(Vec::new()) };
        let terms = data.terms.range(from..).take_while(|(term, _)| term.as_bytes() < range.to.as_slice());
        Ok(terms.filter(|term| Some(*term) != after).take(limit).cloned().collect())
    }

    fn entries(&mut self, space: SpaceId, after: Revision, limit: usize) -> Result<Vec<LogEntry>, StoreError> {
        let log = &self.of(space)?.log;
        Ok(log.iter().filter(|entry| entry.revision > after).take(limit).cloned().collect())
    }

    fn answer(&mut self, token: TokenId, key: &str) -> Result<Option<StoredAnswer>, StoreError> {
        Ok(self.answers.get(&(token, key.to_owned())).cloned())
    }

    fn answers_before(
        &mut self,
        space: SpaceId,
        at: Timestamp,
        limit: usize,
    ) -> Result<Vec<(TokenId, String)>, StoreError> {
        let mut expired: Vec<_> =
            self.answers.values().filter(|stored| stored.space == space && stored.at < at).collect();
        expired.sort_by_key(|stored| stored.at);
        Ok(expired.into_iter().take(limit).map(|stored| (stored.token, stored.key.clone())).collect())
    }
}

impl RegistryRows for Memory {
    fn spaces(&mut self) -> Result<Vec<SpaceRow>, StoreError> {
        Ok(self.spaces.values().map(|data| data.row).collect())
    }

    fn tokens(&mut self) -> Result<Vec<TokenRecord>, StoreError> {
        Ok(self.tokens.values().cloned().collect())
    }

    fn put_policy(&mut self, space: SpaceId, policy: Policy) -> Result<(), StoreError> {
        let data = self.spaces.get_mut(&space).ok_or(StoreError::NoSuchSpace)?;
        Arc::make_mut(data).row.policy = policy;
        Ok(())
    }

    fn put_token(&mut self, token: &TokenRecord) -> Result<(), StoreError> {
        self.tokens.insert(token.id, token.clone());
        Ok(())
    }

    fn admin_tokens(&mut self) -> Result<Vec<AdminToken>, StoreError> {
        Ok(self.admin_tokens.values().cloned().collect())
    }

    fn put_admin_token(&mut self, token: &AdminToken) -> Result<(), StoreError> {
        self.admin_tokens.insert(token.id, token.clone());
        Ok(())
    }

    fn webhooks(&mut self) -> Result<Vec<Webhook>, StoreError> {
        Ok(self.webhooks.values().map(|(webhook, _)| webhook.clone()).collect())
    }

    fn webhook(&mut self, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        Ok(self.webhooks.get(&id).map(|(webhook, _)| webhook.clone()))
    }

    fn put_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        self.of(webhook.space)?;
        let known = self.webhooks.remove(&webhook.id);
        let deliveries = known.map(|(_, deliveries)| deliveries).unwrap_or_default();
        self.webhooks.insert(webhook.id, (webhook.clone(), deliveries));
        Ok(())
    }

    fn remove_webhook(&mut self, id: WebhookId) -> Result<(), StoreError> {
        self.webhooks.remove(&id);
        Ok(())
    }

    fn deliveries(&mut self, id: WebhookId, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        let deliveries = self.webhooks.get(&id).map(|(_, deliveries)| deliveries.as_slice()).unwrap_or_default();
        Ok(deliveries.iter().take(limit).cloned().collect())
    }

    fn put_delivery(&mut self, id: WebhookId, delivery: &Delivery, keep: usize) -> Result<(), StoreError> {
        if let Some((_, deliveries)) = self.webhooks.get_mut(&id) {
            deliveries.insert(0, delivery.clone());
            deliveries.truncate(keep);
        }
        Ok(())
    }

    fn uploads(&mut self) -> Result<Vec<Upload>, StoreError> {
        Ok(self.uploads.values().cloned().collect())
    }

    fn upload(&mut self, id: ObjectId) -> Result<Option<Upload>, StoreError> {
        Ok(self.uploads.get(&id).cloned())
    }

    fn put_upload(&mut self, upload: &Upload) -> Result<(), StoreError> {
        self.of(upload.space)?;
        self.uploads.insert(upload.id, upload.clone());
        Ok(())
    }

    fn remove_upload(&mut self, id: ObjectId) -> Result<(), StoreError> {
        self.uploads.remove(&id);
        Ok(())
    }

    fn named_files(&mut self, hashes: &[FileHash]) -> Result<BTreeSet<FileHash>, StoreError> {
        let named: BTreeSet<_> = self.spaces.values().flat_map(|data| &data.files).map(|(_, hash)| *hash).collect();
        Ok(hashes.iter().copied().filter(|hash| named.contains(hash)).collect())
    }

    fn forget_files(&mut self, space: SpaceId, object: ObjectId) -> Result<(), StoreError> {
        self.change(space)?.files.retain(|(other, _)| *other != object);
        Ok(())
    }

    fn server_secret(&mut self) -> Result<Option<[u8; 32]>, StoreError> {
        Ok(self.secret)
    }

    fn put_server_secret(&mut self, secret: [u8; 32]) -> Result<(), StoreError> {
        self.secret = Some(secret);
        Ok(())
    }

    fn remove_token(&mut self, token: TokenId) -> Result<(), StoreError> {
        self.tokens.remove(&token);
        self.answers.retain(|(owner, _), _| *owner != token);
        self.webhooks.retain(|_, (webhook, _)| webhook.token != token);
        self.uploads.retain(|_, upload| upload.token != token);
        Ok(())
    }

    fn remove_space(&mut self, space: SpaceId) -> Result<(), StoreError> {
        self.of(space)?;
        self.spaces.remove(&space);
        self.answers.retain(|_, stored| stored.space != space);
        self.webhooks.retain(|_, (webhook, _)| webhook.space != space);
        self.uploads.retain(|_, upload| upload.space != space);
        Ok(())
    }

    fn set_oldest(&mut self, space: SpaceId, oldest: Revision) -> Result<(), StoreError> {
        self.change(space)?.row.oldest = oldest;
        Ok(())
    }

    fn forget_before(&mut self, space: SpaceId, key: DocKey, entry: &LogEntry) -> Result<(), StoreError> {
        let (data, revision) = (self.change(space)?, entry.revision);
        let before = |(other, earlier): &(DocKey, Revision)| *other == key && *earlier < revision;
        data.versions.retain(|place, _| !before(place));
        data.made.retain(|place, _| !before(place));
        if let Some(first) = data.versions.get_mut(&(key, revision)) {
            (first.previous, first.delta) = (None, Vec::new());
            data.made.insert((key, revision), Origin { revision, at: entry.at, actor: entry.actor.clone() });
        }
        Ok(())
    }

    fn remove_entry(&mut self, space: SpaceId, revision: Revision) -> Result<(), StoreError> {
        self.change(space)?.log.retain(|entry| entry.revision != revision);
        Ok(())
    }

    fn replace_changes(&mut self, space: SpaceId, entry: &LogEntry) -> Result<(), StoreError> {
        for present in self.change(space)?.log.iter_mut().filter(|present| present.revision == entry.revision) {
            present.objects.clone_from(&entry.objects);
        }
        Ok(())
    }

    fn replace_body(&mut self, space: SpaceId, key: DocKey, body: &[u8]) -> Result<(), StoreError> {
        if let Some(doc) = self.change(space)?.docs.get_mut(&key) {
            doc.body = body.into();
        }
        Ok(())
    }

    fn erase(&mut self, space: SpaceId, object: ObjectId, way_back: &[u8]) -> Result<(), StoreError> {
        let (data, key) = (self.change(space)?, DocKey::Object(object));
        if let Some(doc) = data.docs.get_mut(&key) {
            doc.erased = true;
        }
        let versions = data.versions.iter_mut().filter(|((other, _), _)| *other == key);
        for (_, version) in versions.filter(|(_, version)| version.previous.is_some()) {
            version.delta = way_back.to_vec();
        }
        Ok(())
    }

    fn expire_answers(&mut self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let expired = self.answers.extract_if(.., |_, stored| stored.at < before);
        Ok(expired.take(limit).count())
    }
}
