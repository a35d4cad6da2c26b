//! The outside world: the system's clock and randomness, and the public network. The only place that asks for any of them.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryFutureExt, stream};
use palimpsest_engine::{
    ByteStream, Clock, Fetch, Fetched, Fetching, FilesError, Ids, Message, Post, Posted, Posting, WebPage,
};
use palimpsest_fetch::guard::Refused;
use palimpsest_fetch::{DEADLINE, Download, FetchError, Fetcher};
use palimpsest_model::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The system's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes in")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The system's randomness.
pub(crate) struct SystemIds;

impl Ids for SystemIds {
    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        if getrandom::fill(&mut bytes).is_err() {
            // Without randomness every id and secret would be a lie: nothing can be served.
            tracing::error!("the system gives no randomness");
            std::process::abort();
        }
        bytes
    }
}

/// The pages of the public network, a few looked at at a time.
pub(crate) struct PublicPages {
    fetcher: Fetcher,
    looks: Semaphore,
    downloads: Arc<Semaphore>,
}

/// So many pages are looked at at once; who waits longer than a look may take gets none.
const LOOKS: usize = 16;
/// So many files are downloaded at once; who waits longer than a look may take gets none.
const DOWNLOADS: usize = 16;

impl PublicPages {
    pub(crate) fn new() -> Result<Self, FetchError> {
        Ok(Self {
            fetcher: Fetcher::new()?,
            looks: Semaphore::new(LOOKS),
            downloads: Arc::new(Semaphore::new(DOWNLOADS)),
        })
    }

    async fn look(&self, url: &str) -> Option<Fetched> {
        let _look = self.looks.acquire().await.ok()?;
        match self.fetcher.open(url).await {
            Ok((page, download)) => Some(Fetched {
                page: WebPage {
                    content_type: page.content_type,
                    host: page.host,
                    title: page.title,
                    description: page.description,
                    file: None,
                },
                bytes: download.map(|download| bytes_of(download, Arc::clone(&self.downloads))),
            }),
            Err(error) => {
                tracing::debug!(%error, "a page could not be had");
                None
            }
        }
    }
}

impl Fetch for PublicPages {
    fn fetch<'f>(&'f self, url: &'f str) -> Fetching<'f> {
        Box::pin(async move { tokio::time::timeout(DEADLINE, self.look(url)).await.ok().flatten() })
    }
}

/// What is downloaded, once it has its turn.
fn bytes_of(download: Download, downloads: Arc<Semaphore>) -> ByteStream<'static> {
    let interrupted = |why: &str| FilesError::Interrupted(why.to_owned());
    let begun = async move {
        let turn = tokio::time::timeout(DEADLINE, downloads.acquire_owned()).await;
        let turn =
            turn.ok().and_then(Result::ok).ok_or_else(|| interrupted("too many files are downloaded at once"))?;
        Ok(pieces(download, turn))
    };
    // Who keeps them may ask once more after the last.
    Box::pin(begun.try_flatten_stream().fuse())
}

fn pieces(download: Download, turn: OwnedSemaphorePermit) -> impl Stream<Item = Result<Bytes, FilesError>> + Send {
    stream::try_unfold((download, turn), |(mut download, turn)| async move {
        let next = download.chunk().await.map_err(|error| {
            tracing::debug!(%error, "a file could not be had");
            FilesError::Interrupted(error.to_string())
        })?;
        Ok(next.map(|bytes| (bytes, (download, turn))))
    })
}

/// The receivers of the public network. Each webhook sends by itself, so that one that hangs holds up no other.
pub(crate) struct PublicReceivers(Fetcher);

impl PublicReceivers {
    pub(crate) fn new() -> Result<Self, FetchError> {
        #[cfg(feature = "faults")]
        if let Some(stage) = stage() {
            return Ok(Self(Fetcher::on_stage(stage)?));
        }
        Ok(Self(Fetcher::new()?))
    }

    async fn send(&self, message: Message) -> Result<Posted, String> {
        let Message { url, id, timestamp, signature, body } = message;
        let headers = [("webhook-id", &*id), ("webhook-timestamp", &*timestamp), ("webhook-signature", &*signature)];
        match self.0.post(&url, &headers, body).await {
            Ok(answered) => Ok(Posted { status: answered.status, retry_after: answered.retry_after }),
            Err(error) => {
                tracing::debug!(%error, "a delivery did not arrive");
                Err(told(&error).to_owned())
            }
        }
    }
}

impl Post for PublicReceivers {
    fn post(&self, message: Message) -> Posting<'_> {
        Box::pin(self.send(message))
    }
}

/// What the owner of a webhook is told. Which names and ports there are inside this network it does not tell.
fn told(error: &FetchError) -> &'static str {
    match error {
        FetchError::Timeout => "The receiver took too long",
        FetchError::Invalid(_) => "The URL is none",
        FetchError::Refused(Refused::Port) => "Only the ports 80 and 443 are called",
        _ => "The receiver could not be reached: only public addresses are called",
    }
}

/// A network for tests, where every name stands for the address that `receiver:ADDRESS` in `PALIMPSEST_FAULTS` names.
#[cfg(feature = "faults")]
fn stage() -> Option<palimpsest_fetch::Stage> {
    let named = std::env::var("PALIMPSEST_FAULTS").unwrap_or_default();
    let address = named.split(',').find_map(|name| name.trim().strip_prefix("receiver:")?.parse().ok())?;
    let resolve = std::sync::Arc::new(move |_: &str| Ok(vec![address]));
    let is_allowed = std::sync::Arc::new(move |other| other == address);
    let deadline = palimpsest_fetch::POST_DEADLINE;
    Some(palimpsest_fetch::Stage { resolve, is_allowed, deadline })
}
