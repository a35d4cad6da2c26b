//! Instants, to the millisecond, written as the contract writes them: `2026-11-22T14:05:00.000Z`.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::{DateTime, Time};
use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z, within the years 0000–9999.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

const DAY: i64 = 86_400_000;

/// 0000-01-01T00:00:00.000Z.
const FIRST: i64 = -62_167_219_200_000;
/// 9999-12-31T23:59:59.999Z; the instants of jiff end a day earlier, so that every offset fits, hence the civil times here.
const LAST: i64 = 253_402_300_799_999;
/// 1970-01-01T00:00:00, in UTC.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

impl Timestamp {
    /// Reads an ISO 8601 day (`2026-11-22`, midnight UTC), an instant with an offset, or a time without one (taken as UTC).
    /// Digits beyond the millisecond are cut. `None` for anything else and for years outside 0000–9999.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let pieces = Pieces::parse(text).ok()?;
        let local = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
        let offset = pieces.offset().map_or(0, |offset| i64::from(offset.to_numeric_offset().seconds()));
        let nanoseconds = (local.duration_since(EPOCH) - SignedDuration::from_secs(offset)).as_nanos();
        let milliseconds = i64::try_from(nanoseconds.div_euclid(1_000_000)).ok()?;
        (FIRST..=LAST).contains(&milliseconds).then_some(Self(milliseconds))
    }

    /// Midnight UTC of the day this instant falls on in UTC.
    #[must_use]
    pub fn day(self) -> Self {
        Self(self.0.div_euclid(DAY) * DAY)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match EPOCH.checked_add(SignedDuration::from_millis(self.0)) {
            Ok(time) => write!(f, "{time:.3}Z"),
            Err(_) => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_normalised() {
        let check = |input: &str, expected: Option<&str>| {
            assert_eq!(Timestamp::parse(input).map(|time| time.to_string()).as_deref(), expected, "{input}");
        };
        check("2026-11-22", Some("2026-11-22T00:00:00.000Z"));
        check("2026-11-22T14:05:06.789123Z", Some("2026-11-22T14:05:06.789Z"));
        check("2026-11-22T14:05:06+02:00", Some("2026-11-22T12:05:06.000Z"));
        check("2026-11-22T14:05:06", Some("2026-11-22T14:05:06.000Z"));
        check("1969-12-31T23:59:59.999Z", Some("1969-12-31T23:59:59.999Z"));
        check("9999-12-31", Some("9999-12-31T00:00:00.000Z"));
        check("9999-12-31T23:59:59.999Z", Some("9999-12-31T23:59:59.999Z"));
        check("0000-01-01T00:00:00Z", Some("0000-01-01T00:00:00.000Z"));
        check("9999-12-31T23:59:59-01:00", None);
        check("0000-01-01T00:00:00+01:00", None);
        check("1969-12-31T23:59:59.9999Z", Some("1969-12-31T23:59:59.999Z"));
        check("-000001-01-01T00:00:00Z", None);
        check("tomorrow", None);
        check("", None);
        check("2026-02-30", None);
    }

    #[test]
    fn a_day_begins_at_midnight_utc_also_before_1970() {
        assert_eq!(Timestamp::parse("1969-12-31T23:00:00Z").unwrap().day().to_string(), "1969-12-31T00:00:00.000Z");
    }
}
