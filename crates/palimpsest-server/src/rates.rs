//! Rate limits: fixed windows of 60 s, one per token and endpoint (spec/01 §5).

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, HeaderValue};
use palimpsest_model::{Timestamp, TokenId};

use crate::answer::{BETA_RATES, RATE_LIMIT};

/// How often a token may call an endpoint within a window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RateLimits {
    /// As often as it likes; no answer speaks of limits.
    Off,
    /// As often as the hosted service allows: 10 or 30 times, by endpoint.
    Capacities,
    /// So often, whatever the endpoint.
    Fixed(u32),
}

impl Default for RateLimits {
    fn default() -> Self {
        Self::Fixed(6000)
    }
}

impl FromStr for RateLimits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Off),
            "capacities" => Ok(Self::Capacities),
            number => match number.parse() {
                Ok(number) if number > 0 => Ok(Self::Fixed(number)),
                _ => Err(format!("`{text}` is no rate limit: expected off, capacities or a number from 1")),
            },
        }
    }
}

/// The length of a window in milliseconds.
const WINDOW: i64 = 60_000;
/// Windows that have ended are forgotten when there are more than this many.
const KEPT: usize = 4096;

/// The windows that are open.
pub(crate) struct Windows {
    limits: RateLimits,
    open: Mutex<HashMap<(TokenId, usize), Window>>,
}

#[derive(Clone, Copy)]
struct Window {
    begun: Timestamp,
    used: u32,
}

/// What is left of a window after a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Quota {
    limit: u32,
    remaining: u32,
    /// Seconds until the window ends, at least 1.
    pub(crate) reset: u64,
    /// Whether the call came too often.
    pub(crate) exceeded: bool,
}

impl Quota {
    /// Tells of it in the headers of an answer, or in those that the beta API had.
    pub(crate) fn tell(self, is_beta: bool, headers: &mut HeaderMap) {
        if is_beta {
            let Self { limit, remaining, reset, .. } = self;
            let policy = format!("{limit};w={}", WINDOW / 1000);
            let values = [policy, limit.to_string(), remaining.to_string(), reset.to_string()];
            let values = BETA_RATES.into_iter().zip(values);
            headers.extend(values.filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?))));
        } else if let Some(value) = self.header() {
            headers.insert(RATE_LIMIT, value);
        }
    }

    /// The value of the header `RateLimit`, in the one form that clients in the field read.
    fn header(self) -> Option<HeaderValue> {
        let Self { limit, remaining, reset, .. } = self;
        HeaderValue::try_from(format!("limit={limit}, remaining={remaining}, reset={reset}")).ok()
    }
}

impl Windows {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits, open: Mutex::default() }
    }

    /// Counts a call of a token to an endpoint; nothing when limits are off. `hosted` is what the hosted service allows.
    pub(crate) fn take(
        &self,
        token: TokenId,
        endpoint: usize,
        hosted: u32,
        now: impl FnOnce() -> Timestamp,
    ) -> Option<Quota> {
        let limit = match self.limits {
            RateLimits::Off => return None,
            RateLimits::Capacities => hosted,
            RateLimits::Fixed(limit) => limit,
        };
        let now = now();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() > KEPT {
            open.retain(|_, window| window.is_open(now));
        }
        let window = open.entry((token, endpoint)).or_insert(Window { begun: now, used: 0 });
        if !window.is_open(now) {
            *window = Window { begun: now, used: 0 };
        }
        let exceeded = window.used >= limit;
        window.used += u32::from(!exceeded);
        let left = (window.begun.0 + WINDOW - now.0).clamp(1, WINDOW);
        let reset = left.cast_unsigned().div_ceil(1000);
        Some(Quota { limit, remaining: limit - window.used, reset, exceeded })
    }
}

impl Windows {
    /// Takes a call back that was answered without its bytes.
    pub(crate) fn give_back(&self, token: TokenId, endpoint: usize, quota: Option<Quota>) -> Option<Quota> {
        let quota = quota?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(window) = open.get_mut(&(token, endpoint)) {
            window.used = window.used.saturating_sub(1);
        }
        Some(Quota { remaining: (quota.remaining + 1).min(quota.limit), ..quota })
    }
}

impl Window {
    /// A clock that was set back begins a new window, too.
    fn is_open(self, now: Timestamp) -> bool {
        (0..WINDOW).contains(&(now.0 - self.begun.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: u128) -> TokenId {
        TokenId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_window_counts_down_and_ends() {
        let windows = Windows::new(RateLimits::Capacities);
        let take = |at: i64| windows.take(token(1), 0, 2, || Timestamp(at)).unwrap();
        let quota = |remaining, reset, exceeded| Quota { limit: 2, remaining, reset, exceeded };
        assert_eq!(take(1_000), quota(1, 60, false));
        assert_eq!(take(2_500), quota(0, 59, false));
        assert_eq!(take(60_999), quota(0, 1, true));
        assert_eq!(take(61_000), quota(1, 60, false));
        assert_eq!(take(500), quota(1, 60, false), "the clock was set back");
        assert_eq!(take(501).header().unwrap(), "limit=2, remaining=0, reset=60");
    }

    #[test]
    fn tokens_and_endpoints_have_windows_of_their_own() {
        let windows = Windows::new(RateLimits::Fixed(1));
        for (number, endpoint) in [(1, 0), (1, 1), (2, 0)] {
            assert!(!windows.take(token(number), endpoint, 30, || Timestamp(0)).unwrap().exceeded);
        }
        assert!(windows.take(token(1), 0, 30, || Timestamp(0)).unwrap().exceeded);
        assert!(Windows::new(RateLimits::Off).take(token(1), 0, 30, || Timestamp(0)).is_none());
    }

    #[test]
    fn windows_that_ended_are_forgotten() {
        let windows = Windows::new(RateLimits::Fixed(1));
        for number in 0..10_000 {
            windows.take(token(number), 0, 30, || Timestamp(number as i64 * 1000));
        }
        assert!(windows.open.lock().unwrap().len() <= KEPT + 1);
    }

    #[test]
    fn rate_limits_are_read() {
        assert_eq!("off".parse(), Ok(RateLimits::Off));
        assert_eq!("capacities".parse(), Ok(RateLimits::Capacities));
        assert_eq!("30".parse(), Ok(RateLimits::Fixed(30)));
        for wrong in ["", "0", "-1", "many"] {
            assert!(wrong.parse::<RateLimits>().is_err(), "{wrong}");
        }
    }
}
