//! Fetching a page.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Response, StatusCode, redirect, retry};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::time::Instant;
use url::Url;

use crate::charset::charset;
use crate::download::Download;
use crate::error::FetchError;
use crate::guard::check_url;
use crate::metadata::{self, Metadata};
use crate::page::Page;
use crate::post::POST_DEADLINE;
use crate::resolver::{Resolver, Unresolved};

/// How long a fetch takes at most, redirects and reading included.
pub const DEADLINE: Duration = Duration::from_secs(5);
/// How long a download takes at most, from the first request on.
pub const DOWNLOAD_DEADLINE: Duration = Duration::from_secs(20);
/// How many redirects are followed.
pub const MAX_REDIRECTS: usize = 5;
/// How many bytes of a page are read. What a page says of itself stands at its beginning.
pub const MAX_BODY: usize = 1 << 20;

const USER_AGENT: &str = concat!("Palimpsest/", env!("CARGO_PKG_VERSION"));
const ACCEPTED: HeaderValue = HeaderValue::from_static("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Fetches pages of the public network, and nothing else. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Fetcher {
    pub(crate) http: Client,
    deadline: Duration,
    download_deadline: Duration,
    pub(crate) post_deadline: Duration,
}

impl Fetcher {
    /// A fetcher with the system's resolver and the system's root certificates.
    ///
    /// # Errors
    /// [`FetchError::Tls`] if the system has no root certificates, [`FetchError::Transport`] if the connection cannot be
    /// set up otherwise.
    pub fn new() -> Result<Self, FetchError> {
        Self::build(Resolver::system(), DEADLINE, DOWNLOAD_DEADLINE, POST_DEADLINE)
    }

    /// A fetcher on another network. For tests.
    ///
    /// # Errors
    /// As [`Fetcher::new`].
    #[cfg(feature = "testing")]
    pub fn on_stage(stage: crate::Stage) -> Result<Self, FetchError> {
        let deadline = stage.deadline;
        Self::build(stage.into_resolver(), deadline, deadline, deadline)
    }

    fn build(
        resolver: Resolver,
        deadline: Duration,
        download_deadline: Duration,
        post_deadline: Duration,
    ) -> Result<Self, FetchError> {
        let http = Client::builder()
            .tls_backend_preconfigured(tls()?)
            .dns_resolver(resolver)
            // A proxy would resolve names by itself, past the guard.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            // A connection that is kept would outlive the look at its address.
            .pool_max_idle_per_host(0)
            .http1_only()
            .user_agent(USER_AGENT)
            .build()
            .map_err(FetchError::Transport)?;
        Ok(Self { http, deadline, download_deadline, post_deadline })
    }

    /// Fetches what is at a URL, following redirects. Only of HTML the content is read.
    ///
    /// # Errors
    /// Whatever kept it from being fetched, the first of it; see [`FetchError`].
    pub async fn fetch(&self, url: &str) -> Result<Page, FetchError> {
        self.look(url).await.map(|(page, _)| page)
    }

    /// The same with the bytes of what is no HTML, as far as they are not too many.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`].
    pub async fn open(&self, url: &str) -> Result<(Page, Option<Download>), FetchError> {
        let until = Instant::now() + self.download_deadline;
        let (page, response) = self.look(url).await?;
        Ok((page, response.and_then(|response| Download::new(response, until))))
    }

    async fn look(&self, url: &str) -> Result<(Page, Option<Response>), FetchError> {
        let looked = tokio::time::timeout(self.deadline, self.follow(url)).await;
        looked.unwrap_or(Err(FetchError::Timeout))
    }

    async fn follow(&self, url: &str) -> Result<(Page, Option<Response>), FetchError> {
        let mut url = Url::parse(url).map_err(FetchError::Invalid)?;
        for _ in 0..=MAX_REDIRECTS {
            check_url(&url)?;
            let request = self.http.get(url.clone()).header(ACCEPT, ACCEPTED);
            let response = request.send().await.map_err(unsent)?;
            match location(&response) {
                Some(location) => url = target(&url, &location)?,
                None => return page(url, response).await,
            }
        }
        Err(FetchError::TooManyRedirects)
    }
}

/// TLS by ring and the roots of the system: its owner decides whom to trust (a firm's own authority included), and its
/// updates bring new roots, where a list that is compiled in grows old with the binary. The provider is named here, so
/// that nothing depends on what the process has installed.
fn tls() -> Result<ClientConfig, FetchError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(FetchError::Tls)?;
    Ok(config.with_no_client_auth())
}

/// Why no response came. Causes are logged, and URLs are content, which is not.
pub(crate) fn unsent(error: reqwest::Error) -> FetchError {
    match Unresolved::within(&error) {
        Some(Unresolved::Refused(refused)) => FetchError::Refused(*refused),
        Some(Unresolved::Failed(_)) => FetchError::Dns(error.without_url()),
        None => FetchError::Transport(error.without_url()),
    }
}

/// Where a response sends on to. Not all write it in ASCII.
fn location(response: &Response) -> Option<String> {
    let is_redirect = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let location = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

/// The fragment goes along unless the redirect has its own.
fn target(url: &Url, location: &str) -> Result<Url, FetchError> {
    let mut target = url.join(location).map_err(FetchError::Invalid)?;
    if target.fragment().is_none() {
        target.set_fragment(url.fragment());
    }
    Ok(target)
}

/// What a response says of what is there; and the response itself while its body is not read.
async fn page(final_url: Url, response: Response) -> Result<(Page, Option<Response>), FetchError> {
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let header = text(response.headers(), &CONTENT_TYPE).unwrap_or_default();
    let content_type = essence(&header);
    // None was asked for; what comes encoded all the same cannot be read.
    let is_encoded =
        text(response.headers(), &CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"));
    let is_html = matches!(content_type.as_str(), "text/html" | "application/xhtml+xml");
    let (Metadata { title, description }, unread) = match (is_html, is_encoded) {
        (true, false) => (metadata::read(&body(response).await?, charset(&header)), None),
        (false, false) => (Metadata::default(), Some(response)),
        (_, true) => (Metadata::default(), None),
    };
    let host = final_url.host_str().unwrap_or_default().to_owned();
    Ok((Page { final_url, content_type, host, title, description }, unread))
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The type of a content type, if it is one.
fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    let is_type = essence.split_once('/').is_some_and(|(kind, of)| is_token(kind) && is_token(of));
    if is_type { essence } else { UNKNOWN_TYPE.to_owned() }
}

/// The beginning of what is sent. With the response the connection goes away, and with it the rest.
async fn body(mut response: Response) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unsent)? {
        let room = MAX_BODY - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if body.len() == MAX_BODY {
            break;
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types_lose_their_parameters() {
        assert_eq!(essence("Text/HTML; charset=utf-8"), "text/html");
        assert_eq!(essence(" application/pdf "), "application/pdf");
        for text in ["", ";", "html", "text/", "/html", "text/html/x", "te xt/html", "text/é"] {
            assert_eq!(essence(text), UNKNOWN_TYPE, "{text}");
        }
    }

    #[test]
    fn a_fragment_goes_along() {
        let url = Url::parse("https://example.org/a#x").unwrap();
        assert_eq!(target(&url, "b").unwrap().as_str(), "https://example.org/b#x");
        assert_eq!(target(&url, "//example.com#y").unwrap().as_str(), "https://example.com/#y");
        assert!(matches!(target(&url, "http://["), Err(FetchError::Invalid(_))));
    }
}
