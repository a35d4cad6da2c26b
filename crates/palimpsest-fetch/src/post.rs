//! Sending something to a receiver.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use url::Url;

use crate::error::FetchError;
use crate::fetcher::{Fetcher, unsent};
use crate::guard::check_url;

/// How long a receiver may take to answer.
pub const POST_DEADLINE: Duration = Duration::from_secs(15);

/// What a receiver answered. Its body is not read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Posted {
    /// The status; that of a redirect too, for none is followed.
    pub status: u16,
    /// The header `Retry-After`, if it is a text.
    pub retry_after: Option<String>,
}

impl Fetcher {
    /// Sends JSON with these headers besides, under the guard that pages are fetched under. What the receiver says of itself is
    /// not looked at, and where it redirects to is not called.
    ///
    /// # Errors
    /// Whatever kept it from being answered; see [`FetchError`].
    pub async fn post(&self, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Result<Posted, FetchError> {
        let sent = tokio::time::timeout(self.post_deadline, self.send(url, headers, body)).await;
        sent.unwrap_or(Err(FetchError::Timeout))
    }

    async fn send(&self, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Result<Posted, FetchError> {
        let url = Url::parse(url).map_err(FetchError::Invalid)?;
        check_url(&url)?;
        let mut request = self.http.post(url).header(CONTENT_TYPE, "application/json").body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.map_err(unsent)?;
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Posted { status: response.status().as_u16(), retry_after })
    }
}
