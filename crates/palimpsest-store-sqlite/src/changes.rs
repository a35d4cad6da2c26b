//! Changes of terms as bytes: those of a group of commits in one row.
//!
//! Of each change a byte says whether the term came to lead to an object or no longer does, and whether that is the object of the
//! change before (at first [`NO_OBJECT`]). Then come the length of the term, the term, and the object if it is another one.

use palimpsest_model::ObjectId;
use palimpsest_store::{NO_OBJECT, Term, TitleChanges};
use uuid::Uuid;

const ENTERED: u8 = 1;
const SAME: u8 = 2;

/// A term with an object it leads to: the terms are kept in this order.
pub(crate) type Entry = (Term, ObjectId);

/// Changes as they are written, one after another.
#[derive(Default)]
pub(crate) struct Changes {
    bytes: Vec<u8>,
    last: Option<ObjectId>,
}

impl Changes {
    pub(crate) fn add(&mut self, (term, object): &Entry, entered: bool) {
        let is_same = self.last.replace(*object).unwrap_or(NO_OBJECT) == *object;
        self.bytes.push((u8::from(entered) * ENTERED) | (u8::from(is_same) * SAME));
        let mut length = term.as_bytes().len();
        while length > 0x7f {
            // What is pushed has seven bits of the length.
            self.bytes.push(u8::try_from(length & 0x7f).unwrap_or_default() | 0x80);
            length >>= 7;
        }
        self.bytes.push(u8::try_from(length).unwrap_or_default());
        self.bytes.extend_from_slice(term.as_bytes());
        if !is_same {
            self.bytes.extend_from_slice(object.0.as_bytes());
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// What a commit does to terms, in the order in which it counts; with each whether it entered.
pub(crate) fn changes_of(titles: &TitleChanges) -> impl Iterator<Item = (&Entry, bool)> {
    let left = titles.left.iter().map(|entry| (entry, false));
    left.chain(titles.entered.iter().map(|entry| (entry, true)))
}

/// Reads changes; nothing when they are not whole.
pub(crate) fn read(mut bytes: &[u8]) -> Option<Vec<(Entry, bool)>> {
    let mut changes = Vec::new();
    let mut last = NO_OBJECT;
    while let Some((flags, rest)) = bytes.split_first() {
        bytes = rest;
        let length = read_length(&mut bytes)?;
        let (term, rest) = bytes.split_at_checked(length)?;
        bytes = rest;
        if flags & SAME == 0 {
            let (object, rest) = bytes.split_first_chunk::<16>()?;
            last = ObjectId(Uuid::from_bytes(*object));
            bytes = rest;
        }
        if flags & !(ENTERED | SAME) != 0 {
            return None;
        }
        changes.push(((Term::from_bytes(term), last), flags & ENTERED != 0));
    }
    Some(changes)
}

fn read_length(bytes: &mut &[u8]) -> Option<usize> {
    let mut length = 0;
    for shift in (0..usize::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(length);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(length: usize, object: u128) -> Entry {
        (Term::word(&"w".repeat(length)), ObjectId(Uuid::from_u128(object)))
    }

    #[test]
    fn changes_are_read_as_they_were_written_and_not_when_they_are_cut_or_no_changes() {
        let all: Vec<_> = [(3, 0), (3, 0), (200, 0), (0, 7), (126, 7), (127, 8), (20_000, 0)]
            .into_iter()
            .enumerate()
            .map(|(index, (length, object))| (entry(length, object), index % 3 == 0))
            .collect();
        let mut changes = Changes::default();
        all.iter().for_each(|(entry, entered)| changes.add(entry, *entered));
        assert_eq!(read(changes.as_bytes()).unwrap(), all);
        let whole: Vec<_> =
            (0..changes.as_bytes().len()).filter(|end| read(&changes.as_bytes()[..*end]).is_some()).collect();
        assert_eq!(whole.len(), all.len(), "only between two changes");
        assert_eq!(read(&[4, 0]), None);
        assert_eq!(read(&[3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
