//! What a client prefers (RFC 7240), and the names of what had no effect (RFC 9651).

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};
use palimpsest_engine::Ignored;

pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");

/// The preferences of one request, as far as they are known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Preferences {
    /// `handling=strict`: what would have no effect is refused.
    pub(crate) strict: bool,
    /// `return=minimal`: a write answers without a body.
    pub(crate) minimal: bool,
    /// `return=representation`: a transaction answers with the objects.
    pub(crate) representation: bool,
    /// `merge`: a write to an older version is merged with what came since.
    pub(crate) merge: bool,
}

impl Preferences {
    /// Reads all `Prefer` fields; of two values of one preference the first counts, what is unknown does not.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let (mut handling, mut returns, mut merge) = (None, None, false);
        let fields = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
        for preference in fields.flat_map(|field| field.split(',')) {
            let token = preference.split(';').next().unwrap_or_default();
            let (name, value) = token.split_once('=').unwrap_or((token, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "handling" => _ = handling.get_or_insert(value),
                "return" => _ = returns.get_or_insert(value),
                "merge" => merge = true,
                _ => {}
            }
        }
        Self {
            strict: handling == Some("strict"),
            minimal: returns == Some("minimal"),
            representation: returns == Some("representation"),
            merge,
        }
    }
}

/// At most so many paths are named, in so many bytes.
const PATHS: usize = 20;
const BYTES: usize = 4096;

/// The paths as a list of strings, those left out counted by `;more=N` on the last; nothing when there are none.
pub(crate) fn write_ignored(ignored: &Ignored) -> Option<HeaderValue> {
    let mut field = String::new();
    let mut named = 0;
    for path in ignored.paths().iter().take(PATHS) {
        let path = write_string(&path.to_string());
        let separator = if named == 0 { "" } else { ", " };
        // Room for `;more=` and a number.
        if field.len() + separator.len() + path.len() + 30 > BYTES {
            break;
        }
        field.push_str(separator);
        field.push_str(&path);
        named += 1;
    }
    let more = ignored.count() - named;
    match (named, more) {
        (0, 0) => return None,
        (0, _) => field.push_str("\"\""),
        _ => {}
    }
    if more > 0 {
        field.push_str(&format!(";more={more}"));
    }
    HeaderValue::try_from(field).ok()
}

/// A string of RFC 9651: what is no visible ASCII is percent-encoded, and `%` itself.
fn write_string(text: &str) -> String {
    let mut written = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => written.extend(['\\', char::from(byte)]),
            b' '..=b'~' if byte != b'%' => written.push(char::from(byte)),
            _ => written.push_str(&format!("%{byte:02X}")),
        }
    }
    written.push('"');
    written
}

#[cfg(test)]
mod tests {
    use palimpsest_model::Path;

    use super::*;

    fn prefer(fields: &[&str]) -> Preferences {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(PREFER, HeaderValue::try_from(*field).unwrap());
        }
        Preferences::read(&headers)
    }

    #[test]
    fn preferences_are_read_from_all_fields() {
        let both = Preferences { strict: true, minimal: true, ..Preferences::default() };
        assert_eq!(prefer(&["handling=strict, return=minimal"]), both);
        assert_eq!(prefer(&["Handling = \"strict\"; x=y", "wait=5, RETURN=minimal"]), both);
        let shows = Preferences { representation: true, ..Preferences::default() };
        assert_eq!(prefer(&["handling=lenient, handling=strict", "return=representation"]), shows);
        let merges = Preferences { merge: true, ..Preferences::default() };
        assert_eq!(prefer(&["merge", "", ",,", "handling"]), merges);
        assert_eq!(prefer(&[]), Preferences::default());
    }

    fn ignored(paths: impl IntoIterator<Item = Path>) -> Ignored {
        let mut ignored = Ignored::default();
        ignored.extend(paths);
        ignored
    }

    #[test]
    fn what_had_no_effect_is_a_list_of_strings() {
        let check = |paths: Vec<Path>, field: Option<&str>| {
            assert_eq!(write_ignored(&ignored(paths)).as_ref().map(|value| value.to_str().unwrap()), field);
        };
        check(vec![], None);
        check(vec![Path::keys(&["blocks", "b-1"]).index(0).key("x")], Some(r#""blocks[\"b-1\"][0].x""#));
        check(vec![Path::keys(&["a"]), Path::keys(&["é%"])], Some(r#""a", "[\"%C3%A9%25\"]""#));
        let many = (0..25).map(|number| Path::keys(&["a"]).index(number));
        assert!(write_ignored(&ignored(many)).unwrap().to_str().unwrap().ends_with("\"a[19]\";more=5"));
        let long: Vec<_> = (0..3).map(|number| Path::keys(&[&"x".repeat(3000)]).index(number)).collect();
        let field = write_ignored(&ignored(long)).unwrap();
        assert!(field.len() <= BYTES && field.to_str().unwrap().ends_with("\";more=2"));
        check(vec![Path::keys(&[&"x".repeat(5000)])], Some("\"\";more=1"));
    }
}
