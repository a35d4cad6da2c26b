//! Connections to a bucket: TLS with ring and the system's root certificates, as everywhere here.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use object_store::client::{
    ClientConfigKey, HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService,
};
use object_store::{ClientOptions, Error};
use reqwest::{Client, Method};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;

/// How long a connection may take to come about.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
/// How long nothing may come of an answer. Nothing bounds the whole: a file takes the time it takes.
const READ_DEADLINE: Duration = Duration::from_secs(30);
/// The same for what sends a piece, whose answer is waited for from the moment the first byte is sent.
const SEND_DEADLINE: Duration = Duration::from_secs(4 * 60);

const USER_AGENT: &str = concat!("Palimpsest/", env!("CARGO_PKG_VERSION"));

#[derive(Debug)]
pub(crate) struct Connector;

/// Connections of two kinds.
#[derive(Debug)]
struct Connections {
    reading: Client,
    sending: Client,
}

type Response<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'a>>;

impl HttpService for Connections {
    fn call<'s, 'a>(&'s self, request: HttpRequest) -> Response<'a>
    where
        's: 'a,
        Self: 'a,
    {
        match *request.method() {
            Method::GET | Method::HEAD => self.reading.call(request),
            _ => self.sending.call(request),
        }
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let allowed = options.get_config_value(&ClientConfigKey::AllowHttp).unwrap_or_default();
        let allows_http = ["true", "1", "yes", "on"].contains(&allowed.to_ascii_lowercase().as_str());
        let reading = client(allows_http, READ_DEADLINE)?;
        Ok(HttpClient::new(Connections { reading, sending: client(allows_http, SEND_DEADLINE)? }))
    }
}

fn client(allows_http: bool, deadline: Duration) -> object_store::Result<Client> {
    Client::builder()
        .tls_backend_preconfigured(tls().map_err(unavailable)?)
        .https_only(!allows_http)
        .connect_timeout(CONNECT_DEADLINE)
        .read_timeout(deadline)
        .http1_only()
        .user_agent(USER_AGENT)
        .build()
        .map_err(unavailable)
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)?;
    Ok(config.with_no_client_auth())
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Generic { store: "S3", source: Box::new(error) }
}
