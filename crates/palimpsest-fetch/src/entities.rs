//! Character references: `&amp;`, `&#8211;`, `&#x2013;`. The HTML reader leaves them as they are written.

use std::collections::HashMap;
use std::sync::LazyLock;

use encoding_rs::WINDOWS_1252;
use entities::ENTITIES;

/// Where a text stands decides what an ampersand without its semicolon means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Text,
    /// `?a=1&copy=2` is no copyright sign here.
    Attribute,
}

/// By what stands after the ampersand. A few old names need no semicolon; they are here both ways.
static NAMED: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    ENTITIES.iter().map(|entity| (entity.entity.trim_start_matches('&'), entity.characters)).collect()
});

/// In bytes, more than the longest name has.
const LONGEST: usize = 40;

/// Puts characters for the references to them; what refers to nothing stays.
pub(crate) fn decode(text: &str, place: Place) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        rest = match after.strip_prefix('#') {
            Some(number) => numeric(number, &mut decoded),
            None => named(after, place, &mut decoded),
        }
        .unwrap_or_else(|| {
            decoded.push('&');
            after
        });
    }
    decoded.push_str(rest);
    decoded
}

/// Reads what follows `&#`; gives what is left.
fn numeric<'t>(text: &'t str, decoded: &mut String) -> Option<&'t str> {
    let (digits, radix) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let rest = digits.trim_start_matches(|c: char| c.is_digit(radix));
    let digits = digits.strip_suffix(rest).filter(|digits| !digits.is_empty())?;
    let number = digits
        .chars()
        .filter_map(|c| c.to_digit(radix))
        .fold(0_u32, |number, digit| number.saturating_mul(radix).saturating_add(digit));
    match u8::try_from(number) {
        // Pages mean the characters of Windows by the numbers of C1.
        Ok(byte @ 0x80..=0x9f) => decoded.push_str(&WINDOWS_1252.decode_without_bom_handling(&[byte]).0),
        _ => decoded.push(char::from_u32(number).filter(|&c| c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER)),
    }
    Some(rest.strip_prefix(';').unwrap_or(rest))
}

/// Reads what follows `&`, the longest name first; gives what is left.
fn named<'t>(text: &'t str, place: Place, decoded: &mut String) -> Option<&'t str> {
    let letters = text.bytes().take(LONGEST).take_while(u8::is_ascii_alphanumeric).count();
    let longest = if text.as_bytes().get(letters) == Some(&b';') { letters + 1 } else { letters };
    for length in (1..=longest).rev() {
        let (name, rest) = text.split_at_checked(length)?;
        let Some(characters) = NAMED.get(name) else { continue };
        let goes_on = rest.starts_with(|c: char| c == '=' || c.is_ascii_alphanumeric());
        if place == Place::Attribute && !name.ends_with(';') && goes_on {
            return None;
        }
        decoded.push_str(characters);
        return Some(rest);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(decode(text, Place::Text), expected, "{text}");
    }

    #[test]
    fn names_and_numbers_become_characters() {
        check("Q&amp;A &lt;b&gt; &quot;x&quot;", "Q&A <b> \"x\"");
        check("&Uuml;ber&nbsp;uns &hellip;", "Über\u{a0}uns …");
        check("&#8211;&#x2013;&#X2013;&#39;", "–––'");
        check("&NotEqualTilde;", "≂\u{338}");
        check("&CounterClockwiseContourIntegral;", "∳");
    }

    #[test]
    fn what_is_decoded_once_is_not_decoded_again() {
        check("&amp;amp; &amp;lt;", "&amp; &lt;");
    }

    #[test]
    fn old_names_need_no_semicolon() {
        check("AT&ampT &copy 2026 &notit; &notin;", "AT&T © 2026 ¬it; ∉");
        check("&#65 &#x41", "A A");
        assert_eq!(decode("?a=1&copy=2&copyright &copy 3", Place::Attribute), "?a=1&copy=2&copyright © 3");
        assert_eq!(decode("?a=1&copy;=2", Place::Attribute), "?a=1©=2");
    }

    #[test]
    fn what_refers_to_nothing_stays() {
        for text in ["&", "&&", "a & b", "&;", "&nosuch;", "&#;", "&#x;", "&#xg;", "&é;", "R&D"] {
            check(text, text);
        }
    }

    #[test]
    fn numbers_that_are_no_characters_are_replaced() {
        check("&#0;&#xD800;&#x110000;&#99999999999999999999;", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
        check("&#150;&#x80;&#x81;", "–€\u{81}");
    }
}
