//! Fetching pages for weblinks, and sending what webhooks send.
//!
//! Whoever may save a weblink chooses an address that this server then calls. A server stands in places its users do not:
//! behind the firewall, beside a database, next to the metadata service of its cloud. So that it cannot be turned against
//! its own network, a [`Fetcher`]
//!
//! - looks at the URL first ([`guard::check_url`]): scheme, credentials, port, names that are local by definition, and
//!   addresses in any notation;
//! - resolves each name once per hop and connects to nothing but the addresses that were looked at
//!   ([`guard::is_public`]), so that a second answer of the name server cannot change the target;
//! - follows redirects by hand, at most [`MAX_REDIRECTS`], each judged like the first URL;
//! - uses no proxy, cookie, credential or referer, and keeps no connection;
//! - ends after [`DEADLINE`] and reads at most [`MAX_BODY`] bytes, and those of HTML only;
//! - downloads nothing unless it is asked to ([`Fetcher::open`]), then at most [`MAX_DOWNLOAD`] bytes within [`DOWNLOAD_DEADLINE`].
//!
//! [`Fetcher::post`] stands under the same guard. It follows no redirect, reads no body, and ends after [`POST_DEADLINE`].
//!
//! What it cannot know is a public address that leads inside all the same, by a translation (NAT) of the network it
//! stands in. A server for strangers belongs behind a firewall that lets it go out to the public network only.

mod charset;
mod download;
mod entities;
mod error;
mod fetcher;
pub mod guard;
mod metadata;
mod page;
mod post;
mod resolver;
#[cfg(feature = "testing")]
mod stage;

pub use download::{Download, MAX_DOWNLOAD};
pub use error::FetchError;
pub use fetcher::{DEADLINE, DOWNLOAD_DEADLINE, Fetcher, MAX_BODY, MAX_REDIRECTS};
pub use metadata::{MAX_DESCRIPTION, MAX_TITLE};
pub use page::Page;
pub use post::{POST_DEADLINE, Posted};
#[cfg(feature = "testing")]
pub use stage::{IsAllowed, Resolve, Stage};
