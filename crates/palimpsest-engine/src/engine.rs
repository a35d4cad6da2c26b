//! The engine: a store, the outside world, and a cache of rendered bytes. Reads are here; writes are operations.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use palimpsest_model::{ObjectId, Revision, Schema, Shown, State, Tag, render_object, render_space, render_structures};
use palimpsest_store::{Current, Files, Found, ObjectHead, SpaceRow, Store};
use tokio::sync::watch;

use crate::access::Access;
use crate::blocks::structure_of;
use crate::cache::{Key, Rendered};
use crate::condition::Terms;
use crate::error::{Code, Error};
use crate::etag::{ETag, Rendering};
use crate::operation::{Operation, Request, Written};
use crate::perform::{Done, perform};
use crate::retry::{self, Outcome};
use crate::world::{Clock, Fetch, Fresh, Ids, Post, WebPage};

/// Everything a transport needs to answer.
pub struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    fetch: Option<Arc<dyn Fetch>>,
    pub(crate) post: Option<Arc<dyn Post>>,
    pub(crate) files: Option<Arc<dyn Files>>,
    pub(crate) webhook_changes: watch::Sender<()>,
    pub(crate) rendered: Arc<Rendered>,
    #[cfg(feature = "faults")]
    pub(crate) faults: crate::faults::Faults,
}

/// Bytes of an answer, and the revision of the space they were computed at.
#[derive(Clone, Debug)]
pub struct View {
    /// The body.
    pub body: Bytes,
    /// The head it was computed at; on a write, the revision it took.
    pub revision: Revision,
    /// The object it shows, if it shows one.
    pub object: Option<ObjectId>,
    /// The version it shows, and the digest of the bytes.
    pub etag: ETag,
}

impl View {
    pub(crate) fn of(rendering: Rendering, head: Revision, tag: Tag, object: Option<ObjectId>) -> Self {
        let Rendering { body, digest } = rendering;
        Self { body, revision: head, object, etag: ETag { tag, digest: Some(digest) } }
    }
}

/// How many bytes of rendered answers are kept.
const CACHE: u64 = 64 * 1024 * 1024;

