//! One request: a description until it is awaited.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use palimpsest_model::Tag;
use reqwest::header::{HeaderName, HeaderValue, IF_NONE_MATCH};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::answered::Answered;
use crate::careful::Told;
use crate::client::{Client, Received};
use crate::code::Code;
use crate::error::Error;
use crate::headers;
use crate::queue::Place;
use crate::request::Request;
use crate::retry::{Outcome, Retry, Safety, SoFar};

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
    /// The versions of objects that the value tells.
    told: fn(&T) -> Vec<Told>,
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
        Self { client: client.clone(), retry: client.retry(), request, read, told: |_| Vec::new() }
    }

    /// The same, whose value tells versions of objects.
    pub(crate) fn telling(self, told: fn(&T) -> Vec<Told>) -> Self {
        Self { told, ..self }
    }

    /// The same, if what it changes (or shows) is still as it was read: a write to something that has changed is refused with
    /// [`Code::PreconditionFailed`], see [`Error::stale`]. When the answer told no version, because the server knows none,
    /// nothing is asked for.
    pub fn if_match<U>(self, read: &Answered<U>) -> Self {
        match read.tag {
            Some(tag) => self.if_match_tag(tag),
            None => self,
        }
    }

    /// The same, if what it changes (or shows) has this version.
    pub fn if_match_tag(mut self, tag: Tag) -> Self {
        self.request.if_match(tag);
        self
    }

    /// The same, if there is nothing yet: of an object under an id of the client's choice, or the note of a day.
    pub fn if_absent(self) -> Self {
        self.header(IF_NONE_MATCH, HeaderValue::from_static("*"))
    }

    /// The same, merged with what others changed since the version of [`Call::if_match`]; what cannot be merged is refused with
    /// [`Code::Conflict`], see [`Error::conflicts`].
    pub fn merge(self) -> Self {
        self.prefer("merge")
    }

    /// The same under a key of the caller's: sent again with this key, also by another process, it has no other effect. Visible
    /// ASCII characters, at most 255, no two writes alike.
    pub fn idempotency_key(self, key: HeaderValue) -> Self {
        self.header(HeaderName::from_static(headers::KEY), key)
    }

    /// The same within a time of its own, for each attempt.
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
        Call { client, request, retry, read: |_| Ok(()), told: |()| Vec::new() }
    }

    pub(crate) fn prefer(mut self, preference: &'static str) -> Self {
        self.request.headers.append("prefer", HeaderValue::from_static(preference));
        self
    }

    /// The same with its answer as plain JSON, nothing passed over.
    pub fn as_json(self) -> Call<Value> {
        let Self { client, request, retry, .. } = self;
        Call { client, request, retry, read: |body| serde_json::from_slice(body), told: |_| Vec::new() }
    }

    /// What is to be sent now, with the version that a careful client has read.
    pub(crate) fn into_request(self) -> Request {
        let Self { client, mut request, .. } = self;
        if let (Some(versions), Some(id)) = (client.versions(), request.amends)
            && !request.is_conditional()
            && let Some(tag) = versions.of(id)
        {
            request.if_match(tag);
        }
        request
    }

    async fn send(self) -> Result<Answered<T>, Error> {
        let Self { client, retry, read, told, .. } = &self;
        let (client, retry, read, told) = (client.clone(), *retry, *read, *told);
        let request = self.into_request();
        let (reads, past, named) = (request.reads, request.past, request.named());
        let received = exchange(&client, retry, request).await?;
        let (status, headers) = (received.status.as_u16(), received.headers);
        if !received.status.is_success() {
            return Err(Error::refusal(status, &headers, &received.body));
        }
        let value = read(&received.body).map_err(|error| Error::unreadable(status, &headers, error))?;
        let tag = headers::tag(&headers);
        if let Some(versions) = client.versions().filter(|_| !past) {
            let shown = headers::shown(&headers);
            if let (Some(id), Some(tag)) = (shown.or(named), tag) {
                let is_shown = reads || shown.is_some() && !received.body.is_empty();
                versions.note(Told { id, tag, is_shown });
            }
            told(&value).into_iter().for_each(|told| versions.note(told));
        }
        Ok(Answered {
            value,
            tag,
            revision: headers::revision(&headers),
            replayed: headers::replayed(&headers),
            applied: headers::applied(&headers),
            ignored: headers::ignored(&headers),
            request_id: headers::request_id(&headers),
        })
    }
}

/// Sends a request, again and again as far as that is safe, until its answer stands.
async fn exchange(client: &Client, retry: Retry, mut request: Request) -> Result<Received, Error> {
    let safety = match request.reads || request.repeatable {
        true => Safety::Read,
        false if client.knows_keys() && !request.unkeyed => Safety::Keyed,
        false => Safety::Write,
    };
    if safety == Safety::Keyed && !request.headers.contains_key(headers::KEY) {
        // A key is hexadecimal digits and a hyphen.
        if let Ok(key) = HeaderValue::try_from(client.chance().key()) {
            request.headers.insert(headers::KEY, key);
        }
    }
    let mut so_far = SoFar::default();
    loop {
        let begun = Instant::now();
        let result = client.exchange(&request).await;
        let outcome = match &result {
            Ok(received) if received.is_in_progress() => Outcome::InProgress(&received.headers),
            Ok(received) => Outcome::Refused(received.status, &received.headers),
            Err(error) => Outcome::Unanswered(&error.code),
        };
        if matches!(outcome, Outcome::Unanswered(_)) {
            so_far.wait(begun.elapsed());
        }
        let Some(pause) = retry.pause(safety, outcome, so_far) else { return result };
        tokio::time::sleep(pause).await;
        so_far.add(pause);
    }
}

impl<T: Send + 'static> Call<T> {
    /// Sends it when its turn has come: in a task of its own, so that the next one need not wait for whoever does not look at
    /// this one. Nobody looks at it any more when `asker` is closed.
    fn queue(self, place: Place) -> <Self as IntoFuture>::IntoFuture {
        let Ok(runtime) = Handle::try_current() else {
            return Box::pin(async move {
                let _working = place.turn().await;
                self.send().await
            });
        };
        let (mut asker, answer) = oneshot::channel();
        runtime.spawn(async move {
            let _working = tokio::select! {
                biased;
                () = asker.closed() => return,
                working = place.turn() => working,
            };
            let _ = asker.send(self.send().await);
        });
        Box::pin(async move {
            answer.await.unwrap_or_else(|_| Err(Error::new(Code::Lost, "the runtime ended before the answer came")))
        })
    }
}

impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<Answered<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        match self.client.queue() {
            Some(queue) if !self.request.reads => {
                let place = queue.place(self.request.subjects.iter().copied());
                self.queue(place)
            }
            _ => Box::pin(self.send()),
        }
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Request { method, path, query, .. } = &self.request;
        f.debug_struct("Call").field("method", method).field("path", path).field("query", query).finish_non_exhaustive()
    }
}
