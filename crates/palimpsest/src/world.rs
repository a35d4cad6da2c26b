//! The outside world: the system's clock and randomness, and the public network. The only place that asks for any of them.

use std::time::SystemTime;

use palimpsest_engine::{Clock, Fetch, Fetching, Ids, WebPage};
use palimpsest_fetch::{DEADLINE, FetchError, Fetcher};
use palimpsest_model::Timestamp;
use tokio::sync::Semaphore;

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
}

/// So many pages are looked at at once; who waits longer than a look may take gets none.
const LOOKS: usize = 16;

impl PublicPages {
    pub(crate) fn new() -> Result<Self, FetchError> {
        Ok(Self { fetcher: Fetcher::new()?, looks: Semaphore::new(LOOKS) })
    }

    async fn look(&self, url: &str) -> Option<WebPage> {
        let _look = self.looks.acquire().await.ok()?;
        match self.fetcher.fetch(url).await {
            Ok(page) => Some(WebPage {
                content_type: page.content_type,
                host: page.host,
                title: page.title,
                description: page.description,
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
