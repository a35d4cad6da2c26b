//! One request: a description until it is awaited.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answered::Answered;
use crate::client::Client;
use crate::error::Error;
use crate::headers;
use crate::retry::{Retry, SoFar};

/// A call that is sent when it is awaited, and again as its [`Retry`] says.
///
/// ```no_run
/// # async fn example(client: palimpsest_client::Client, id: palimpsest_client::ObjectId) -> Result<(), palimpsest_client::Error> {
/// use std::time::Duration;
///
/// let object = client.object(id).timeout(Duration::from_secs(2)).await?.value;
/// let bytes_as_json = client.object(id).as_json().await?.value;
/// # Ok(())
/// # }
/// ```
#[must_use = "a call is sent when it is awaited"]
#[derive(Clone)]
pub struct Call<T> {
    client: Client,
    request: Request,
    retry: Retry,
    read: fn(&[u8]) -> Result<T, serde_json::Error>,
}

/// What is sent.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) timeout: Option<Duration>,
    /// Whether it changes nothing, so that it may be sent again whatever became of it.
    pub(crate) reads: bool,
}

impl Request {
    pub(crate) fn new(method: Method, path: &'static str) -> Self {
        let reads = method == Method::GET;
        Self { method, path, query: Vec::new(), headers: HeaderMap::new(), body: None, timeout: None, reads }
    }

    /// A read that asks with a body.
    pub(crate) fn asking(path: &'static str, body: &impl Serialize) -> Self {
        Self { reads: true, ..Self::new(Method::POST, path).json(body) }
    }

    pub(crate) fn query(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.query.push((key, value.to_string()));
        self
    }

    pub(crate) fn json(self, body: &impl Serialize) -> Self {
        // Bodies are lists and maps with text keys of words, ids and numbers: writing them cannot fail.
        Self { body: Some(serde_json::to_vec(body).unwrap_or_default()), ..self }
    }
}

impl<T: DeserializeOwned> Call<T> {
    /// A call whose answer has a body.
    pub(crate) fn new(client: &Client, request: Request) -> Self {
        Self::reading(client, request, |body| serde_json::from_slice(body))
    }
}

impl Call<()> {
    /// A call whose answer says nothing.
    pub(crate) fn silent(client: &Client, request: Request) -> Self {
        Self::reading(client, request, |_| Ok(()))
    }
}

impl<T> Call<T> {
    pub(crate) fn reading(client: &Client, request: Request, read: fn(&[u8]) -> Result<T, serde_json::Error>) -> Self {
        Self { client: client.clone(), retry: client.retry(), request, read }
    }

    /// The same within a time of its own.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request.timeout = Some(timeout);
        self
    }

    /// The same, repeated in a way of its own.
    pub fn retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// The same with a header, in place of one of this name.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.request.headers.insert(name, value);
        self
    }

    /// The same, refused when anything of it would have no effect. Palimpsest only.
    pub fn strict(self) -> Self {
        self.prefer("handling=strict")
    }

    /// The same without its answer: a write says only that it was done. Palimpsest only; other servers answer in full, which is
    /// passed over.
    pub fn minimal(self) -> Call<()> {
        let Self { client, request, retry, .. } = self.prefer("return=minimal");
        Call { client, request, retry, read: |_| Ok(()) }
    }

    fn prefer(mut self, preference: &'static str) -> Self {
        self.request.headers.append("prefer", HeaderValue::from_static(preference));
        self
    }

    /// The same with its answer as plain JSON, nothing passed over.
    pub fn as_json(self) -> Call<Value> {
        let Self { client, request, retry, .. } = self;
        Call { client, request, retry, read: |body| serde_json::from_slice(body) }
    }

    async fn send(self) -> Result<Answered<T>, Error> {
        let mut so_far = SoFar::default();
        let received = loop {
            let received = self.client.exchange(&self.request).await?;
            let pause = self.retry.pause(self.request.reads, received.status, &received.headers, so_far);
            let Some(pause) = pause else { break received };
            tokio::time::sleep(pause).await;
            so_far.add(pause);
        };
        let (status, headers) = (received.status.as_u16(), received.headers);
        if !received.status.is_success() {
            return Err(Error::refusal(status, &headers, &received.body));
        }
        let value = (self.read)(&received.body).map_err(|error| Error::unreadable(status, &headers, error))?;
        let (revision, request_id) = (headers::revision(&headers), headers::request_id(&headers));
        Ok(Answered { value, revision, ignored: headers::ignored(&headers), request_id })
    }
}

impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<Answered<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Request { method, path, query, .. } = &self.request;
        f.debug_struct("Call").field("method", method).field("path", path).field("query", query).finish_non_exhaustive()
    }
}
