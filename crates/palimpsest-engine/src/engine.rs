//! The engine: a store, the outside world, and a cache of rendered bytes. Reads are here; writes are operations.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use palimpsest_model::{
    File, ObjectId, Revision, Schema, State, Tag, render_collection, render_space, render_structure, render_structures,
};
use palimpsest_store::{Current, Files, Found, Glimpse, ObjectHead, SpaceRow, Store};
use serde::Serialize;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use url::Url;
use uuid::Uuid;

use crate::access::Access;
use crate::blocks::structure_of;
use crate::cache::{Key, Rendered};
use crate::condition::{Held, Terms};
use crate::error::{Code, Error, Kind};
use crate::etag::{ETag, Rendering};
use crate::files::Links;
use crate::lists::Page;
use crate::media::{UNKNOWN, is_media_type, shown_as};
use crate::objects::name_in;
use crate::operation::{Operation, Request, Written};
use crate::perform::{Done, perform};
use crate::retry::{self, Outcome};
use crate::shown::{About, Shown};
use crate::undone::{Undone, known};
use crate::uploads::{MAX_FILE, Turns};
use crate::world::{Clock, Fetch, Fetched, Fresh, Ids, Names, Post, WebPage};

/// Everything a transport needs to answer.
pub struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    fetch: Option<Arc<dyn Fetch>>,
    pub(crate) post: Option<Arc<dyn Post>>,
    pub(crate) files: Option<Arc<dyn Files>>,
    pub(crate) max_file: u64,
    pub(crate) turns: Turns,
    patience: Duration,
    /// One for each file that may be read at a time.
    pub(crate) readers: Arc<Semaphore>,
    pub(crate) links: Option<Arc<Links>>,
    pub(crate) webhook_changes: watch::Sender<()>,
    pub(crate) rendered: Arc<Rendered>,
    names: Names,
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

