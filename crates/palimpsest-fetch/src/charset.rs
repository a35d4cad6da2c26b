//! From the bytes of HTML to text.

use std::borrow::Cow;
use std::cell::Cell;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use lol_html::{Settings, element};

use crate::metadata::scan;

/// Where an encoding is looked for in the page itself. The standard asks for 1024 bytes; some pages say it later.
const PRESCAN: usize = 4096;

/// Decodes by the mark at the beginning, else by what the header says, else by what the page says of itself; else as
/// UTF-8 if it is UTF-8, as the encoding of old Western pages if not. Never fails: what cannot be read is replaced.
pub(crate) fn decode<'b>(bytes: &'b [u8], declared: Option<&str>) -> Cow<'b, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0;
    }
    let declared = declared.and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = declared.or_else(|| in_page(bytes)).unwrap_or_else(|| guess(bytes));
    encoding.decode_without_bom_handling(bytes).0
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    match std::str::from_utf8(bytes) {
        Ok(_) => UTF_8,
        // The last character was cut.
        Err(error) if error.error_len().is_none() => UTF_8,
        Err(_) => WINDOWS_1252,
    }
}

/// `<meta charset="…">` or `<meta http-equiv="Content-Type" content="…">`.
fn in_page(bytes: &[u8]) -> Option<&'static Encoding> {
    let found = Cell::new(None);
    let read = element!("meta", |meta| {
        let label = meta.get_attribute("charset").or_else(|| {
            let is_type = meta.get_attribute("http-equiv")?.trim().eq_ignore_ascii_case("content-type");
            charset(&meta.get_attribute("content")?).filter(|_| is_type).map(str::to_owned)
        });
        if found.get().is_none() {
            found.set(label.and_then(|label| Encoding::for_label(label.as_bytes())));
        }
        Ok(())
    });
    scan(bytes.get(..PRESCAN).unwrap_or(bytes), Settings::new().append_element_content_handler(read));
    // What could be read as ASCII is not UTF-16, whatever it says.
    found.get().map(|encoding| if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

/// The `charset` of a content type.
pub(crate) fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], declared: Option<&str>, expected: &str) {
        let text = decode(bytes, declared);
        assert!(text.contains(expected), "{text:?}");
    }

    #[test]
    fn the_mark_wins_over_the_header_and_the_header_over_the_page() {
        check(b"\xef\xbb\xbf\xc3\xa9", Some("windows-1252"), "é");
        check(b"\xff\xfe\xe9\x00", Some("utf-8"), "é");
        check(b"\xfe\xff\x00\xe9", None, "é");
        check(b"<meta charset=utf-8>\xe9", Some("ISO-8859-1"), "é");
        check(b"\x00\xe9", Some("utf-16be"), "é");
    }

    #[test]
    fn a_page_may_say_its_encoding() {
        check(b"<!doctype html><meta charset=\"Shift_JIS\"><title>\x93\xfa\x96{</title>", None, "日本");
        check(b"<META HTTP-EQUIV=content-type CONTENT='text/html; charset=koi8-r'>\xf0", None, "П");
        check(b"<meta charset=nosuch><meta charset=gbk>\xc4\xe3", Some("nosuch"), "你");
        check(b"<!-- <meta charset=koi8-r> --><meta charset=utf-8>\xc3\xa9", None, "é");
        check(b"<meta charset=utf-16>\xc3\xa9", None, "é");
        check(b"<meta name=x content='text/html; charset=koi8-r'>\xc3\xa9", None, "é");
    }

    #[test]
    fn without_a_word_it_is_utf_8_or_what_old_pages_are() {
        check(b"\xc3\xa9", None, "é");
        check(b"a\xc3", None, "a\u{fffd}");
        check(b"caf\xe9 \x96", None, "café –");
        check(b"", None, "");
    }

    #[test]
    fn the_charset_of_a_content_type_is_found() {
        assert_eq!(charset("text/html; Charset = \"utf-8\" ; x"), Some("utf-8"));
        assert_eq!(charset("text/html; a; charset='x'"), Some("x"));
        assert_eq!(charset("charset=utf-8"), None);
        assert_eq!(charset("text/html"), None);
    }
}
