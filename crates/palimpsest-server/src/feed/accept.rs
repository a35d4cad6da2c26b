//! Whether a client wants a stream (RFC 9110, section 12.5.1).

use http::HeaderMap;
use http::header::ACCEPT;

use crate::document::JSON;

/// The media type of server-sent events.
pub(crate) const EVENTS: &str = "text/event-stream";

/// Whether the client names the type of streams and does not like JSON better; of two it likes the same, the first counts.
/// Who accepts anything gets JSON.
pub(crate) fn accepts_events(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut best: Option<(f32, bool)> = None;
    for (name, quality) in fields.flat_map(|field| field.split(',')).map(range) {
        let is_stream = name.eq_ignore_ascii_case(EVENTS);
        let is_named = is_stream || name.eq_ignore_ascii_case(JSON);
        if is_named && quality > best.map_or(0.0, |(quality, _)| quality) {
            best = Some((quality, is_stream));
        }
    }
    best.is_some_and(|(_, is_stream)| is_stream)
}

/// A media range and how much it is liked.
fn range(text: &str) -> (&str, f32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (name, weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_names_streams_wants_one() {
        let check = |accept: &str, expected: bool| {
            let headers = [(ACCEPT, accept.parse().unwrap())].into_iter().collect();
            assert_eq!(accepts_events(&headers), expected, "{accept}");
        };
        for stream in ["text/event-stream", "Text/Event-Stream; charset=utf-8", "*/*, text/event-stream"] {
            check(stream, true);
        }
        check("application/json;q=0.5, text/event-stream", true);
        check("text/event-stream, application/json", true);
        for page in ["", "*/*", "application/json", "text/*", "application/json, text/event-stream"] {
            check(page, false);
        }
        check("text/event-stream;q=0", false);
        check("text/event-stream;q=0.2, application/json; q=0.3", false);
        assert!(!accepts_events(&HeaderMap::new()));
    }
}
