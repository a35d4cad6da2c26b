//! Which URLs may be called at all, before any name is resolved.

use std::net::IpAddr;

use thiserror::Error;
use url::{Host, Url};

use super::is_public;

/// Why something may not be called.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Refused {
    /// Neither `http` nor `https`.
    #[error("only http and https URLs are fetched")]
    Scheme,
    /// A user name or a password.
    #[error("URLs with a user name or a password are not fetched")]
    Credentials,
    /// A port other than 80 and 443.
    #[error("only the ports 80 and 443 are fetched from")]
    Port,
    /// A name that means something inside a network only.
    #[error("names of a local network are not fetched from")]
    Name,
    /// An address outside the public network, as the URL's host or as all that its name resolves to.
    #[error("only addresses of the public network are fetched from")]
    Address,
}

/// Names that are resolved inside a network only, with everything below them.
const LOCAL: [&str; 4] = ["localhost", "local", "internal", "home.arpa"];

/// Looks at everything of a URL that can be judged without resolving its name.
///
/// Only the ports 80 and 443 may be called, with either scheme: pages on other ports are rare, and each further port is a
/// service that was never meant to hear HTTP from this server. Numbers in any notation (decimal, octal, hexadecimal,
/// short, fullwidth) are addresses to the parser of URLs already, so that no notation escapes.
///
/// A name that passes is not yet allowed: what it resolves to is judged by [`is_public`] when it is connected to.
///
/// # Errors
/// The first reason against it.
pub fn check_url(url: &Url) -> Result<(), Refused> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refused::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::Credentials);
    }
    if !matches!(url.port_or_known_default(), Some(80 | 443)) {
        return Err(Refused::Port);
    }
    match url.host() {
        Some(Host::Ipv4(address)) => check_address(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => check_address(IpAddr::V6(address)),
        Some(Host::Domain(name)) if !is_local(name) => Ok(()),
        Some(Host::Domain(_)) | None => Err(Refused::Name),
    }
}

fn check_address(address: IpAddr) -> Result<(), Refused> {
    if is_public(address) { Ok(()) } else { Err(Refused::Address) }
}

/// The parser has brought the name to lower case and to ASCII. One dot at the end means the same name; what more dots
/// mean is up to a resolver.
fn is_local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let below = |local: &str| name.strip_suffix(local).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !name.contains('.') || name.split('.').any(str::is_empty) || LOCAL.into_iter().any(below)
}
