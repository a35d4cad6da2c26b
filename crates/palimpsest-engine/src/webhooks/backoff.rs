//! When a delivery that failed is tried again.

use palimpsest_model::Timestamp;

/// The first pause, in milliseconds.
const FIRST: i64 = 5_000;
/// The longest.
pub(super) const LONGEST: i64 = 60 * 60 * 1000;
/// A webhook that fails for so long is paused.
pub(super) const PATIENCE: i64 = 3 * 24 * 60 * 60 * 1000;

/// The pause after so many failures in a row: twice as long after each, and up to a half longer by chance, so that those that
/// failed together do not come back together. A receiver may ask for a longer one, within bounds.
pub(super) fn pause(failures: u32, chance: [u8; 32], asked: Option<i64>) -> i64 {
    let doubled = FIRST << failures.saturating_sub(1).min(16);
    let base = doubled.min(LONGEST * 2 / 3);
    let (most, part) = (base / 2, i64::from(chance[0]) << 8 | i64::from(chance[1]));
    let pause = base + most * part / 0xffff;
    asked.map_or(pause, |asked| asked.max(pause)).min(LONGEST)
}

/// Reads `Retry-After`: seconds, or a date (RFC 9110 §10.2.3); in milliseconds from now.
pub(super) fn read_retry_after(text: &str, now: Timestamp) -> Option<i64> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse::<i64>().unwrap_or(LONGEST).saturating_mul(1000));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(at.as_millisecond().saturating_sub(now.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pauses_grow_and_stay_within_bounds(failures in 1..u32::MAX, chance: [u8; 32], asked: Option<i64>) {
            let pause = pause(failures, chance, asked);
            prop_assert!((FIRST..=LONGEST).contains(&pause));
            prop_assert!(asked.is_none_or(|asked| pause >= asked.min(LONGEST)));
            let least = super::pause(failures, [0; 32], None);
            prop_assert!(pause >= least && super::pause(failures.saturating_add(1), [0; 32], None) >= least);
        }
    }

    #[test]
    fn the_first_pauses_double() {
        let pauses: Vec<_> = (1..=4).map(|failures| pause(failures, [0; 32], None)).collect();
        assert_eq!(pauses, [5_000, 10_000, 20_000, 40_000]);
        assert_eq!((pause(1, [255; 32], None), pause(99, [255; 32], None)), (7_500, LONGEST));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        let read = |text| read_retry_after(text, now);
        assert_eq!((read("120"), read(" 7 ")), (Some(120_000), Some(7_000)));
        assert_eq!(read("Sun, 22 Nov 2026 12:01:00 GMT"), Some(60_000));
        assert!(read("99999999999999999999").is_some_and(|asked| asked > LONGEST));
        assert!(read("Sun, 22 Nov 2026 11:00:00 GMT").is_some_and(|asked| asked < 0));
        for text in ["", "-1", "soon", "1.5", "2026-11-22"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
