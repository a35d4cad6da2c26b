//! Instants on the wire: `2026-11-22T14:05:00.000Z`. The model keeps them as numbers.

use palimpsest_model::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in its wire form.
#[derive(Clone, Copy)]
pub(crate) struct WireTime(pub(crate) Timestamp);

impl Serialize for WireTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for WireTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        let time = Timestamp::parse(&text).ok_or_else(|| Error::custom(format!("\"{text}\" is no ISO 8601 time")))?;
        Ok(Self(time))
    }
}

/// Reads an instant, or `null`.
pub(crate) fn maybe_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Option::<WireTime>::deserialize(deserializer).map(|time| time.map(|time| time.0))
}

/// Reads an instant.
pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    WireTime::deserialize(deserializer).map(|time| time.0)
}
