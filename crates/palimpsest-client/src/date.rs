//! Dates: a day, a time, a range of either, or none (spec/03 §3).

use palimpsest_model::{Resolution, Timestamp};
use serde::{Deserialize, Serialize};

use crate::required::required;
use crate::time::WireTime;

/// A date of a property or of a link. Without a start it is cleared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(from = "Wire", into = "Wire")]
pub struct Date {
    /// Whether days or times are meant.
    pub resolution: Resolution,
    /// When it begins; of a day, midnight UTC.
    pub start: Option<Timestamp>,
    /// When it ends, for ranges.
    pub end: Option<Timestamp>,
}

impl Date {
    /// The day, in UTC, of an instant.
    #[must_use]
    pub fn day(at: Timestamp) -> Self {
        Self { resolution: Resolution::Day, start: Some(at.day()), end: None }
    }

    /// An instant.
    #[must_use]
    pub fn time(at: Timestamp) -> Self {
        Self { resolution: Resolution::Time, start: Some(at), end: None }
    }

    /// No date: clears a property.
    #[must_use]
    pub fn none() -> Self {
        Self { resolution: Resolution::Day, start: None, end: None }
    }

    /// The same, lasting until `end`.
    #[must_use]
    pub fn until(self, end: Timestamp) -> Self {
        let end = if self.resolution == Resolution::Day { end.day() } else { end };
        Self { end: Some(end), ..self }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    date_resolution: Resolution,
    #[serde(deserialize_with = "required")]
    start: Option<WireTime>,
    #[serde(deserialize_with = "required")]
    end: Option<WireTime>,
}

impl From<Wire> for Date {
    fn from(wire: Wire) -> Self {
        let Wire { date_resolution, start, end } = wire;
        Self { resolution: date_resolution, start: start.map(|time| time.0), end: end.map(|time| time.0) }
    }
}

impl From<Date> for Wire {
    fn from(date: Date) -> Self {
        Self { date_resolution: date.resolution, start: date.start.map(WireTime), end: date.end.map(WireTime) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dates_are_written_whole_and_read_back() {
        let noon = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        let check = |date: Date, expected: serde_json::Value| {
            assert_eq!(serde_json::to_value(date).unwrap(), expected);
            assert_eq!(serde_json::from_value::<Date>(expected).unwrap(), date);
        };
        check(Date::day(noon), json!({"dateResolution": "day", "start": "2026-11-22T00:00:00.000Z", "end": null}));
        check(
            Date::time(noon).until(Timestamp(noon.0 + 1)),
            json!({"dateResolution": "time", "start": "2026-11-22T12:00:00.000Z", "end": "2026-11-22T12:00:00.001Z"}),
        );
        check(Date::none(), json!({"dateResolution": "day", "start": null, "end": null}));
    }

    #[test]
    fn a_date_that_lacks_a_member_is_a_surprise() {
        assert!(serde_json::from_value::<Date>(json!({"dateResolution": "day", "start": null})).is_err());
        assert!(
            serde_json::from_value::<Date>(json!({"dateResolution": "day", "start": "soon", "end": null})).is_err()
        );
    }
}
