//! Who makes calls: where to, as whom, how patiently.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{StatusCode, Url, redirect};
use uuid::Uuid;

use crate::careful::Versions;
use crate::chance::Chance;
use crate::code::Code;
use crate::download::Follower;
use crate::error::Error;
use crate::headers;
use crate::queue::Queue;
use crate::request::Request;
use crate::retry::Retry;

/// Makes calls to one server with one token. Clones share their connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    http: reqwest::Client,
    /// Without a slash at the end.
    base: String,
    timeout: Duration,
    retry: Retry,
    chance: Arc<Chance>,
    keys: Arc<Keys>,
    versions: Option<Arc<Versions>>,
    queue: Option<Arc<Queue>>,
    follower: Arc<Follower>,
}

/// Whether the server knows idempotency keys.
enum Keys {
    Said(bool),
    /// Whether an answer showed it.
    Seen(AtomicBool),
}

/// A client in the making.
#[derive(Clone)]
pub struct ClientBuilder {
    base: String,
    token: Option<String>,
    timeout: Duration,
    connect_timeout: Duration,
    retry: Retry,
    idempotency: Option<bool>,
    seed: Option<Uuid>,
}

/// The version of the contract that this client speaks.
const VERSION: &str = "1.0.0";

impl Client {
    /// A client of the server at `base`, such as `http://127.0.0.1:7777` (a slash at the end makes no difference), with the
    /// secret of a token.
    pub fn new(base: impl Into<String>, token: impl Into<String>) -> Result<Self, Error> {
        Self::builder(base).token(token).build()
    }

    /// The same with more to say.
    pub fn builder(base: impl Into<String>) -> ClientBuilder {
        ClientBuilder {
            base: base.into(),
            token: None,
            // A server may take 30 s for a request; its own answer tells more than a timeout here.
            timeout: Duration::from_secs(40),
            connect_timeout: Duration::from_secs(10),
            retry: Retry::default(),
            idempotency: None,
            seed: None,
        }
    }

    /// The same client, but careful: what it reads it remembers the version of, and a write to an object that it has read says
    /// so (`If-Match`), unless the call says something itself. A write to what somebody else has changed since then is refused
    /// with [`Code::PreconditionFailed`]; it may be repeated after the object was read again.
    ///
    /// A read is every answer that shows the object as it is now, also to a write, in a list or among several. Clones share what
    /// they have seen. A server that knows no versions is written to as without care.
    #[must_use]
    pub fn careful(&self) -> Self {
        Self(Arc::new(Inner { versions: Some(Arc::default()), ..(*self.0).clone() }))
    }

    /// The same client with a queue: writes to one object are sent one after the other, each when the one before is answered,
    /// in the order in which they were awaited (or made futures of); writes to different objects side by side, at most `workers`
    /// at a time. Reads do not wait. Every server is served well by this, and one without versions loses no update to another
    /// write of this process. Clones share the queue; each call of `queued` makes a new one.
    ///
    /// Dropping a call that waits removes it. One that is under way is finished all the same, so that the next one cannot
    /// overtake it.
    ///
    /// A transaction waits for all objects that its operations name. The appends to daily notes wait for each other.
    #[must_use]
    pub fn queued(&self, workers: usize) -> Self {
        Self(Arc::new(Inner { queue: Some(Arc::new(Queue::new(workers))), ..(*self.0).clone() }))
    }

    /// The same client past its queue.
    pub(crate) fn unqueued(&self) -> Self {
        Self(Arc::new(Inner { queue: None, ..(*self.0).clone() }))
    }

    pub(crate) fn retry(&self) -> Retry {
        self.0.retry
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.0.timeout
    }

    pub(crate) fn chance(&self) -> &Chance {
        &self.0.chance
    }

    pub(crate) fn versions(&self) -> Option<&Versions> {
        self.0.versions.as_deref()
    }

    pub(crate) fn follower(&self) -> &Follower {
        &self.0.follower
    }

    pub(crate) fn queue(&self) -> Option<&Arc<Queue>> {
        self.0.queue.as_ref()
    }

    /// Whether a write with a key has one effect however often it is sent.
    pub(crate) fn knows_keys(&self) -> bool {
        match &*self.0.keys {
            Keys::Said(said) => *said,
            Keys::Seen(seen) => seen.load(Ordering::Relaxed),
        }
    }

