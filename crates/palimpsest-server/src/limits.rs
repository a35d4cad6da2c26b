//! Every limit that protects the server, in one place.

use std::time::Duration;

use crate::cors::Origin;
use crate::rates::RateLimits;

/// What is refused, and after how long. The defaults are the product's; tests make them smaller.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How often a token may call.
    pub rates: RateLimits,
    /// The origins whose pages may call from a browser; those of others may not.
    pub origins: Vec<Origin>,
    /// Whether the retired beta API is served.
    pub beta: bool,
    /// The largest body, in bytes; more is answered 413.
    pub body: usize,
    /// The largest body of a transaction, in bytes.
    pub transaction: usize,
    /// How much of a body that is too large is read, so that the client can read the answer.
    pub drained: usize,
    /// How long that may take.
    pub drain_time: Duration,
    /// How long the headers of a request may take.
    pub header_time: Duration,
    /// How long a request may take in all.
    pub request_time: Duration,
    /// How long a request may take in all that moves a file or a part of one: five megabytes over a slow line.
    pub file_time: Duration,
    /// How long the next bytes of a file may let wait for them.
    pub pause: Duration,
    /// How long a request waits for another one with its key.
    pub retry_wait: Duration,
    /// How long writing an answer may wait for the client to take more of it.
    pub write_time: Duration,
    /// How often a stream of changes says where it is.
    pub bookmark_time: Duration,
    /// How many connections are served at once; more are answered 503.
    pub connections: usize,
    /// How many of those that are too many are answered at once; more are closed without a word.
    pub refusals: usize,
    /// How long requests in flight may take when the server stops.
    pub shutdown_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rates: RateLimits::default(),
            origins: Vec::new(),
            beta: true,
            body: 4 * 1024 * 1024,
            transaction: 8 * 1024 * 1024,
            drained: 16 * 1024 * 1024,
            drain_time: Duration::from_secs(5),
            header_time: Duration::from_secs(10),
            request_time: Duration::from_secs(30),
            file_time: Duration::from_secs(600),
            pause: Duration::from_secs(30),
            retry_wait: Duration::from_secs(10),
            write_time: Duration::from_secs(30),
            bookmark_time: Duration::from_secs(15),
            connections: 4096,
            refusals: 256,
            shutdown_time: Duration::from_secs(35),
        }
    }
}

/// The newest version of the contract; a missing version header means this one.
pub(crate) const NEWEST: &str = "1.0.0";

/// The oldest version of the contract that is served.
pub(crate) const OLDEST: (u64, u64, u64) = (0, 1, 0);
