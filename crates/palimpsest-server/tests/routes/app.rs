//! The one place that makes a server, spaces, tokens and requests.

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use palimpsest_engine::admin::{Command, Reply as Told};
use palimpsest_engine::{CountedIds, Engine, Fetch, Links, ManualClock, Policy, Post, Scope};
use palimpsest_model::Timestamp;
use palimpsest_server::{Answering, Limits, RateLimits, Router, router};
use palimpsest_store::{Files, MemoryFiles, MemoryStore, Store};
use serde_json::{Value, json};

use crate::contract;

/// When every test begins.
pub(crate) const NOON: &str = "2026-11-22T12:00:00.000Z";

/// Where the server is for others.
pub(crate) const PUBLIC: &str = "https://lab.example/api";

pub(crate) const BOTH: &[Scope] = &[Scope::Read, Scope::Write];

/// The limits of the product, without those on rates.
pub(crate) fn unhurried() -> Limits {
    Limits { rates: RateLimits::Off, ..Limits::default() }
}

/// A server in this process.
pub(crate) struct App {
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Arc<ManualClock>,
    router: Router,
}

impl App {
    pub(crate) fn new(limits: Limits) -> Self {
        Self::over(Arc::new(MemoryStore::new()), limits)
    }

    pub(crate) fn over(store: Arc<dyn Store>, limits: Limits) -> Self {
        Self::with(store, limits, |engine| engine)
    }

    /// A server whose engine looks at pages of a network of its own.
    pub(crate) fn fetching(fetch: impl Fetch + 'static) -> Self {
        Self::with(Arc::new(MemoryStore::new()), unhurried(), |engine| engine.fetching(Arc::new(fetch)))
    }

    /// A server whose engine sends messages to a network of its own.
    pub(crate) fn posting(post: impl Post + 'static) -> Self {
        Self::with(Arc::new(MemoryStore::new()), unhurried(), |engine| engine.posting(Arc::new(post)))
    }

    /// A server whose files lie in a place of their own.
    pub(crate) fn keeping(files: impl Files, limits: Limits) -> Self {
        Self::with(Arc::new(MemoryStore::new()), limits, |engine| engine.keeping(Arc::new(files)))
    }

    /// The same, taking none larger than this.
    pub(crate) fn taking(files: Arc<dyn Files>, max_file: u64) -> Self {
        Self::with(Arc::new(MemoryStore::new()), unhurried(), |engine| engine.keeping(files).taking(max_file))
    }

    /// The same, looking at pages of a network of its own.
    pub(crate) fn taking_and_fetching(files: Arc<dyn Files>, max_file: u64, fetch: impl Fetch + 'static) -> Self {
        let change = |engine: Engine| engine.keeping(files).taking(max_file).fetching(Arc::new(fetch));
        Self::with(Arc::new(MemoryStore::new()), unhurried(), change)
    }

