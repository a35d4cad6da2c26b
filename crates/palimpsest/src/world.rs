//! The outside world: the system's clock and randomness. The only place that asks for either.

use std::time::SystemTime;

use palimpsest_engine::{Clock, Ids};
use palimpsest_model::Timestamp;

/// The system's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes in")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The system's randomness.
pub(crate) struct SystemIds;

impl Ids for SystemIds {
    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        if getrandom::fill(&mut bytes).is_err() {
            // Without randomness every id and secret would be a lie: nothing can be served.
            tracing::error!("the system gives no randomness");
            std::process::abort();
        }
        bytes
    }
}
