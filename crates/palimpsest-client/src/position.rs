//! Places in the log of a space, and how they and versions are read.

use std::fmt;
use std::str::FromStr;

use palimpsest_model::{LogId, Revision, Tag};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// A place in the log of a space, after a revision: `<log>.<revision>`. Without a log nobody notices when it is another one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Position {
    /// The life of the space it belongs to.
    pub log: Option<LogId>,
    /// The last revision seen.
    pub revision: Revision,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.log {
            Some(log) => write!(f, "{log}.{}", self.revision),
            None => self.revision.fmt(f),
        }
    }
}

/// A text that is no place in a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a position: expected <log>.<revision>")]
pub struct PositionError;

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        if let Ok(Tag { log, revision }) = format!("\"{text}\"").parse() {
            return Ok(Self { log: Some(log), revision });
        }
        let revision = text.parse().map(Revision).map_err(|_| PositionError)?;
        (revision.to_string() == text).then_some(Self { log: None, revision }).ok_or(PositionError)
    }
}

/// Reads a version.
pub(crate) fn tag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tag, D::Error> {
    let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
    text.parse().map_err(|error| Error::custom(format!("{text}: {error}")))
}

/// Reads a version, or `null`.
pub(crate) fn maybe_tag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Tag>, D::Error> {
    let text = Option::<std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(|error| Error::custom(format!("{text}: {error}")))).transpose()
}

/// Reads the name of a log.
pub(crate) fn log<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LogId, D::Error> {
    let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
    let position: Option<Position> = format!("{text}.0").parse().ok();
    position.and_then(|position| position.log).ok_or_else(|| Error::custom(format!("{text} is no log")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_is_written() {
        for text in ["00000000000000ab.17", "17", "0"] {
            assert_eq!(text.parse::<Position>().map(|position| position.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "ab.1", "+1", "017", "00000000000000ab.", ".1", "00000000000000ab.01"] {
            assert_eq!(text.parse::<Position>(), Err(PositionError), "{text}");
        }
    }
}