    pub(crate) fn with(store: Arc<dyn Store>, limits: Limits, change: impl FnOnce(Engine) -> Engine) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::parse(NOON).unwrap()));
        let engine = Engine::new(store, Arc::clone(&clock) as _, Arc::new(CountedIds::default()));
        let engine =
            engine.keeping(Arc::new(MemoryFiles::default())).linking(Links::new(PUBLIC.parse().unwrap(), [7; 32]));
        let engine = Arc::new(change(engine));
        Self { router: router(Arc::clone(&engine), limits), engine, clock }
    }

    pub(crate) async fn administer(&self, command: Command) -> Told {
        self.engine.administer(command).await.unwrap()
    }

    /// Makes a space; answers its id.
    pub(crate) async fn space(&self, title: &str) -> String {
        let told = self.administer(Command::SpaceCreate { title: title.to_owned() }).await;
        let Told::Space(space) = told else { panic!("{told:?}") };
        space.id.to_string()
    }

    /// Makes a token of a space; answers its secret.
    pub(crate) async fn token(&self, space: &str, name: &str, scopes: &[Scope]) -> String {
        self.token_until(space, name, scopes, None).await
    }

    /// Makes a token that has to name what it changes.
    pub(crate) async fn careful(&self, space: &str, name: &str) -> String {
        self.token_with(&[space], name, BOTH, None, Policy::RequireCondition).await
    }

    pub(crate) async fn token_until(
        &self,
        space: &str,
        name: &str,
        scopes: &[Scope],
        expires_at: Option<Timestamp>,
    ) -> String {
        self.token_with(&[space], name, scopes, expires_at, Policy::LastWriteWins).await
    }

    /// Makes a token of several spaces that may do everything there.
    pub(crate) async fn token_of(&self, spaces: &[&str], name: &str) -> String {
        self.token_with(spaces, name, BOTH, None, Policy::LastWriteWins).await
    }

    async fn token_with(
        &self,
        spaces: &[&str],
        name: &str,
        scopes: &[Scope],
        expires_at: Option<Timestamp>,
        concurrency: Policy,
    ) -> String {
        let (spaces, name, scopes) =
            (spaces.iter().map(ToString::to_string).collect(), name.to_owned(), scopes.to_vec());
        let told = self.administer(Command::TokenCreate { spaces, name, scopes, expires_at, concurrency }).await;
        let Told::TokenMade(made) = told else { panic!("{told:?}") };
        made.token
    }

    /// Sends what the document does not tell of: a browser's question before its request.
    pub(crate) async fn preflight(&self, ask: Ask) -> Reply {
        let (parts, body) = self.router.answer(ask.0).await.into_parts();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    /// Whether a request is answered without waiting.
    pub(crate) fn answers_at_once(&self, ask: Ask) -> bool {
        matches!(self.router.answer(ask.0), Answering::Now(_))
    }

    /// Sends a request; answers the body, or how it was cut short.
    pub(crate) async fn body(&self, ask: Ask) -> Result<Bytes, String> {
        let response = self.router.answer(ask.0).await;
        assert!(response.status().is_success(), "{response:?}");
        Ok(response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes())
    }

    /// Sends a request; what comes back is held against the document, whatever the test asks of it.
    pub(crate) async fn send(&self, ask: Ask) -> Reply {
        let (method, path) = (ask.0.method().clone(), ask.0.uri().path().to_owned());
        let response = self.router.answer(ask.0).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let reply = Reply { status: parts.status.as_u16(), headers: parts.headers, body };
        contract::check(&method, &path, &reply);
        if let Some(body) = ask.1.filter(|_| reply.status == 200) {
            contract::check_taken(&method, &path, &body);
        }
        reply
    }
}

/// A request in the making.
pub(crate) struct Ask(Request<Body>, Option<Value>);

impl Ask {
    pub(crate) fn new(method: Method, uri: &str) -> Self {
        Self(Request::builder().method(method).uri(uri).body(Body::empty()).unwrap(), None)
    }

    pub(crate) fn token(self, secret: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {secret}"))
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.0.headers_mut().insert(name, value.parse().unwrap());
        self
    }

    /// The same with one more field of a name that may be there already.
    pub(crate) fn and_header(mut self, name: &'static str, value: &str) -> Self {
        self.0.headers_mut().append(name, value.parse().unwrap());
        self
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.1 = Some(body.clone());
        self.body(Body::from(serde_json::to_vec(body).unwrap()))
    }

    pub(crate) fn body(mut self, body: Body) -> Self {
        *self.0.body_mut() = body;
        self
    }
}

/// An answer as it came.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn revision(&self) -> Option<u64> {
        self.header("palimpsest-revision").map(|text| text.parse().unwrap())
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// Expects a refusal with this message; answers its details.
    #[track_caller]
    pub(crate) fn refusal(&self, status: u16, code: &str, message: &str) -> Value {
        let mut body = self.json();
        assert_eq!(self.status, status, "{body}");
        let details = body.as_object_mut().unwrap().remove("details").unwrap_or_default();
        assert_eq!(body, json!({"code": code, "message": message}));
        details
    }
}

/// A server with one space, and a token that may do everything there.
pub(crate) struct Lab {
    pub(crate) app: App,
    pub(crate) space: String,
    pub(crate) token: String,
}

impl Lab {
    pub(crate) async fn new() -> Self {
        Self::in_app(App::new(unhurried())).await
    }

