//! Media types: what a name and the first bytes of a file tell of it, and what it becomes.

use palimpsest_model::BuiltIn;

/// The type of what nobody knows.
pub(crate) const UNKNOWN: &str = "application/octet-stream";

/// So many bytes tell what a file is.
pub(crate) const FIRST_BYTES: u64 = 8 * 1024;

/// The longest media type, in bytes.
pub const LONGEST_TYPE: usize = 255;

/// Whether it is one media type, as it may stand in a header (RFC 9110 §8.3.1): nobody who splits the header at commas, as
/// browsers do, finds a second one in it.
#[must_use]
pub fn is_media_type(text: &str) -> bool {
    text.len() <= LONGEST_TYPE && has_form(text).is_some()
}

fn has_form(text: &str) -> Option<()> {
    let mut rest = behind_token(behind_token(text)?.strip_prefix('/')?)?;
    while !rest.is_empty() {
        let parameter = rest.trim_start_matches(' ').strip_prefix(';')?.trim_start_matches(' ');
        let value = behind_token(parameter)?.strip_prefix('=')?;
        rest = match value.strip_prefix('"') {
            Some(quoted) => quoted.trim_start_matches(is_quotable).strip_prefix('"')?,
            None => behind_token(value)?,
        };
    }
    Some(())
}

/// What follows a token.
fn behind_token(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|next: char| next.is_ascii_alphanumeric() || "!#$&^_.+-".contains(next));
    (rest.len() < text.len()).then_some(rest)
}

fn is_quotable(next: char) -> bool {
    matches!(next, ' '..='~') && !matches!(next, '"' | '\\')
}

/// The type that the extension of a name stands for.
#[must_use]
pub fn type_of_name(name: &str) -> Option<String> {
    mime_guess::from_path(name).first_raw().map(str::to_owned)
}

/// The type that the first bytes of a file show.
pub(crate) fn type_of_bytes(first: &[u8]) -> &'static str {
    infer::get(first).map_or(UNKNOWN, |kind| kind.mime_type())
}

/// What a file of a type becomes.
#[must_use]
pub fn media_of(file_type: &str) -> BuiltIn {
    shown_as(file_type).unwrap_or(BuiltIn::MediaFile)
}

/// What a file of a type becomes that can be shown.
pub(crate) fn shown_as(file_type: &str) -> Option<BuiltIn> {
    let essence = file_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.split_once('/')? {
        ("image", _) => Some(BuiltIn::MediaImage),
        ("audio", _) => Some(BuiltIn::MediaAudio),
        ("video", _) => Some(BuiltIn::MediaVideo),
        ("application", "pdf" | "x-pdf") => Some(BuiltIn::MediaPDF),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_decides_what_a_file_becomes() {
        for (file_type, expected) in [
            ("image/png", BuiltIn::MediaImage),
            ("IMAGE/SVG+XML", BuiltIn::MediaImage),
            ("application/pdf", BuiltIn::MediaPDF),
            ("Application/PDF; version=1.7", BuiltIn::MediaPDF),
            ("audio/mpeg", BuiltIn::MediaAudio),
            ("video/mp4; codecs=\"avc1\"", BuiltIn::MediaVideo),
            ("application/zip", BuiltIn::MediaFile),
            ("text/image", BuiltIn::MediaFile),
            ("application/pdfx", BuiltIn::MediaFile),
            ("image", BuiltIn::MediaFile),
        ] {
            assert_eq!(media_of(file_type), expected, "{file_type}");
        }
    }

    #[test]
    fn a_media_type_is_one_and_no_more() {
        let longest = format!("image/{}", "x".repeat(LONGEST_TYPE - 6));
        for good in [
            "image/png",
            "application/vnd.a+b",
            "text/html; charset=utf-8",
            "text/html;charset=utf-8 ; a=b",
            "video/mp4; codecs=\"avc1.42E01E, mp4a.40.2\"",
            "image/png;a=\"\"",
            &longest,
        ] {
            assert!(is_media_type(good), "{good}");
        }
        for bad in [
            "",
            "image",
            "image/",
            "/png",
            "image/png ",
            " image/png",
            "image/png;",
            "image/png;,text/html",
            "image/png, text/html",
            "image/png;a=b,text/html",
            "image/png;a=b;,text/html",
            "image/png;a=,text/html",
            "image/png;a=\"b\",text/html",
            "image/png;a=\"b\\\",text/html\"",
            "image/png;a=\"b,text/html",
            "image/png;a=b\",text/html\"",
            "image/png;a",
            "image/png;a =b",
            "image/png\t;a=b",
            "image/png;a=é",
            &format!("{longest}x"),
        ] {
            assert!(!is_media_type(bad), "{bad}");
        }
    }

    #[test]
    fn a_name_tells_a_type_and_so_do_first_bytes() {
        for (name, expected) in [
            ("gel.png", Some("image/png")),
            ("Scan 3.PDF", Some("application/pdf")),
            ("talk.mp3", Some("audio/mpeg")),
            ("a.b.mp4", Some("video/mp4")),
            ("data.unheardof", None),
            ("README", None),
            (".png", None),
        ] {
            assert_eq!(type_of_name(name).as_deref(), expected, "{name}");
        }
        for (bytes, expected) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "image/png"),
            (b"%PDF-1.7", "application/pdf"),
            (b"plain words", UNKNOWN),
            (b"", UNKNOWN),
        ] {
            assert_eq!(type_of_bytes(bytes), expected);
        }
    }
}
