//! How a browser may take a file that somebody sent: what it may show, as what, and that nothing of it runs.

use http::HeaderValue;
use palimpsest_engine::is_media_type;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// For what may be shown: no script, no request, an origin of its own. A browser that shows an image, sound or film by itself
/// makes a page around it, which has a style and loads the file.
const SEALED: &str = "sandbox; default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src 'self'; \
                      media-src 'self'; base-uri 'none'; form-action 'none'";

/// The same for PDF: no viewer opens in a sandbox, and its pages have no scripts of this origin.
const SEALED_PDF: &str = "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; object-src 'self'; \
                          base-uri 'none'; form-action 'none'";

/// What is served when the type is no media type.
const BYTES: &str = "application/octet-stream";

/// The headers that a file has because of its type and its name.
#[derive(Debug)]
pub(super) struct Guise {
    pub(super) media: HeaderValue,
    pub(super) disposition: HeaderValue,
    pub(super) policy: HeaderValue,
}

impl Guise {
    pub(super) fn of(file_type: &str, name: &str) -> Self {
        let essence = essence(file_type);
        let sent = essence.as_ref().and_then(|_| HeaderValue::try_from(file_type.trim()).ok());
        let shows = essence.as_deref().is_some_and(is_harmless) && sent.is_some();
        let policy = if essence.as_deref() == Some("application/pdf") { SEALED_PDF } else { SEALED };
        Self {
            media: sent.unwrap_or(HeaderValue::from_static(BYTES)),
            disposition: disposition(if shows { "inline" } else { "attachment" }, name),
            policy: HeaderValue::from_static(policy),
        }
    }
}

/// The type and subtype in lower case; nothing for what is no media type (RFC 9110 §8.3.1).
fn essence(file_type: &str) -> Option<String> {
    let file_type = Some(file_type.trim()).filter(|file_type| is_media_type(file_type))?;
    Some(file_type.split(';').next()?.trim_end().to_ascii_lowercase())
}

/// Whether a browser that shows it by itself runs nothing of it.
fn is_harmless(essence: &str) -> bool {
    match essence.split_once('/') {
        // SVG is XML with scripts.
        Some(("image", subtype)) => !subtype.starts_with("svg") && !subtype.contains("xml"),
        Some(("audio" | "video", subtype)) => !subtype.contains("xml"),
        _ => essence == "application/pdf",
    }
}

/// What need not be escaped in a parameter (RFC 8187 §3.2.1); the rest could be mistaken for its end.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// RFC 6266: the name for those who know only ASCII, then the name.
fn disposition(kind: &'static str, name: &str) -> HeaderValue {
    let is_plain = |character: char| character == ' ' || character.is_ascii_graphic();
    let plain = name.replace(|character| !is_plain(character) || matches!(character, '"' | '\\' | '%' | '/'), "_");
    let full = utf8_percent_encode(name, ATTRIBUTE);
    let text = format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{full}");
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(file_type: &str, name: &str) -> (String, String) {
        let guise = Guise::of(file_type, name);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        (text(&guise.media), text(&guise.disposition))
    }

    #[test]
    fn only_what_runs_nothing_is_shown() {
        for shown in ["image/png", "IMAGE/JPEG", "audio/mpeg", "video/mp4; codecs=\"avc1\"", "application/pdf"] {
            assert!(told(shown, "a").1.starts_with("inline; "), "{shown}");
        }
        for saved in [
            "image/svg+xml",
            "Image/SVG+XML; charset=utf-8",
            "image/svg",
            "image/vnd.x+xml",
            "text/html",
            "text/plain",
            "application/xhtml+xml",
            "text/xml",
            "application/javascript",
            "application/octet-stream",
            "multipart/x-mixed-replace",
        ] {
            let (media, disposition) = told(saved, "a");
            assert_eq!((&*media, disposition.split(';').next()), (saved, Some("attachment")));
        }
    }

    #[test]
    fn what_is_no_media_type_is_bytes() {
        for odd in [
            "",
            "image",
            "image/",
            "/png",
            "image/png\r\nSet-Cookie: a=b",
            "image png",
            "\"image/png\"",
            "image/a/b",
            "image/png;\u{7}",
            // A browser takes what follows the comma (Fetch, "extract a MIME type").
            "image/png;,text/html",
            "application/pdf;,text/html",
            "image/png;a=b,text/html",
            "image/png, text/html",
            "image/png;a=\"b\",text/html",
            "image/png;a=\"b\\\",text/html\"",
        ] {
            let (media, disposition) = told(odd, "a");
            assert_eq!((&*media, disposition.split(';').next()), (BYTES, Some("attachment")), "{odd:?}");
        }
    }

    #[test]
    fn a_name_never_ends_its_parameter() {
        let check = |name: &str, expected: &str| assert_eq!(told("image/png", name).1, format!("inline; {expected}"));
        check("gel 1.png", "filename=\"gel 1.png\"; filename*=UTF-8''gel%201.png");
        check("Größe 5%.png", "filename=\"Gr__e 5_.png\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%205%25.png");
        check("a\"; b='c\\", "filename=\"a_; b='c_\"; filename*=UTF-8''a%22%3B%20b%3D%27c%5C");
        check("a\r\nX: b", "filename=\"a__X: b\"; filename*=UTF-8''a%0D%0AX%3A%20b");
    }
}