    pub(crate) async fn in_app(app: App) -> Self {
        let space = app.space("Lab").await;
        let token = app.token(&space, "all", BOTH).await;
        Self { app, space, token }
    }

    pub(crate) fn ask(&self, method: Method, uri: &str) -> Ask {
        Ask::new(method, uri).token(&self.token)
    }

    pub(crate) async fn get(&self, uri: &str) -> Reply {
        self.app.send(self.ask(Method::GET, uri)).await
    }

    pub(crate) async fn delete(&self, uri: &str) -> Reply {
        self.app.send(self.ask(Method::DELETE, uri)).await
    }

    pub(crate) async fn post(&self, uri: &str, body: &Value) -> Reply {
        self.app.send(self.ask(Method::POST, uri).json(body)).await
    }

    /// Puts bytes somewhere.
    pub(crate) async fn put(&self, uri: &str, bytes: impl Into<Bytes>) -> Reply {
        self.app.send(self.ask(Method::PUT, uri).body(Body::from(bytes.into()))).await
    }

    pub(crate) async fn patch(&self, uri: &str, body: &Value) -> Reply {
        self.app.send(self.ask(Method::PATCH, uri).json(body)).await
    }

    /// The head of the space.
    pub(crate) async fn head(&self) -> u64 {
        self.get("/space").await.revision().unwrap()
    }

    /// Makes an object of this body.
    pub(crate) async fn create(&self, body: Value) -> Value {
        let reply = self.post("/object", &body).await;
        self.shown(&reply).await
    }

    /// Makes an object of this body; answers its id.
    pub(crate) async fn make(&self, body: Value) -> String {
        self.create(body).await["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn update(&self, body: Value) -> Value {
        let reply = self.patch("/object", &body).await;
        self.shown(&reply).await
    }

    pub(crate) async fn append(&self, body: Value) -> Value {
        let reply = self.post("/blocks/append", &body).await;
        self.shown(&reply).await
    }

    pub(crate) async fn update_block(&self, body: Value) -> Value {
        let reply = self.patch("/blocks/block", &body).await;
        self.shown(&reply).await
    }

    pub(crate) async fn delete_block(&self, object: &str, block: &str) -> Value {
        let reply = self.delete(&format!("/block?objectId={object}&blockId={block}")).await;
        self.shown(&reply).await
    }

    pub(crate) async fn object(&self, id: &str) -> Value {
        self.get(&format!("/object?id={id}")).await.ok()
    }

    /// Whether the object can be seen.
    pub(crate) async fn sees(&self, id: &str) -> bool {
        let reply = self.get(&format!("/object?id={id}")).await;
        assert!(reply.status == 200 || reply.code() == "cap_not_found", "{reply:?}");
        reply.status == 200
    }

    /// Takes the object that a write shows. What every such answer promises is checked here: GET answers the same bytes, at
    /// the same revision, from where the answer says.
    async fn shown(&self, reply: &Reply) -> Value {
        let object = reply.ok();
        let place = format!("/object?id={}", object["id"].as_str().unwrap());
        assert_eq!(reply.header("content-location"), Some(&*place));
        let read = self.get(&place).await;
        assert_eq!(read.body, reply.body, "GET answers something else");
        assert_eq!(read.revision(), reply.revision());
        assert_eq!(read.header("content-location"), Some(&*place));
        object
    }

    /// Expects that a request is invalid, with this message and without any effect.
    pub(crate) async fn refuses(&self, method: Method, uri: &str, body: Value, message: &str) {
        self.refuses_as(method, uri, body, (400, "cap_invalid_input"), message).await;
    }

    /// Expects a refusal without any effect; answers its details.
    pub(crate) async fn refuses_as(
        &self,
        method: Method,
        uri: &str,
        body: Value,
        (status, code): (u16, &str),
        message: &str,
    ) -> Value {
        let before = self.head().await;
        let reply = self.app.send(self.ask(method, uri).json(&body)).await;
        let details = reply.refusal(status, code, message);
        assert_eq!(self.head().await, before, "a refusal changed something");
        details
    }
}
