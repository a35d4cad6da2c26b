//! Where a client is in a list: opaque to it, and pinned to the revision of its first page.

use std::fmt::Debug;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use palimpsest_model::{LogId, ObjectId, Path, Problem, Revision, Timestamp};
use palimpsest_store::{Place, SpaceRow};
use serde_json::json;
use uuid::Uuid;

use crate::error::{Code, Error};

/// A cursor this far behind, in revisions, is refused: a page would have to undo too much.
const MOST_REVISIONS: u64 = 100_000;
/// A cursor this old, in milliseconds, is refused.
const OLDEST: i64 = 24 * HOUR;
const HOUR: i64 = 60 * 60 * 1000;

/// When a cursor counts as begun: at the end of the hour, so that the same first page has the same bytes all through it.
pub(crate) fn beginning(now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_add((-now.0).rem_euclid(HOUR)))
}

/// A place in a list as it stood at a revision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cursor {
    pub(crate) log: LogId,
    pub(crate) pin: Revision,
    pub(crate) begun: Timestamp,
    pub(crate) list: u64,
    pub(crate) after: Place,
}

impl Cursor {
    pub(crate) fn encode(&self) -> String {
        let (created, id) = self.after;
        let words = [self.log.0, self.pin.0, self.begun.0.cast_unsigned(), self.list, created.0];
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend_from_slice(id.0.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor of the list of this name; anything else is unreadable.
    pub(crate) fn decode(text: &str, list: u64) -> Result<Self, Error> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let (words, id) = bytes.split_at_checked(40)?;
            let word = |index: usize| {
                words[index * 8..index * 8 + 8].iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte))
            };
            Some(Self {
                log: LogId(word(0)),
                pin: Revision(word(1)),
                begun: Timestamp(word(2).cast_signed()),
                list: word(3),
                after: (Revision(word(4)), ObjectId(Uuid::from_slice(id).ok()?)),
            })
        };
        let cursor = read().filter(|cursor| cursor.list == list);
        cursor.ok_or_else(|| Problem::new(Path::keys(&["cursor"]), "Invalid cursor").into())
    }

    /// Refuses a cursor of another log, beyond the head, or too far behind it.
    pub(crate) fn check(&self, space: &SpaceRow, now: Timestamp) -> Result<(), Error> {
        if self.log != space.log || self.pin > space.revision {
            let details = json!({ "log": space.log.to_string(), "revision": space.revision });
            let error = Error::new(Code::RevisionUnknown, "The cursor belongs to another log: begin again");
            return Err(error.with_details(details));
        }
        if self.pin < space.oldest {
            return Err(Error::compacted(space.oldest));
        }
        let behind = space.revision.0 - self.pin.0;
        if behind > MOST_REVISIONS || now.0.saturating_sub(self.begun.0) > OLDEST {
            let oldest = space.revision.0.saturating_sub(MOST_REVISIONS).max(space.oldest.0);
            let error = Error::new(Code::RevisionCompacted, "The cursor is too old: begin again");
            return Err(error.with_details(json!({ "oldest": oldest })));
        }
        Ok(())
    }
}

/// A short name of a list, so that a cursor is not used with another.
pub(crate) fn name(list: &impl Debug) -> u64 {
    format!("{list:?}")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
