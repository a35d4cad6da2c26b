//! Who makes calls: where to, as whom, how patiently.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{StatusCode, Url, redirect};

use crate::call::Request;
use crate::code::Code;
use crate::error::Error;
use crate::retry::Retry;

/// Makes calls to one server with one token. Clones share their connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    /// Without a slash at the end.
    base: String,
    retry: Retry,
}

/// A client in the making.
#[derive(Clone)]
pub struct ClientBuilder {
    base: String,
    token: Option<String>,
    timeout: Duration,
    connect_timeout: Duration,
    retry: Retry,
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
        }
    }

    pub(crate) fn retry(&self) -> Retry {
        self.0.retry
    }

    /// Sends a request once.
    pub(crate) async fn exchange(&self, request: &Request) -> Result<Received, Error> {
        let url = format!("{}{}", self.0.base, request.path);
        let mut http = self.0.http.request(request.method.clone(), url).headers(request.headers.clone());
        if !request.query.is_empty() {
            http = http.query(&request.query);
        }
        if let Some(body) = &request.body {
            http = http.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        if let Some(timeout) = request.timeout {
            http = http.timeout(timeout);
        }
        let response = http.send().await.map_err(Error::transport)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(Error::transport)?.into();
        Ok(Received { status, headers, body })
    }
}

/// An answer as it came.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
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

    /// How long a request may take in all; 40 s unless said otherwise.
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
        Ok(Client(Arc::new(Inner { http, base, retry: self.retry })))
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
