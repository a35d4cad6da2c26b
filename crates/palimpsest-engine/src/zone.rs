//! The time zone of a space: it decides which day is today and what a clock on the wall shows.

use jiff::tz::TimeZone;
use palimpsest_model::{Space, Timestamp};

/// The name of a time zone as the IANA database writes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ZoneName(String);

impl ZoneName {
    /// The zone of a name in any case; nothing when the database does not know it.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name.trim()).ok()?;
        zone.iana_name().map(|name| Self(name.to_owned()))
    }

    /// What a space keeps of it: nothing for the zone that it has unless it says otherwise.
    pub(crate) fn kept(&self) -> Option<String> {
        (self.0 != UTC).then(|| self.0.clone())
    }
}

/// The zone of a space that names none.
pub(crate) const UTC: &str = "UTC";

/// A time zone by its name in the IANA database, which is built in.
pub(crate) struct Zone(TimeZone);

impl Zone {
    /// The zone of a space; UTC unless it says otherwise.
    pub(crate) fn of(space: &Space) -> Self {
        let named = space.timezone.as_deref().and_then(|name| TimeZone::get(name).ok());
        Self(named.unwrap_or(TimeZone::UTC))
    }

    /// The day that an instant falls on here, as its midnight in UTC, and the time of day as `HH:MM`.
    pub(crate) fn day_and_time(&self, at: Timestamp) -> (Timestamp, String) {
        let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
        let local = self.0.to_datetime(instant);
        let day = Timestamp::parse(&local.date().to_string()).unwrap_or_default();
        (day, local.strftime("%H:%M").to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_decides_day_and_time() {
        let check = |zone: Option<&str>, at: &str, day: &str, time: &str| {
            let space = Space {
                id: palimpsest_model::SpaceId(uuid::Uuid::nil()),
                title: String::new(),
                icon: None,
                timezone: zone.map(str::to_owned),
            };
            let (found, clock) = Zone::of(&space).day_and_time(Timestamp::parse(at).unwrap());
            assert_eq!((found.to_string().get(..10), clock.as_str()), (Some(day), time), "{zone:?} {at}");
        };
        check(None, "2026-11-22T23:59:59.999Z", "2026-11-22", "23:59");
        check(Some("Europe/Berlin"), "2026-11-22T23:30:00Z", "2026-11-23", "00:30");
        check(Some("Europe/Berlin"), "2026-07-01T22:05:00Z", "2026-07-02", "00:05");
        check(Some("America/Los_Angeles"), "2026-11-22T07:00:00Z", "2026-11-21", "23:00");
        check(Some("Asia/Kathmandu"), "2026-11-22T00:00:00Z", "2026-11-22", "05:45");
        check(Some("Nowhere/Land"), "2026-11-22T12:00:00Z", "2026-11-22", "12:00");
    }

    #[test]
    fn zones_are_known_by_name() {
        let kept = |name: &str| ZoneName::read(name).map(|zone| zone.kept());
        assert_eq!(kept(" europe/berlin "), Some(Some("Europe/Berlin".to_owned())));
        assert_eq!((kept("UTC"), kept("Nowhere"), kept("")), (Some(None), None, None));
    }
}
