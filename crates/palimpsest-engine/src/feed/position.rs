//! Where a follower stands in a log.

use std::fmt;
use std::str::FromStr;

use palimpsest_model::{LogId, Revision};
use palimpsest_store::SpaceRow;
use serde_json::json;

use crate::error::{Code, Error};

/// The last revision that a follower has seen: `<log>.<revision>`, or the bare number, with which nobody notices another log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Position {
    /// The log, when it is named.
    pub log: Option<LogId>,
    /// The revision.
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

/// A text that is no position.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("Invalid position: expected <log>.<revision> or a revision")]
pub struct PositionError;

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        let read = || {
            let (log, revision) = match text.split_once('.') {
                Some((log, revision)) => (Some(LogId(u64::from_str_radix(log, 16).ok()?)), revision),
                None => (None, text),
            };
            let position = Self { log, revision: Revision(revision.parse().ok()?) };
            // Only what is written here is read: no signs, no leading zeros, no capitals.
            (position.to_string() == text).then_some(position)
        };
        read().ok_or(PositionError)
    }
}

impl Position {
    /// Refuses a position in another log, or one that this log has not come to.
    pub(crate) fn check(&self, space: &SpaceRow) -> Result<Revision, Error> {
        if self.log.is_some_and(|log| log != space.log) || self.revision > space.revision {
            let message = "The position is of another log, or beyond the head of this one: start again";
            let details = json!({ "log": space.log.to_string(), "revision": space.revision });
            return Err(Error::new(Code::RevisionUnknown, message).with_details(details));
        }
        Ok(self.revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_is_written() {
        for text in ["0", "17", "0000000000000abc.0", "ffffffffffffffff.18446744073709551615"] {
            assert_eq!(text.parse::<Position>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn whatever_else_is_no_position() {
        for text in ["", ".", "-1", "+1", "01", "1.", ".1", "abc.1", "0000000000000ABC.1", "0000000000000abc.01"] {
            assert!(text.parse::<Position>().is_err(), "{text}");
        }
        for text in ["\"0000000000000abc.1\"", "0000000000000abc.1-x", "1e3", "18446744073709551616", " 1"] {
            assert!(text.parse::<Position>().is_err(), "{text}");
        }
    }
}
