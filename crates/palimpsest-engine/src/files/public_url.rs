//! Where the server is for others.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use url::Url;

/// The URL under which others reach the server, such as `https://notes.example`; links begin with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// That of an address it listens on. Every address of a machine is no address of it: then it is the one of itself.
    #[must_use]
    pub fn listening_on(mut address: SocketAddr) -> Self {
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        Self(format!("http://{address}"))
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |url: &Url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        };
        match Url::parse(text).ok().filter(fits) {
            Some(url) => Ok(Self(url.as_str().trim_end_matches('/').to_owned())),
            None => Err(format!(
                "`{text}` is no public URL: expected http or https, a host and perhaps a port and a path, such as https://notes.example"
            )),
        }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_has_no_slash_at_its_end_and_nothing_that_links_could_not_follow() {
        let read = |text: &str| text.parse::<PublicUrl>().map(|url| url.to_string());
        assert_eq!(read("https://notes.example").unwrap(), "https://notes.example");
        assert_eq!(read("HTTP://Notes.example:8080/").unwrap(), "http://notes.example:8080");
        assert_eq!(read("https://notes.example/api/").unwrap(), "https://notes.example/api");
        for text in
            ["", "notes.example", "/files", "ftp://a", "https://a?b", "https://a#b", "https://u@a", "https://u:p@a"]
        {
            assert!(read(text).unwrap_err().starts_with(&format!("`{text}` is no public URL")), "{text}");
        }
    }

    #[test]
    fn without_one_it_is_the_address_that_is_listened_on() {
        let url = |text: &str| PublicUrl::listening_on(text.parse().unwrap()).to_string();
        assert_eq!(url("127.0.0.1:4010"), "http://127.0.0.1:4010");
        assert_eq!(url("0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(url("[::]:4010"), "http://[::1]:4010");
        assert_eq!(url("[2001:db8::1]:1"), "http://[2001:db8::1]:1");
    }
}
