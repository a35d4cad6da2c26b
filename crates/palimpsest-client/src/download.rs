//! Files, by the links that objects show. The token stays here: a link needs none, and may lead to another server.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::Url;

use crate::client::Client;
use crate::error::Error;
use crate::object_view::FileView;

/// What follows links: without a token, and with no limit but on the pauses.
#[derive(Default)]
pub(crate) struct Follower {
    plain: OnceLock<reqwest::Client>,
    secure: OnceLock<reqwest::Client>,
}

impl Follower {
    fn of(&self, url: &Url, pause: Duration) -> Result<&reqwest::Client, Error> {
        let is_plain = url.scheme() == "http";
        let held = if is_plain { &self.plain } else { &self.secure };
        if let Some(http) = held.get() {
            return Ok(http);
        }
        let mut http = reqwest::Client::builder();
        if is_plain {
            http = http.tls_certs_only([]);
        }
        let http = http.redirect(reqwest::redirect::Policy::none()).connect_timeout(pause).read_timeout(pause);
        let http = http.build().map_err(Error::transport)?;
        Ok(held.get_or_init(|| http))
    }
}

/// The bytes of a file on their way.
#[derive(Debug)]
pub struct Download(reqwest::Response);

impl Client {
    /// Follows the link to a file that an object shows. It is sent once, without the token; it may take any time, but pauses no
    /// longer than the client's timeout. A link that has ended is an error of [`Code::Forbidden`](crate::Code::Forbidden): the
    /// object has a new one when it is read again.
    pub async fn download(&self, file: &FileView) -> Result<Download, Error> {
        let url = Url::parse(&file.url).map_err(|error| Error::unsendable("the link is invalid", error))?;
        let http = self.follower().of(&url, self.timeout())?;
        let response = http.get(url).send().await.map_err(Error::transport)?;
        if response.status().is_success() {
            return Ok(Download(response));
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.map_err(Error::transport)?;
        Err(Error::refusal(status, &headers, &body))
    }
}

impl Download {
    /// How many bytes there are in all, if the server says so.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.0.content_length()
    }

    /// The next bytes; nothing after the last. What comes to fewer than were announced is an error.
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.chunk().await.map_err(Error::transport)?.map(Into::into))
    }

    /// All of them.
    pub async fn bytes(self) -> Result<Vec<u8>, Error> {
        Ok(self.0.bytes().await.map_err(Error::transport)?.into())
    }
}