/// How many bytes of rendered answers are kept, unless it is said.
pub const CACHE: u64 = 64 * 1024 * 1024;
/// How long a page and its bytes are waited for, unless it is said: less than a request may take.
const PATIENCE: Duration = Duration::from_secs(25);
/// How many files are handed out at a time: each holds some chunks, for as long as its reader takes.
const READERS: usize = 256;

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
            max_file: MAX_FILE,
            turns: Turns::default(),
            patience: PATIENCE,
            readers: Arc::new(Semaphore::new(READERS)),
            links: None,
            webhook_changes: watch::Sender::new(()),
            rendered: Arc::new(Rendered::new(CACHE)),
            names: Names::default(),
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

    /// The same, taking files of at most so many bytes.
    #[must_use]
    pub fn taking(self, max_file: u64) -> Self {
        Self { max_file, ..self }
    }

    /// The same, keeping at most so many bytes of rendered answers.
    #[must_use]
    pub fn caching(self, bytes: u64) -> Self {
        Self { rendered: Arc::new(Rendered::new(bytes)), ..self }
    }

    /// The same, waiting so long for the page that a weblink leads to, and until its bytes are kept.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same, showing where files can be had.
    #[must_use]
    pub fn linking(self, links: Links) -> Self {
        Self { links: Some(Arc::new(links)), ..self }
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
    pub fn request_id(&self) -> Uuid {
        self.names.next(&*self.ids, self.clock.now())
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
        let rendering = self.listing(&row, &schema);
        Ok(View::of(rendering, row.revision, Tag { log: row.log, revision: row.schema }, None))
    }

    /// The structures that are listed.
    fn listing(&self, row: &SpaceRow, schema: &Schema) -> Rendering {
        let key = Key::Structures { log: row.log, schema: row.schema };
        self.rendered.get_or_make(key, || render_structures(schema))
    }

    /// GET /object.
    pub async fn object(&self, access: &Access, id: ObjectId) -> Result<View, Error> {
        let known = self.store.current(access.space, Some(id));
        if let Some(view) = known.and_then(|current| self.view_of_head(id, &current).transpose()) {
            return view;
        }
        if let Some(view) = self.glimpse(access, id) {
            return view;
        }
        let read = move |snapshot: &mut palimpsest_store::Snapshot<'_>| {
            let found = snapshot.object(id)?;
            Ok::<_, Error>((found, snapshot.row(), Arc::clone(snapshot.schema())))
        };
        let answer = self.store.read(access.space, read).await?;
        let (found, row, schema) = answer.value?;
        let Some(found) = found else { return Err(Error::not_found("Object").at(row.revision)) };
        self.found(&row, &schema, &found)
    }

    /// GET /object, where it takes no more than a look. Nothing where it does, or where there is nothing to see.
    #[must_use]
    pub fn object_at_hand(&self, access: &Access, id: ObjectId) -> Option<View> {
        let current = self.store.current(access.space, Some(id))?;
        match self.view_of_head(id, &current).transpose() {
            Some(view) => view.ok(),
            None => self.glimpse(access, id)?.ok(),
        }
    }

    fn glimpse(&self, access: &Access, id: ObjectId) -> Option<Result<View, Error>> {
        let Glimpse { row, schema, found } = self.store.glance(access.space, id)?;
        Some(self.found(&row, &schema, &found))
    }

    /// Shows an object that was read, if it can be seen, and tells the head of it.
    fn found(&self, row: &SpaceRow, schema: &Schema, found: &Found) -> Result<View, Error> {
        let head = ObjectHead { revision: found.revision, state: found.state };
        self.store.remember(row.id, row.revision, found.object.id, head);
        if found.state != State::Live {
            return Err(Error::not_found("Object").at(row.revision));
        }
        self.show(row, schema, found)
    }

    /// Does something: one commit, at one revision or none.
    pub async fn execute(&self, access: &Access, mut request: Request) -> Result<Written, Error> {
        // What needs the outside world is done before: no commit waits for it.
        if let Operation::CreateFromUrl(create) = &mut request.operation {
            if let Some(outcome) = self.recall(access, request.retry.as_ref()).await? {
                let revision = outcome.row.revision;
                return self.written(outcome, revision, false);
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
            let retry = request.retry.as_ref().filter(|_| !request.operation.only_asks());
            if let Some(outcome) = retry::replay(tx, retry)? {
                return Ok(outcome);
            }
            let terms = Terms { condition: &request.condition, policy, held: &Held::default() };
            let done = perform(tx, &request.operation, terms, &mut fresh.clone(), request.ignored.clone())?;
            if request.strict {
                done.ignored.refuse()?;
            }
            let (row, schema) = (tx.row(), Arc::clone(tx.schema()));
            let outcome = Outcome { done: vec![done], stayed: Vec::new(), row, schema, replayed: None };
            if request.operation.only_asks() {
                return Err(Undone::dry(tx, outcome));
            }
            retry::remember(tx, retry, &outcome)?;
            Ok(outcome)
        };
        let answer = self.store.commit(intent, decide).await?;
        match answer.value {
            Ok(outcome) => self.written(outcome, answer.revision, false),
            Err(Undone::Dry(outcome, revision)) => self.written(*outcome, revision, true),
            Err(Undone::Refused(error)) => Err(error.at(answer.revision)),
        }
    }

    /// The commit of a token, now.
    pub(crate) fn intent(&self, access: &Access) -> palimpsest_store::Intent {
        let at = self.clock.now();
        palimpsest_store::Intent { space: access.space, actor: access.actor(), at, begins: None }
    }

    /// Renders what a commit came to, at the revision it took unless it was answered before, or what a question came to, at the
    /// head.
    fn written(&self, outcome: Outcome, revision: Revision, is_dry: bool) -> Result<Written, Error> {
        let Outcome { mut done, row, schema, replayed, .. } = outcome;
        let Done { shown, left, before, ignored } = done.pop().unwrap_or_default();
        #[cfg(feature = "faults")]
        let ignored = if self.faults.drop_in_silence { Default::default() } else { ignored };
        let revision = replayed.unwrap_or(revision);
        let shown = match shown {
            Some(Shown::Object(found)) if is_dry => Some(View { revision, ..self.imagine(&row, &schema, &found)? }),
            Some(Shown::Object(found)) => Some(View { revision, ..self.show_after(&row, &schema, &found, before)? }),
            Some(Shown::Part(about)) => show_part(&row, &schema, about).map(|view| View { revision, ..view }),
            None => None,
        };
        // What it left may be another version than the one it shows: an object in the trash is shown as it was. The version of a
        // structure or a collection is that of their list, so its bytes are those of the list.
        let digest = match (&left, &shown) {
            (Some((About::Structure(_) | About::Collection(_), _)), Some(_)) => {
                // What was never committed has the revision that something else will have.
                let imagined = is_dry.then(|| Rendering::from(render_structures(&schema)));
                Some(imagined.unwrap_or_else(|| self.listing(&row, &schema)).digest)
            }
            (_, shown) => shown.as_ref().and_then(|view| view.etag.digest),
        };
        let asked = is_dry.then_some(revision);
        let left = left.and_then(|(about, tag)| Some((about, ETag { tag: known(tag, asked)?, digest })));
        Ok(Written { shown, revision, ignored, left, replayed: replayed.is_some() })
    }

    /// What is at a URL, where the engine looks at pages at all. What has not come in time is as if it were not there.
    pub(crate) async fn page(&self, url: &str) -> Option<WebPage> {
        let fetch = self.fetch.as_ref()?;
        let mut seen = None;
        let look = async {
            let Some(Fetched { page, bytes }) = fetch.fetch(url).await else { return };
            let page = seen.insert(page);
            if !is_media_type(&page.content_type) {
                page.content_type = UNKNOWN.to_owned();
            }
            if let (Some(bytes), Ok(files)) = (bytes, self.files())
                && shown_as(&page.content_type).is_some()
                // Without its bytes it is made all the same.
                && let Ok(kept) = files.put(bytes, self.max_file, self.now()).await
                && kept.size > 0
            {
                let name = Url::parse(url).ok().and_then(|url| name_in(&url)).unwrap_or_else(|| page.host.clone());
                page.file = Some(File { hash: kept.hash, size: kept.size, name, file_type: page.content_type.clone() });
            }
        };
        let _ = timeout(self.patience, look).await;
        seen
    }

    /// The same; a refusal tells the head, as all do that were decided in view of the store.
    pub(crate) async fn judged<T>(&self, access: &Access, decided: Result<T, Error>) -> Result<T, Error> {
        match decided {
            Ok(value) => Ok(value),
            // What cannot be taken now was decided in view of nothing.
            Err(error) if error.kind == Kind::Unavailable => Err(error),
            Err(error) => Err(error.at(self.head(access).await?)),
        }
    }

    /// What a call beside the log answers.
    pub(crate) async fn page_of(&self, access: &Access, body: &impl Serialize) -> Result<Page, Error> {
        let body = serde_json::to_vec(body).unwrap_or_default().into();
        Ok(Page { body, revision: self.head(access).await?, etag: None })
    }

    /// Where the space of a token stands.
    pub(crate) async fn head(&self, access: &Access) -> Result<Revision, Error> {
        Ok(self.schema(access).await?.0.revision)
    }

    pub(crate) async fn schema(&self, access: &Access) -> Result<(SpaceRow, Arc<Schema>), Error> {
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
        // Which structure it has is not in the head; its revision is never beyond that of the schema. Nor does it know whether it
        // has files.
        let key = |expires| Key::Object {
            log: current.space.log,
            id,
            revision: head.revision,
            structure: current.space.schema,
            expires,
        };
        let linked = || self.rendered.get(&key(Some(Links::expiry(self.now()))));
        let tag = Tag { log: current.space.log, revision: head.revision };
        let known = self.rendered.get(&key(None)).or_else(linked);
        Ok(known.map(|rendering| View::of(rendering, revision, tag, Some(id))))
    }

    pub(crate) fn show(&self, row: &SpaceRow, schema: &Schema, found: &Found) -> Result<View, Error> {
        self.show_after(row, schema, found, None)
    }

    /// The same of what a write left.
    pub(crate) fn show_after(
        &self,
        row: &SpaceRow,
        schema: &Schema,
        found: &Found,
        before: Option<Revision>,
    ) -> Result<View, Error> {
        let structure = structure_of(schema, &found.object)?;
        let rendering = self.showing().object_after(row.log, found, structure, row.schema, before);
        let tag = Tag { log: row.log, revision: found.revision };
        Ok(View::of(rendering, row.revision, tag, Some(found.object.id)))
    }

    /// Shows a version that was never committed. Its revision will be that of another version, so its bytes are not kept.
    pub(crate) fn imagine(&self, row: &SpaceRow, schema: &Schema, found: &Found) -> Result<View, Error> {
        let structure = structure_of(schema, &found.object)?;
        let rendering = self.showing().render(found, structure).into();
        let tag = Tag { log: row.log, revision: found.revision };
        Ok(View::of(rendering, row.revision, tag, Some(found.object.id)))
    }
}

/// A part of the schema as it is answered by itself; nothing when it is not there or not listed.
pub(crate) fn show_part(row: &SpaceRow, schema: &Schema, about: About) -> Option<View> {
    let (body, revision) = match about {
        About::Object(_) => return None,
        About::Structure(id) => (render_structure(schema, id)?, row.schema),
        About::Collection(id) => (render_collection(&schema.collection(id)?.value), row.schema),
        About::Space(_) => (render_space(&schema.space.value), schema.space.revision),
    };
    Some(View::of(body.into(), row.revision, Tag { log: row.log, revision }, None))
}
