//! Why a page was not fetched.

use thiserror::Error;

use crate::guard::Refused;

/// Why a page was not fetched, in a sentence each. Causes are [sources](std::error::Error::source), for the log.
///
/// To tell a stranger which one it was is to tell what names and ports there are inside this network: [`Refused`],
/// [`Dns`](Self::Dns) and [`Transport`](Self::Transport) answer differently for a name that exists there and one that does not.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The text is no URL, or a redirect leads to none.
    #[error("this is not a URL")]
    Invalid(#[source] url::ParseError),
    /// This server may not call it, or may not follow its redirect.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The host's name cannot be resolved.
    #[error("the name of the host cannot be resolved")]
    Dns(#[source] reqwest::Error),
    /// The page took longer than it may.
    #[error("the page took too long")]
    Timeout,
    /// There is more of it than is downloaded.
    #[error("the file is too large")]
    TooLarge,
    /// There were more redirects than are followed.
    #[error("the page redirects too often")]
    TooManyRedirects,
    /// The host answered with something else than a page.
    #[error("the host answered with status {0}")]
    Status(u16),
    /// The connection failed, TLS included, or what came over it was not HTTP.
    #[error("the connection to the host failed")]
    Transport(#[source] reqwest::Error),
    /// TLS cannot be set up: most likely this machine has no root certificates.
    #[error("TLS cannot be set up on this machine")]
    Tls(#[source] rustls::Error),
}
