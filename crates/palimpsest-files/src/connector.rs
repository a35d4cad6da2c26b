//! Connections to a bucket: TLS with ring and the system's root certificates, as everywhere here.

use std::sync::Arc;
use std::time::Duration;

use object_store::client::{ClientConfigKey, HttpClient, HttpConnector};
use object_store::{ClientOptions, Error};
use reqwest::Client;
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;

/// How long a connection may take to come about.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
/// How long nothing may come. Nothing bounds the whole: a file takes the time it takes.
const READ_DEADLINE: Duration = Duration::from_secs(30);

const USER_AGENT: &str = concat!("Palimpsest/", env!("CARGO_PKG_VERSION"));

#[derive(Debug)]
pub(crate) struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let allowed = options.get_config_value(&ClientConfigKey::AllowHttp).unwrap_or_default();
        let allows_http = ["true", "1", "yes", "on"].contains(&allowed.to_ascii_lowercase().as_str());
        let client = Client::builder()
            .tls_backend_preconfigured(tls().map_err(unavailable)?)
            .https_only(!allows_http)
            .connect_timeout(CONNECT_DEADLINE)
            .read_timeout(READ_DEADLINE)
            .http1_only()
            .user_agent(USER_AGENT)
            .build()
            .map_err(unavailable)?;
        Ok(HttpClient::new(client))
    }
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
