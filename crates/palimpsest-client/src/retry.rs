//! When a call is sent again.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::code::Code;
use crate::headers;

/// When a call is sent again.
///
/// | after | a read | a write with a key | another write |
/// |---|---|---|---|
/// | 429, which says that nothing happened | yes | yes | yes |
/// | 503 | yes | yes | no |
/// | 502, 504, no connection, a lost answer | yes | yes | no |
/// | other 5xx, no answer in time, 409 because the first request still runs | no | yes | no |
///
/// Writes have a key, the same for all attempts, once it is known that the server knows keys: see
/// [`ClientBuilder::idempotency`](crate::ClientBuilder::idempotency). Those of webhooks and uploads never have one; the steps of an upload are repeated as reads are. Without one, a
/// write whose outcome is unknown is never repeated by itself.
///
/// The pause is the one the server asks for (`Retry-After`, or `reset` of `RateLimit`), else 250 ms, doubled each time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retry {
    /// How many times at most.
    pub times: u32,
    /// How long all pauses of a call, and all waiting for answers that did not come, may be together; what asks for more fails
    /// at once.
    pub patience: Duration,
}

impl Default for Retry {
    /// Three times, and a minute together: the length of a rate limit's window.
    fn default() -> Self {
        Self { times: 3, patience: Duration::from_secs(60) }
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// How harmless it is to send a call again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Safety {
    /// It changes nothing, or the same each time.
    Read,
    /// It has one effect however often it is sent.
    Keyed,
    /// It has an effect each time.
    Write,
}

/// What an attempt came to, when it did not succeed.
#[derive(Clone, Copy)]
pub(crate) enum Outcome<'o> {
    /// A refusal.
    Refused(StatusCode, &'o HeaderMap),
    /// The refusal of a key whose first request still runs.
    InProgress(&'o HeaderMap),
    /// No answer, and why.
    Unanswered(&'o Code),
}

impl Outcome<'_> {
    /// Whether sending the call again is harmless and may help.
    fn calls_for_another(self, safety: Safety) -> bool {
        let keyed = safety == Safety::Keyed;
        match self {
            Self::Refused(StatusCode::TOO_MANY_REQUESTS, _) => true,
            Self::Refused(status, _) if matches!(status.as_u16(), 502..=504) => safety != Safety::Write,
            Self::Refused(status, _) => keyed && status.is_server_error(),
            Self::InProgress(_) | Self::Unanswered(Code::TimedOut) => keyed,
            Self::Unanswered(Code::Lost | Code::Unreachable) => safety != Safety::Write,
            Self::Unanswered(_) => false,
        }
    }

    fn wait(self) -> Option<Duration> {
        match self {
            Self::Refused(_, headers) | Self::InProgress(headers) => headers::wait(headers),
            Self::Unanswered(_) => None,
        }
    }
}

impl Retry {
    /// Never.
    #[must_use]
    pub fn never() -> Self {
        Self { times: 0, patience: Duration::ZERO }
    }

    /// The pause before a call is sent once more; nothing when what it came to stands.
    pub(crate) fn pause(&self, safety: Safety, outcome: Outcome<'_>, so_far: SoFar) -> Option<Duration> {
        if !outcome.calls_for_another(safety) || so_far.retries >= self.times {
            return None;
        }
        let pause = outcome.wait().unwrap_or_else(|| backoff(so_far.retries));
        (so_far.waited.checked_add(pause)? <= self.patience).then_some(pause)
    }
}

/// The pause after so many failures in a row.
pub(crate) fn backoff(failures: u32) -> Duration {
    FIRST_PAUSE * 2_u32.saturating_pow(failures.min(16))
}

/// What a call has been through.
#[derive(Clone, Copy, Default)]
pub(crate) struct SoFar {
    pub(crate) retries: u32,
    pub(crate) waited: Duration,
}

impl SoFar {
    /// One more retry after a pause.
    pub(crate) fn add(&mut self, pause: Duration) {
        self.retries += 1;
        self.wait(pause);
    }

    /// Time went by.
    pub(crate) fn wait(&mut self, time: Duration) {
        self.waited = self.waited.saturating_add(time);
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderValue, RETRY_AFTER};

    use super::*;

    fn pause(
        retry: Retry,
        safety: Safety,
        status: u16,
        after: Option<&'static str>,
        so_far: SoFar,
    ) -> Option<Duration> {
        let headers = after.map(|value| (RETRY_AFTER, HeaderValue::from_static(value))).into_iter().collect();
        retry.pause(safety, Outcome::Refused(StatusCode::from_u16(status).unwrap(), &headers), so_far)
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        use Safety::{Keyed, Read, Write};
        let safeties = [Read, Keyed, Write];
        let after = |outcome: Outcome<'_>| safeties.map(|safety| outcome.calls_for_another(safety));
        let headers = HeaderMap::new();
        let status = |status| after(Outcome::Refused(StatusCode::from_u16(status).unwrap(), &headers));
        assert_eq!(status(429), [true, true, true]);
        for gone in [502, 503, 504] {
            assert_eq!(status(gone), [true, true, false], "{gone}");
        }
        assert_eq!(status(500), [false, true, false]);
        for final_one in [200, 400, 404, 409, 412, 422] {
            assert_eq!(status(final_one), [false; 3], "{final_one}");
        }
        assert_eq!(after(Outcome::InProgress(&headers)), [false, true, false]);
        assert_eq!(after(Outcome::Unanswered(&Code::TimedOut)), [false, true, false]);
        assert_eq!(after(Outcome::Unanswered(&Code::Lost)), [true, true, false]);
        assert_eq!(after(Outcome::Unanswered(&Code::Unreachable)), [true, true, false]);
        assert_eq!(after(Outcome::Unanswered(&Code::Unsendable)), [false; 3]);
    }

    #[test]
    fn the_pause_is_the_one_asked_for_else_it_doubles() {
        let at = |after, retries| {
            pause(Retry::default(), Safety::Read, 503, after, SoFar { retries, waited: Duration::ZERO })
        };
        assert_eq!(at(Some("7"), 0), Some(Duration::from_secs(7)));
        assert_eq!(at(None, 0), Some(Duration::from_millis(250)));
        assert_eq!(at(None, 2), Some(Duration::from_secs(1)));
    }

    #[test]
    fn times_and_patience_are_bounds() {
        let retry = Retry { times: 2, patience: Duration::from_secs(10) };
        let at = |after, retries, waited| {
            let waited = Duration::from_secs(waited);
            pause(retry, Safety::Read, 429, Some(after), SoFar { retries, waited })
        };
        assert!(at("10", 0, 0).is_some());
        assert_eq!(at("11", 0, 0), None);
        assert_eq!(at("5", 1, 6), None);
        assert_eq!(at("1", 2, 2), None);
        assert_eq!(pause(Retry::never(), Safety::Write, 429, Some("0"), SoFar::default()), None);
    }
}
