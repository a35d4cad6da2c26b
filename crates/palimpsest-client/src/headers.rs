//! What the headers of an answer tell.

use std::time::Duration;

use palimpsest_model::{ObjectId, Revision, Tag, parse_uuid};
use reqwest::header::{CONTENT_LOCATION, ETAG, HeaderMap, RETRY_AFTER};

/// What a keyed write sends.
pub(crate) const KEY: &str = "idempotency-key";

/// The revision an answer was computed at, or that a write took.
pub(crate) fn revision(headers: &HeaderMap) -> Option<Revision> {
    text(headers, "palimpsest-revision")?.parse().ok().map(Revision)
}

/// The version of what an answer shows, or that a write left.
pub(crate) fn tag(headers: &HeaderMap) -> Option<Tag> {
    text(headers, ETAG.as_str())?.parse().ok()
}

/// The object that an answer shows, or that it is silent about.
pub(crate) fn shown(headers: &HeaderMap) -> Option<ObjectId> {
    let id = text(headers, CONTENT_LOCATION.as_str())?.strip_prefix("/object?id=")?;
    parse_uuid(id).map(ObjectId)
}

/// Whether a write was done before, by a request with the same key.
pub(crate) fn replayed(headers: &HeaderMap) -> bool {
    text(headers, "idempotency-replayed") == Some("true")
}

/// The preferences that were applied.
pub(crate) fn applied(headers: &HeaderMap) -> Vec<String> {
    let fields = headers.get_all("preference-applied").iter().filter_map(|value| value.to_str().ok());
    fields.flat_map(|field| field.split(',')).map(|one| one.trim().to_owned()).collect()
}

/// What the server calls the request in its log.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    text(headers, "x-request-id").map(str::to_owned)
}

/// The paths of what had no effect: a list of strings (RFC 9651), what is no visible ASCII percent-encoded in them.
pub(crate) fn ignored(headers: &HeaderMap) -> Vec<String> {
    let mut paths = Vec::new();
    let mut rest = text(headers, "palimpsest-ignored").unwrap_or_default();
    while let Some((_, begun)) = rest.split_once('"') {
        let (mut path, mut letters) = (Vec::new(), begun.bytes().enumerate());
        let end = loop {
            match letters.next() {
                Some((end, b'"')) => break end,
                Some((_, b'\\')) => path.extend(letters.next().map(|(_, letter)| letter)),
                Some((at, b'%')) => {
                    path.extend(begun.get(at + 1..at + 3).and_then(|code| u8::from_str_radix(code, 16).ok()));
                    letters.nth(1);
                }
                Some((_, letter)) => path.push(letter),
                None => return paths,
            }
        };
        if !path.is_empty() {
            paths.push(String::from_utf8_lossy(&path).into_owned());
        }
        rest = &begun[end + 1..];
    }
    paths
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
    fn what_had_no_effect_is_read() {
        let read = |value: &'static str| {
            let name = HeaderName::from_static("palimpsest-ignored");
            ignored(&HeaderMap::from_iter([(name, HeaderValue::from_static(value))]))
        };
        assert_eq!(read(r#""a.b", "blocks[\"b-1\"][0].x";more=3"#), ["a.b", "blocks[\"b-1\"][0].x"]);
        assert_eq!(read(r#""[\"%C3%A9%25\"]""#), ["[\"é%\"]"]);
        assert_eq!(read("\"\";more=1"), Vec::<String>::new());
        assert_eq!(read("\"open"), Vec::<String>::new());
        assert_eq!(ignored(&HeaderMap::new()), Vec::<String>::new());
    }

    #[test]
    fn versions_replays_and_preferences_are_read() {
        let headers = [
            ("etag", "\"00000000000000ab.7-Zm9v\""),
            ("content-location", "/object?id=3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11"),
            ("idempotency-replayed", "true"),
            ("preference-applied", "merge, handling=strict"),
        ];
        let of = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let headers = HeaderMap::from_iter(headers.map(of));
        assert_eq!(tag(&headers).unwrap().to_string(), "\"00000000000000ab.7\"");
        assert!(shown(&headers).is_some() && replayed(&headers));
        assert_eq!(applied(&headers), ["merge", "handling=strict"]);
        let none = HeaderMap::new();
        assert_eq!((tag(&none), shown(&none), replayed(&none), applied(&none)), (None, None, false, Vec::new()));
        let weak = HeaderMap::from_iter([of(("etag", "W/\"a\""))]);
        assert_eq!(tag(&weak), None, "what is no version of ours");
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
