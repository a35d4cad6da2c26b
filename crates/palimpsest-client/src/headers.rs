//! What the headers of an answer tell.

use std::time::Duration;

use palimpsest_model::Revision;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The revision an answer was computed at, or that a write took.
pub(crate) fn revision(headers: &HeaderMap) -> Option<Revision> {
    text(headers, "palimpsest-revision")?.parse().ok().map(Revision)
}

/// What the server calls the request in its log.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    text(headers, "x-request-id").map(str::to_owned)
}

/// How long the server asks to wait: `Retry-After` in seconds, or `reset` of `RateLimit: limit=30, remaining=0, reset=58`.
pub(crate) fn wait(headers: &HeaderMap) -> Option<Duration> {
    let after = text(headers, RETRY_AFTER.as_str()).and_then(|value| value.trim().parse().ok());
    let seconds: f64 = after.or_else(|| reset(text(headers, "ratelimit")?))?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn reset(rate_limit: &str) -> Option<f64> {
    let parts = rate_limit.split(',').filter_map(|part| part.split_once('='));
    let mut resets = parts.filter(|(key, _)| key.trim().eq_ignore_ascii_case("reset"));
    resets.next()?.1.trim().trim_matches('"').parse().ok()
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn waited(name: &'static str, value: &'static str) -> Option<u64> {
        let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))]);
        wait(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn servers_ask_to_wait_in_two_ways() {
        assert_eq!(waited("retry-after", "3"), Some(3));
        assert_eq!(waited("ratelimit", "limit=30, remaining=0, reset=58"), Some(58));
        assert_eq!(waited("ratelimit", "Reset=\"7.5\""), Some(7));
        assert_eq!(waited("ratelimit", "limit=30, remaining=0"), None);
        assert_eq!(waited("retry-after", "Sun, 22 Nov 2026 12:00:00 GMT"), None);
        assert_eq!(waited("retry-after", "-1"), None);
    }
}
