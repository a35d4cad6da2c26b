//! The bytes of what is no page.

use bytes::Bytes;
use reqwest::Response;
use tokio::time::Instant;

use crate::error::FetchError;
use crate::fetcher::unsent;

/// How many bytes are downloaded at most.
pub const MAX_DOWNLOAD: u64 = 64 * 1024 * 1024;

/// What is at a URL, on its way. It ends after its time or its size, whichever is first; when it is dropped, the connection is
/// closed.
#[derive(Debug)]
pub struct Download {
    response: Response,
    until: Instant,
    left: u64,
}

impl Download {
    /// Nothing when the host says that there is more than is downloaded.
    pub(crate) fn new(response: Response, until: Instant) -> Option<Self> {
        let fits = response.content_length().is_none_or(|length| length <= MAX_DOWNLOAD);
        fits.then_some(Self { response, until, left: MAX_DOWNLOAD })
    }

    /// The next bytes; nothing after the last.
    ///
    /// # Errors
    /// [`FetchError::Timeout`] and [`FetchError::TooLarge`] at the limits, [`FetchError::Transport`] when the connection fails
    /// or ends before all bytes are there that were announced.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        let next = tokio::time::timeout_at(self.until, self.response.chunk()).await;
        let Some(bytes) = next.map_err(|_| FetchError::Timeout)?.map_err(unsent)? else { return Ok(None) };
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or(FetchError::TooLarge)?;
        Ok(Some(bytes))
    }
}