impl Engine {
    /// An engine over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self {
            store,
            clock,
            ids,
            fetch: None,
            post: None,
            files: None,
            webhook_changes: watch::Sender::new(()),
            rendered: Arc::new(Rendered::new(CACHE)),
            #[cfg(feature = "faults")]
            faults: crate::faults::Faults::default(),
        }
    }

    /// The same, looking at the pages that weblinks lead to.
    #[must_use]
    pub fn fetching(self, fetch: Arc<dyn Fetch>) -> Self {
        Self { fetch: Some(fetch), ..self }
    }

    /// The same, sending what webhooks send.
    #[must_use]
    pub fn posting(self, post: Arc<dyn Post>) -> Self {
        Self { post: Some(post), ..self }
    }

    /// The same, keeping the bytes of files.
    #[must_use]
    pub fn keeping(self, files: Arc<dyn Files>) -> Self {
        Self { files: Some(files), ..self }
    }

    /// Where the bytes of files lie; a refusal when nothing keeps any.
    pub fn files(&self) -> Result<&Arc<dyn Files>, Error> {
        self.files.as_ref().ok_or_else(|| Error::new(Code::ServiceUnavailable, "This server keeps no files"))
    }

    /// The store beneath.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> palimpsest_model::Timestamp {
        self.clock.now()
    }

    /// A new name for a request, for the answer and the log.
    #[must_use]
    pub fn request_id(&self) -> String {
        Fresh::draw(&*self.ids, self.clock.now()).uuid().to_string()
    }

    /// Whether writes are accepted.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.store.is_ready()
    }

    /// GET /space.
    pub async fn space(&self, access: &Access) -> Result<View, Error> {
        let (row, schema) = self.schema(access).await?;
        let tag = Tag { log: row.log, revision: schema.space.revision };
        Ok(View::of(render_space(&schema.space.value).into(), row.revision, tag, None))
    }

    /// GET /space/structures.
    pub async fn structures(&self, access: &Access) -> Result<View, Error> {
        let (row, schema) = self.schema(access).await?;
        let key = Key::Structures { log: row.log, schema: row.schema };
        let rendering = self.rendered.get_or_make(key, || render_structures(&schema));
        Ok(View::of(rendering, row.revision, Tag { log: row.log, revision: row.schema }, None))
    }

    /// GET /object.
    pub async fn object(&self, access: &Access, id: ObjectId) -> Result<View, Error> {
        let known = self.store.current(access.space, Some(id));
        if let Some(view) = known.and_then(|current| self.view_of_head(id, &current).transpose()) {
            return view;
        }
        let read = move |snapshot: &mut palimpsest_store::Snapshot<'_>| {
            let found = snapshot.object(id)?;
            Ok::<_, Error>((found, snapshot.row(), Arc::clone(snapshot.schema())))
        };
        let answer = self.store.read(access.space, read).await?;
        let (found, row, schema) = answer.value?;
        let Some(found) = found else { return Err(Error::not_found("Object").at(row.revision)) };
        let head = ObjectHead { revision: found.revision, state: found.state };
        self.store.remember(access.space, row.revision, id, head);
        if found.state != State::Live {
            return Err(Error::not_found("Object").at(row.revision));
        }
        self.show(&row, &schema, &found)
    }

    /// Does something: one commit, at one revision or none.
    pub async fn execute(&self, access: &Access, mut request: Request) -> Result<Written, Error> {
        // What needs the outside world is done before: no commit waits for it.
        if let Operation::CreateFromUrl(create) = &mut request.operation {
            if let Some(outcome) = self.recall(access, request.retry.as_ref()).await? {
                let revision = outcome.row.revision;
                return self.written(outcome, revision);
            }
            create.page = self.page(&create.url).await;
        }
        #[cfg(feature = "faults")]
        if self.faults.compare_before_commit {
            self.judge_ahead(access, &mut request).await?;
        }
        let intent = self.intent(access);
        let fresh = Fresh::draw(&*self.ids, intent.at);
        let policy = access.policy;
        let decide = move |tx: &mut palimpsest_store::Tx<'_>| {
            if let Some(outcome) = retry::replay(tx, request.retry.as_ref())? {
                return Ok(outcome);
            }
            let terms = Terms { condition: &request.condition, policy, held: &BTreeSet::new() };
            let done = perform(tx, &request.operation, terms, &mut fresh.clone(), request.ignored.clone())?;
            if request.strict {
                done.ignored.refuse()?;
            }
            let (row, schema) = (tx.row(), Arc::clone(tx.schema()));
            let outcome = Outcome { done: vec![done], stayed: Vec::new(), row, schema, replayed: None };
            retry::remember(tx, request.retry.as_ref(), &outcome)?;
            Ok::<_, Error>(outcome)
        };
        let answer = self.store.commit(intent, decide).await?;
        let revision = answer.revision;
        let outcome = answer.value.map_err(|error: Error| error.at(revision))?;
        self.written(outcome, revision)
    }

    /// The commit of a token, now.
    pub(crate) fn intent(&self, access: &Access) -> palimpsest_store::Intent {
        let at = self.clock.now();
        palimpsest_store::Intent { space: access.space, actor: access.actor(), at, begins: None }
    }

    /// Renders what a commit came to, at the revision it took unless it was answered before.
    fn written(&self, outcome: Outcome, revision: Revision) -> Result<Written, Error> {
        let Outcome { mut done, row, schema, replayed, .. } = outcome;
        let Done { shown, left, ignored } = done.pop().unwrap_or_default();
        #[cfg(feature = "faults")]
        let ignored = if self.faults.drop_in_silence { Default::default() } else { ignored };
        let revision = replayed.unwrap_or(revision);
        let object = match shown {
            Some(found) => Some(View { revision, ..self.show(&row, &schema, &found)? }),
            None => None,
        };
        // What it left may be another version than the one it shows: an object in the trash is shown as it was.
        let digest = object.as_ref().and_then(|view| view.etag.digest);
        let left = left.map(|(id, tag)| (id, ETag { tag, digest }));
        Ok(Written { object, revision, ignored, left, replayed: replayed.is_some() })
    }

    /// What is at a URL, where the engine looks at pages at all.
    pub(crate) async fn page(&self, url: &str) -> Option<WebPage> {
        match &self.fetch {
            Some(fetch) => fetch.fetch(url).await,
            None => None,
        }
    }

    /// Where the space of a token stands.
    pub(crate) async fn head(&self, access: &Access) -> Result<Revision, Error> {
        Ok(self.schema(access).await?.0.revision)
    }

    async fn schema(&self, access: &Access) -> Result<(SpaceRow, Arc<Schema>), Error> {
        if let Some(current) = self.store.current(access.space, None) {
            return Ok((current.space, current.schema));
        }
        let read = |snapshot: &mut palimpsest_store::Snapshot<'_>| (snapshot.row(), Arc::clone(snapshot.schema()));
        Ok(self.store.read(access.space, read).await?.value)
    }

    /// What the head alone can answer; nothing when the bytes have to be made.
    fn view_of_head(&self, id: ObjectId, current: &Current) -> Result<Option<View>, Error> {
        let Some(head) = current.object else { return Ok(None) };
        let revision = current.space.revision;
        if head.state != State::Live {
            return Err(Error::not_found("Object").at(revision));
        }
        // Which structure it has is not in the head; its revision is never beyond that of the schema.
        let key = Key::Object { log: current.space.log, id, revision: head.revision, structure: current.space.schema };
        let tag = Tag { log: current.space.log, revision: head.revision };
        Ok(self.rendered.get(&key).map(|rendering| View::of(rendering, revision, tag, Some(id))))
    }

    pub(crate) fn show(&self, row: &SpaceRow, schema: &Schema, found: &Found) -> Result<View, Error> {
        let object = &found.object;
        let structure = structure_of(schema, object)?;
        let key = Key::Object { log: row.log, id: object.id, revision: found.revision, structure: row.schema };
        let render = || render_object(Shown { object, structure, updated_at: found.at });
        let rendering = self.rendered.get_or_make(key, render);
        let tag = Tag { log: row.log, revision: found.revision };
        Ok(View::of(rendering, row.revision, tag, Some(object.id)))
    }

    /// Shows a version that was never committed. Its revision will be that of another version, so its bytes are not kept.
    pub(crate) fn imagine(&self, row: &SpaceRow, schema: &Schema, found: &Found) -> Result<View, Error> {
        let object = &found.object;
        let structure = structure_of(schema, object)?;
        let rendering = render_object(Shown { object, structure, updated_at: found.at }).into();
        let tag = Tag { log: row.log, revision: found.revision };
        Ok(View::of(rendering, row.revision, tag, Some(object.id)))
    }
}
