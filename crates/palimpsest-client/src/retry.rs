//! When a call is sent again.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::headers;

/// When a call is sent again: after 429, which says that nothing happened, and a read also after 503. A write that was
/// answered 503 is never repeated by itself, because whether it happened is unknown.
///
/// The pause is the one the server asks for (`Retry-After`, or `reset` of `RateLimit`), else 250 ms, doubled each time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retry {
    /// How many times at most.
    pub times: u32,
    /// How long all pauses of a call may be together; what asks for more fails at once.
    pub patience: Duration,
}

impl Default for Retry {
    /// Three times, and a minute together: the length of a rate limit's window.
    fn default() -> Self {
        Self { times: 3, patience: Duration::from_secs(60) }
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(250);

impl Retry {
    /// Never.
    #[must_use]
    pub fn never() -> Self {
        Self { times: 0, patience: Duration::ZERO }
    }

    /// The pause before a call is sent once more; nothing when the answer stands.
    pub(crate) fn pause(
        &self,
        is_read: bool,
        status: StatusCode,
        headers: &HeaderMap,
        so_far: SoFar,
    ) -> Option<Duration> {
        let helps = match status {
            StatusCode::TOO_MANY_REQUESTS => true,
            StatusCode::SERVICE_UNAVAILABLE => is_read,
            _ => false,
        };
        if !helps || so_far.retries >= self.times {
            return None;
        }
        let pause =
            headers::wait(headers).unwrap_or_else(|| FIRST_PAUSE * 2_u32.saturating_pow(so_far.retries.min(16)));
        (so_far.waited.checked_add(pause)? <= self.patience).then_some(pause)
    }
}

/// What a call has been through.
#[derive(Clone, Copy, Default)]
pub(crate) struct SoFar {
    pub(crate) retries: u32,
    pub(crate) waited: Duration,
}

impl SoFar {
    pub(crate) fn add(&mut self, pause: Duration) {
        self.retries += 1;
        self.waited += pause;
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderValue, RETRY_AFTER};

    use super::*;

    fn pause(retry: Retry, is_read: bool, status: u16, after: Option<&'static str>, so_far: SoFar) -> Option<Duration> {
        let headers = after.map(|value| (RETRY_AFTER, HeaderValue::from_static(value))).into_iter().collect();
        retry.pause(is_read, StatusCode::from_u16(status).unwrap(), &headers, so_far)
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        let repeated = |is_read, status| pause(Retry::default(), is_read, status, None, SoFar::default()).is_some();
        assert!(repeated(true, 429) && repeated(false, 429) && repeated(true, 503));
        assert!(!repeated(false, 503));
        assert!(!repeated(true, 500) && !repeated(true, 404) && !repeated(true, 200));
    }

    #[test]
    fn the_pause_is_the_one_asked_for_else_it_doubles() {
        let at = |after, retries| pause(Retry::default(), true, 503, after, SoFar { retries, waited: Duration::ZERO });
        assert_eq!(at(Some("7"), 0), Some(Duration::from_secs(7)));
        assert_eq!(at(None, 0), Some(Duration::from_millis(250)));
        assert_eq!(at(None, 2), Some(Duration::from_secs(1)));
    }

    #[test]
    fn times_and_patience_are_bounds() {
        let retry = Retry { times: 2, patience: Duration::from_secs(10) };
        let at = |after, retries, waited| {
            let waited = Duration::from_secs(waited);
            pause(retry, true, 429, Some(after), SoFar { retries, waited })
        };
        assert!(at("10", 0, 0).is_some());
        assert_eq!(at("11", 0, 0), None);
        assert_eq!(at("5", 1, 6), None);
        assert_eq!(at("1", 2, 2), None);
        assert_eq!(pause(Retry::never(), true, 429, Some("0"), SoFar::default()), None);
    }
}