    /// Sends a request once.
    pub(crate) async fn exchange(&self, request: &Request) -> Result<Received, Error> {
        let response = self.open(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(Error::transport)?.into();
        Ok(Received { status, headers, body })
    }

    /// Sends a request once; answers as soon as the head of the answer is there.
    pub(crate) async fn open(&self, request: &Request) -> Result<reqwest::Response, Error> {
        let url = format!("{}{}", self.0.base, request.path);
        let mut http = self.0.http.request(request.method.clone(), url).headers(request.headers.clone());
        if !request.query.is_empty() {
            http = http.query(&request.query);
        }
        if let Some(body) = &request.body {
            http = http.header(CONTENT_TYPE, request.media).body(body.clone());
        }
        if let Some(timeout) = request.timeout {
            http = http.timeout(timeout);
        }
        let response = http.send().await.map_err(Error::transport)?;
        if let (Keys::Seen(seen), Some(_)) = (&*self.0.keys, headers::revision(response.headers())) {
            seen.store(true, Ordering::Relaxed);
        }
        Ok(response)
    }
}

/// An answer as it came.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// Whether it says that the first request with its key still runs.
    pub(crate) fn is_in_progress(&self) -> bool {
        self.status == StatusCode::CONFLICT
            && Error::refusal(409, &self.headers, &self.body).code == Code::IdempotencyInProgress
    }
}

impl fmt::Debug for Client {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.0.base).field("retry", &self.0.retry).finish_non_exhaustive()
    }
}

impl ClientBuilder {
    /// With the secret of a token; without one, every call but the open ones is refused.
    #[must_use]
    pub fn token(self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self }
    }

    /// How long one attempt of a request may take in all; 40 s unless said otherwise.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// How long a connection may take; 10 s unless said otherwise.
    #[must_use]
    pub fn connect_timeout(self, connect_timeout: Duration) -> Self {
        Self { connect_timeout, ..self }
    }

    /// When a call is sent again.
    #[must_use]
    pub fn retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// Whether the server knows idempotency keys, as Palimpsest does. Unless it is said, the server is taken at its word: it does
    /// from the first answer on that tells a revision.
    #[must_use]
    pub fn idempotency(self, known: bool) -> Self {
        Self { idempotency: Some(known), ..self }
    }

    /// What keys and pauses are made of, in place of the system's randomness. No two clients may have the same one, or the
    /// writes of one are taken for those of the other.
    #[must_use]
    pub fn seed(self, seed: Uuid) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// The client; an error of [`Code::Unsendable`] when the base URL or the token cannot be sent.
    pub fn build(self) -> Result<Client, Error> {
        let base = Url::parse(&self.base).map_err(|error| Error::unsendable("the base URL is invalid", error))?;
        if !matches!(base.scheme(), "http" | "https") || base.query().is_some() || base.fragment().is_some() {
            let message = format!("the base URL is invalid: expected http(s)://host[:port][/path], received {base}");
            return Err(Error::new(Code::Unsendable, message));
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(HeaderName::from_static("x-capacities-api-version"), HeaderValue::from_static(VERSION));
        if let Some(token) = &self.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
                .map_err(|error| Error::unsendable("the token is invalid", error))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        // A provider that is there already stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder();
        if base.scheme() == "http" {
            // Else a machine without root certificates could not even call itself.
            http = http.tls_certs_only([]);
        }
        let http = http
            .user_agent(concat!("palimpsest-client/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(redirect::Policy::none())
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .tcp_nodelay(true)
            .build()
            .map_err(Error::transport)?;
        let base = base.as_str().trim_end_matches('/').to_owned();
        Ok(Client(Arc::new(Inner {
            http,
            base,
            timeout: self.timeout,
            retry: self.retry,
            chance: Arc::new(Chance::new(self.seed.unwrap_or_else(Chance::seed))),
            keys: Arc::new(self.idempotency.map_or_else(|| Keys::Seen(AtomicBool::new(false)), Keys::Said)),
            versions: None,
            queue: None,
            follower: Arc::default(),
        })))
    }
}

impl fmt::Debug for ClientBuilder {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("base", &self.base).field("retry", &self.retry).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_may_end_with_a_slash_and_have_a_path() {
        let base = |text: &str| Client::new(text, "t").map(|client| client.0.base.clone());
        assert_eq!(base("http://localhost:1").unwrap(), "http://localhost:1");
        assert_eq!(base("http://localhost:1/").unwrap(), "http://localhost:1");
        assert_eq!(base("http://localhost:1/api/").unwrap(), "http://localhost:1/api");
    }

    #[test]
    fn what_cannot_be_sent_is_an_error_at_once() {
        for (base, token) in [
            ("localhost:1", "t"),
            ("/api", "t"),
            ("ftp://localhost", "t"),
            ("http://localhost/?a=b", "t"),
            ("http://localhost", "line\nbreak"),
        ] {
            assert_eq!(Client::new(base, token).unwrap_err().code, Code::Unsendable, "{base} {token}");
        }
    }

    #[test]
    fn the_token_is_never_shown() {
        let builder = Client::builder("http://localhost:1").token("cap-api-secret");
        assert!(!format!("{builder:?}").contains("secret"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("secret"));
    }
}
