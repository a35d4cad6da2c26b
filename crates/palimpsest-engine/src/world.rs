//! The outside world, passed in: time, randomness, the network.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use palimpsest_model::{BlockId, File, ObjectId, Timestamp};
use palimpsest_store::ByteStream;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// Gives randomness.
pub trait Ids: Send + Sync {
    /// 256 bits that nobody can guess.
    fn random(&self) -> [u8; 32];
}

/// Looks at pages of the public network.
pub trait Fetch: Send + Sync {
    /// What is at a URL; nothing when it cannot be had. Bytes of media come within a time and up to a size that the network sets.
    fn fetch<'f>(&'f self, url: &'f str) -> Fetching<'f>;
}

/// A look that is being taken.
pub type Fetching<'f> = Pin<Box<dyn Future<Output = Option<Fetched>> + Send + 'f>>;

/// Sends messages to receivers of the public network.
pub trait Post: Send + Sync {
    /// Sends a message; what the receiver answered, or why it did not, in a sentence that its owner may read.
    fn post(&self, message: Message) -> Posting<'_>;
}

/// A message on its way.
pub type Posting<'p> = Pin<Box<dyn Future<Output = Result<Posted, String>> + Send + 'p>>;

/// What a webhook sends: a JSON body with the headers of Standard Webhooks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// Where to.
    pub url: String,
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signature: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What a receiver answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Posted {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
}

/// What was found where a URL leads.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WebPage {
    /// The type and subtype of its `Content-Type`, in lower case.
    pub content_type: String,
    /// The host that answered.
    pub host: String,
    /// How it calls itself.
    pub title: Option<String>,
    /// How it describes itself.
    pub description: Option<String>,
    /// Its bytes, where they are media and were kept.
    pub file: Option<File>,
}

/// What a look came back with.
pub struct Fetched {
    /// What is there.
    pub page: WebPage,
    /// Its bytes, where they are no text: an image, for example.
    pub bytes: Option<ByteStream<'static>>,
}

impl From<WebPage> for Fetched {
    fn from(page: WebPage) -> Self {
        Self { page, bytes: None }
    }
}

/// New ids for one operation, from a seed drawn before it runs: running the operation again gives the same ids.
///
/// They are version 7 UUIDs (RFC 9562): the time in front keeps the indexes they go into compact. They are unique, not
/// secret.
#[derive(Clone)]
pub(crate) struct Fresh {
    at: Timestamp,
    state: [u64; 2],
}

impl Fresh {
    pub(crate) fn draw(ids: &dyn Ids, at: Timestamp) -> Self {
        let random = ids.random();
        let half =
            |range: std::ops::Range<usize>| random[range].iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        Self { at, state: [half(0..8), half(8..16)] }
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        let random = (u128::from(self.next(0)) << 64 | u128::from(self.next(1))).to_be_bytes();
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&random[..10]);
        uuid::Builder::from_unix_timestamp_millis(self.at.0.max(0).cast_unsigned(), &bytes).into_uuid()
    }

    pub(crate) fn object(&mut self) -> ObjectId {
        ObjectId(self.uuid())
    }

    pub(crate) fn block(&mut self) -> BlockId {
        BlockId(self.uuid())
    }

    /// The same after so many ids.
    fn after(&self, drawn: u64) -> Self {
        Self { at: self.at, state: self.state.map(|half| half.wrapping_add(drawn.wrapping_mul(STEP))) }
    }

    /// SplitMix64: a full period over each half of the state.
    fn next(&mut self, half: usize) -> u64 {
        self.state[half] = self.state[half].wrapping_add(STEP);
        let mut word = self.state[half];
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

/// How far the state of [`Fresh`] moves with each id.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Names for what is not kept, such as requests: the system is asked for randomness once, not for each.
#[derive(Default)]
pub(crate) struct Names {
    seed: OnceLock<Fresh>,
    drawn: AtomicU64,
}

impl Names {
    pub(crate) fn next(&self, ids: &dyn Ids, at: Timestamp) -> Uuid {
        let seed = self.seed.get_or_init(|| Fresh::draw(ids, at));
        Fresh { at, ..seed.after(self.drawn.fetch_add(1, Ordering::Relaxed)) }.uuid()
    }
}

/// A clock that is moved by hand.
#[cfg(feature = "testing")]
#[derive(Debug)]
pub struct ManualClock(std::sync::atomic::AtomicI64);

#[cfg(feature = "testing")]
impl ManualClock {
    /// A clock that stands at a time.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self(time.0.into())
    }

    /// Moves it, forward or back.
    pub fn advance(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

#[cfg(feature = "testing")]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Ids that repeat from run to run.
#[cfg(feature = "testing")]
#[derive(Debug, Default)]
pub struct CountedIds(AtomicU64);

#[cfg(feature = "testing")]
impl CountedIds {
    /// Ids that go on after so many.
    #[must_use]
    pub fn after(drawn: u64) -> Self {
        Self(drawn.into())
    }
}

#[cfg(feature = "testing")]
impl Ids for CountedIds {
    fn random(&self) -> [u8; 32] {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&count.to_be_bytes());
        bytes[8..16].copy_from_slice(&count.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        bytes
    }
}
