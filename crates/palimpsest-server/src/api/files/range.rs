//! Which part of a file is asked for (RFC 9110 §14). One range is answered; of several at once the whole is sent, as the RFC
//! allows.

use std::ops::Range;

use http::header::{IF_RANGE, RANGE};
use http::{HeaderMap, HeaderValue};

/// What of a file is to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Whole,
    /// These bytes, at least one.
    Only(Range<u64>),
    /// Bytes that are not there.
    Nothing,
}

/// Reads what a request for a file of so many bytes asks for, whose entity tag is this.
pub(super) fn read(headers: &HeaderMap, length: u64, etag: &str) -> Part {
    let mut fields = headers.get_all(RANGE).iter();
    let (Some(range), None) = (fields.next(), fields.next()) else { return Part::Whole };
    // A part goes with what the client has only if that is this file. It has no date that a condition could name.
    let is_other = |known: &HeaderValue| known.as_bytes().trim_ascii() != etag.as_bytes();
    if headers.get_all(IF_RANGE).iter().any(is_other) {
        return Part::Whole;
    }
    range.to_str().ok().and_then(|text| read_range(text, length)).unwrap_or(Part::Whole)
}

/// Nothing for what is no range, which is as if it were not there.
fn read_range(text: &str, length: u64) -> Option<Part> {
    let (unit, range) = text.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let range = match (first, last) {
        ("", last) => length.saturating_sub(number(last)?)..length,
        (first, "") => number(first)?..length,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(length)
        }
    };
    Some(if range.is_empty() { Part::Nothing } else { Part::Only(range) })
}

/// A number of any size; what is beyond all files is beyond this one.
fn number(digits: &str) -> Option<u64> {
    let is_one = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_rfc_says() {
        let check = |text: &str, part: Part| assert_eq!(read_range(text, 10).unwrap_or(Part::Whole), part, "{text}");
        for (text, range) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-5", 2..6),
            ("bytes=2-", 2..10),
            ("bytes=9-99", 9..10),
            ("bytes=-3", 7..10),
            ("bytes=-99", 0..10),
            ("BYTES=0-9", 0..10),
            ("bytes= 0-99999999999999999999999", 0..10),
        ] {
            check(text, Part::Only(range));
        }
        for text in ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999999-"] {
            check(text, Part::Nothing);
        }
        for text in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=0-1,3-4",
            "items=0-1",
            "bytes=0 - 1",
        ] {
            check(text, Part::Whole);
        }
    }
}
