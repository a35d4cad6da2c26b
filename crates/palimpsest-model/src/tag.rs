//! Names of versions.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::id::{LogId, Revision};

/// Names a version of an object (a list, the structures, the space): the life of the log it belongs to and the last revision
/// that changed it. Written as an entity tag with its quotes, `"<log>.<revision>"`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Tag {
    /// The log.
    pub log: LogId,
    /// The revision that made this version.
    pub revision: Revision,
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}.{}\"", self.log, self.revision)
    }
}

impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that names no version.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a version of anything")]
pub struct TagError;

impl FromStr for Tag {
    type Err = TagError;

    /// Reads a strong entity tag; the digest that ETag headers carry behind the revision is not looked at.
    fn from_str(text: &str) -> Result<Self, TagError> {
        let opaque = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or(TagError)?;
        let (log, rest) = opaque.split_once('.').ok_or(TagError)?;
        let revision = rest.split_once('-').map_or(rest, |(revision, _)| revision);
        let written = Self {
            log: LogId(u64::from_str_radix(log, 16).map_err(|_| TagError)?),
            revision: Revision(revision.parse().map_err(|_| TagError)?),
        };
        // Only what is written here is read: no signs, no leading zeros, no capitals.
        let same = log == written.log.to_string() && revision == written.revision.to_string();
        same.then_some(written).ok_or(TagError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_as_it_is_written_with_and_without_a_digest() {
        let tag = Tag { log: LogId(0xabc), revision: Revision(17) };
        assert_eq!(tag.to_string(), "\"0000000000000abc.17\"");
        assert_eq!(tag.to_string().parse(), Ok(tag));
        assert_eq!("\"0000000000000abc.17-Zm9v_-1\"".parse(), Ok(tag));
    }

    #[test]
    fn whatever_else_is_no_tag() {
        let others = [
            "",
            "\"",
            "\"\"",
            "*",
            "0000000000000abc.17",
            "W/\"0000000000000abc.17\"",
            "\"0000000000000ABC.17\"",
            "\"abc.17\"",
        ];
        let more = [
            "\"0000000000000abc.017\"",
            "\"0000000000000abc.+17\"",
            "\"0000000000000abc.\"",
            "\"0000000000000abc\"",
            "\"é.1\"",
        ];
        for text in others.into_iter().chain(more) {
            assert_eq!(text.parse::<Tag>(), Err(TagError), "{text}");
        }
    }
}
