//! The changes of a space without an end.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{Stream, unfold};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use tokio::time::timeout;

use crate::change_view::ChangeView;
use crate::client::Client;
use crate::code::Code;
use crate::error::Error;
use crate::events::{Event, Events};
use crate::feed::Feed;
use crate::headers;
use crate::position::Position;
use crate::request::Request;
use crate::retry::backoff;

/// A change, and where whoever has taken it goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Followed {
    /// After the change; see [`Feed::after`].
    pub position: Position,
    /// What one revision changed.
    pub change: ChangeView,
}

/// Every change of a space after a position, once and in order, as they happen. It has no end but an error.
///
/// A connection that is lost is taken up where it was, for as long as it takes; so is one on which nothing was heard for 45 s, and
/// a server that refuses for a while. What ends it is what waiting does not help against: a token that may not read, or a
/// position that is of no use any more ([`Error::says_start_again`]).
pub struct ChangeStream(Pin<Box<dyn Stream<Item = Result<Followed, Error>> + Send>>);

impl ChangeStream {
    pub(crate) fn new(client: Client, feed: Feed) -> Self {
        let follower = Follower { client, feed, connection: None, failures: 0, is_over: false };
        Self(Box::pin(unfold(follower, |mut follower| async move {
            let next = follower.next().await?;
            Some((next, follower))
        })))
    }

    /// The next one, when it is there; nothing after an error.
    pub async fn next(&mut self) -> Option<Result<Followed, Error>> {
        self.0.next().await
    }
}

impl Stream for ChangeStream {
    type Item = Result<Followed, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for ChangeStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeStream").finish_non_exhaustive()
    }
}

/// Bookmarks come every 15 s: whoever is silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(45);

/// The whole of a stream takes as long as it takes.
const ENDLESS: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

const LONGEST_PAUSE: Duration = Duration::from_secs(30);

struct Follower {
    client: Client,
    /// Where it is.
    feed: Feed,
    connection: Option<Connection>,
    /// So many connections in a row told no change.
    failures: u32,
    is_over: bool,
}

struct Connection {
    response: reqwest::Response,
    events: Events,
}

/// Why there is no connection, and how long the server asks to wait.
struct Refused {
    error: Error,
    wait: Option<Duration>,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error, wait: None }
    }
}

impl Follower {
    async fn next(&mut self) -> Option<Result<Followed, Error>> {
        while !self.is_over {
            let result = match self.connect().await {
                Ok(()) => self.read().await,
                Err(Refused { error, wait }) if is_passing(&error) => {
                    self.pause(wait).await;
                    continue;
                }
                Err(Refused { error, .. }) => Err(error),
            };
            match result {
                Ok(Some(followed)) => return Some(Ok(followed)),
                Ok(None) => {}
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }

    /// Connects unless it is connected.
    async fn connect(&mut self) -> Result<(), Refused> {
        if self.connection.is_some() {
            return Ok(());
        }
        let mut request = Request { timeout: Some(ENDLESS), ..self.feed.streamed() };
        request.headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        if let Some(since) = self.feed.since
            && let Ok(since) = HeaderValue::try_from(since.to_string())
        {
            request.headers.insert(HeaderName::from_static("last-event-id"), since);
        }
        let late = || Error::new(Code::TimedOut, "the stream did not begin in time");
        let opened = timeout(self.client.timeout(), self.client.open(&request)).await;
        let response = opened.map_err(|_| late())??;
        let (status, headers) = (response.status(), response.headers().clone());
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if status.is_success() && kind.starts_with("text/event-stream") {
            self.connection = Some(Connection { response, events: Events::default() });
            return Ok(());
        }
        let body = timeout(self.client.timeout(), response.bytes()).await.map_err(|_| late())?;
        let error = match status.is_success() {
            true => Error::new(Code::Unreadable, format!("a stream was asked for, {kind} came")),
            false => Error::refusal(status.as_u16(), &headers, &body.map_err(Error::transport)?),
        };
        Err(Refused { error, wait: headers::wait(&headers) })
    }

    /// The next change that this connection tells; nothing when it is lost.
    async fn read(&mut self) -> Result<Option<Followed>, Error> {
        while let Some(Connection { response, events }) = &mut self.connection {
            if let Some(event) = events.next() {
                if let Some(followed) = self.take(&event)? {
                    return Ok(Some(followed));
                }
                continue;
            }
            match timeout(SILENCE, response.chunk()).await {
                Ok(Ok(Some(bytes))) => events.push(&bytes),
                Ok(Ok(None) | Err(_)) | Err(_) => {
                    self.connection = None;
                    self.pause(None).await;
                }
            }
        }
        Ok(None)
    }

    fn take(&mut self, event: &Event) -> Result<Option<Followed>, Error> {
        if !matches!(event.name.as_str(), "change" | "bookmark") {
            return Ok(None);
        }
        let unreadable = |why: &dyn fmt::Display| Error::new(Code::Unreadable, format!("{}: {why}", event.name));
        let position: Position = event.id.parse().map_err(|error| unreadable(&error))?;
        let is_known = self.feed.since.is_some_and(|since| since.revision >= position.revision);
        self.feed.since = Some(position);
        // What was told before is not told again.
        if event.name == "bookmark" || is_known {
            return Ok(None);
        }
        let change = serde_json::from_str(&event.data).map_err(|error| unreadable(&error))?;
        self.failures = 0;
        Ok(Some(Followed { position, change }))
    }

    /// The first connection that is lost after a change is taken up at once.
    async fn pause(&mut self, asked: Option<Duration>) {
        let usual = self.failures.checked_sub(1).map(|failures| {
            let longest = backoff(failures).min(LONGEST_PAUSE);
            longest / 2 + self.client.chance().pause(longest / 2)
        });
        self.failures = self.failures.saturating_add(1);
        if let Some(pause) = asked.or(usual) {
            tokio::time::sleep(pause).await;
        }
    }
}

/// Whether it helps to wait.
fn is_passing(error: &Error) -> bool {
    match error.status {
        Some(status) => error.code != Code::Unreadable && (status == 429 || status >= 500),
        None => matches!(error.code, Code::Lost | Code::TimedOut | Code::Unreachable),
    }
}
