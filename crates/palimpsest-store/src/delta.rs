//! What turns one text into another, kept instead of the other: copies of ranges and inserted bytes.
//!
//! The common beginning, past a few bytes that differ, and the common end are found first; between them, windows of the base are
//! looked up by a rolling hash, so that a block that moved costs a few bytes. Layout: a mark, length and checksum of the result, then
//! operations; all numbers are little-endian base-128. Without the mark, the checksum is the one of before.

use std::collections::HashMap;

use palimpsest_model::checksum;

/// A delta that does not fit its base: one of them is damaged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a stored delta does not fit the version it belongs to")]
pub struct DeltaError;

/// The bytes compared at once when looking for moved passages.
const WINDOW: usize = 32;
/// The bytes compared at once when looking for what two texts have in common.
const STEP: usize = 64;
/// Begins a delta. No number is written like this, and before there was a mark a delta began with a number.
const MARK: [u8; 2] = [0x80, 0x00];

/// Computes what [`apply_delta`] needs to make `target` of `base`.
#[must_use]
pub fn make_delta(base: &[u8], target: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new(target);
    let mut start = common_start(base, target);
    writer.copy(0, start);
    while let Some(differing) = replaced(&base[start..], &target[start..]) {
        let again = start + differing;
        let common = common_start(&base[again..], &target[again..]);
        writer.insert(&target[start..again]);
        writer.copy(again, common);
        start = again + common;
    }
    let end = common_end(&base[start..], &target[start..]);
    write_middle(&mut writer, base, start..base.len() - end, &target[start..target.len() - end]);
    writer.copy(base.len() - end, end);
    writer.finish()
}

/// Makes the target of a base and the delta that [`make_delta`] gave for the two.
pub fn apply_delta(base: &[u8], delta: &[u8]) -> Result<Vec<u8>, DeltaError> {
    let (mut rest, check) = of_format(delta);
    let length = read_number(&mut rest)?;
    let sum = read_number(&mut rest)?;
    let mut target = Vec::with_capacity(length.min(base.len() + delta.len()));
    while !rest.is_empty() {
        let operation = read_number(&mut rest)?;
        let size = operation >> 1;
        if operation & 1 == 1 {
            let from = read_number(&mut rest)?;
            let until = from.checked_add(size).ok_or(DeltaError)?;
            target.extend_from_slice(base.get(from..until).ok_or(DeltaError)?);
        } else {
            let (inserted, after) = rest.split_at_checked(size).ok_or(DeltaError)?;
            target.extend_from_slice(inserted);
            rest = after;
        }
    }
    if target.len() == length && check(&target) as usize == sum { Ok(target) } else { Err(DeltaError) }
}

/// How many bytes a delta restores, without restoring them.
pub(crate) fn restored_length(delta: &[u8]) -> Result<usize, DeltaError> {
    read_number(&mut of_format(delta).0)
}

/// A checksum over a text.
type Checksum = fn(&[u8]) -> u32;

/// What follows the mark of a delta, and the checksum it goes with.
fn of_format(delta: &[u8]) -> (&[u8], Checksum) {
    match delta.strip_prefix(&MARK) {
        Some(rest) => (rest, checksum),
        None => (delta, check_bytewise),
    }
}

/// How many bytes two texts begin with in common.
fn common_start(one: &[u8], other: &[u8]) -> usize {
    let steps = one.chunks_exact(STEP).zip(other.chunks_exact(STEP));
    let equal = STEP * steps.take_while(|(one, other)| one == other).count();
    equal + one[equal..].iter().zip(&other[equal..]).take_while(|(one, other)| one == other).count()
}

/// How many bytes two texts begin with that differ, when they are few, as those of a checksum, and the texts go on alike.
fn replaced(one: &[u8], other: &[u8]) -> Option<usize> {
    (1..=WINDOW).find(|&few| match (one.get(few..few + WINDOW), other.get(few..few + WINDOW)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    })
}

/// How many bytes two texts end with in common.
fn common_end(one: &[u8], other: &[u8]) -> usize {
    let steps = one.rchunks_exact(STEP).zip(other.rchunks_exact(STEP));
    let equal = STEP * steps.take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[..one.len() - equal], &other[..other.len() - equal]);
    equal + one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
}

fn write_middle(writer: &mut Writer, base: &[u8], range: std::ops::Range<usize>, target: &[u8]) {
    if target.len() < WINDOW || range.len() < WINDOW {
        writer.insert(target);
        return;
    }
    let offset = range.start;
    let base_middle = &base[range];
    let mut places: HashMap<u32, usize> = HashMap::with_capacity(base_middle.len() / WINDOW);
    for (index, window) in base_middle.chunks_exact(WINDOW).enumerate() {
        places.entry(Rolling::of(window).hash).or_insert(index * WINDOW);
    }
    let mut pending = 0;
    let mut at = 0;
    let mut rolling = Rolling::of(&target[..WINDOW]);
    while at + WINDOW <= target.len() {
        let found = places
            .get(&rolling.hash)
            .copied()
            .filter(|&place| base_middle[place..].starts_with(&target[at..at + WINDOW]));
        let Some(place) = found else {
            if at + WINDOW < target.len() {
                rolling.roll(target[at], target[at + WINDOW]);
            }
            at += 1;
            continue;
        };
        let back =
            target[pending..at].iter().rev().zip(base_middle[..place].iter().rev()).take_while(|(a, b)| a == b).count();
        let ahead = target[at..].iter().zip(&base_middle[place..]).take_while(|(a, b)| a == b).count();
        writer.insert(&target[pending..at - back]);
        writer.copy(offset + place - back, back + ahead);
        at += ahead;
        pending = at;
        if at + WINDOW <= target.len() {
            rolling = Rolling::of(&target[at..at + WINDOW]);
        }
    }
    writer.insert(&target[pending..]);
}

/// A polynomial hash of a window that moves byte by byte.
struct Rolling {
    hash: u32,
}

const BASE: u32 = 0x0100_0193;

impl Rolling {
    fn of(window: &[u8]) -> Self {
        Self {
            hash: window.iter().fold(0, |hash: u32, byte| hash.wrapping_mul(BASE).wrapping_add(u32::from(*byte) + 1)),
        }
    }

    fn roll(&mut self, out: u8, into: u8) {
        const OUT: u32 = BASE.wrapping_pow(WINDOW as u32);
        self.hash = self
            .hash
            .wrapping_mul(BASE)
            .wrapping_add(u32::from(into) + 1)
            .wrapping_sub(OUT.wrapping_mul(u32::from(out) + 1));
    }
}

struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn new(target: &[u8]) -> Self {
        let mut bytes = MARK.to_vec();
        write_number(&mut bytes, target.len());
        write_number(&mut bytes, checksum(target) as usize);
        Self { bytes }
    }

    fn copy(&mut self, from: usize, size: usize) {
        if size > 0 {
            write_number(&mut self.bytes, size << 1 | 1);
            write_number(&mut self.bytes, from);
        }
    }

    fn insert(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            write_number(&mut self.bytes, bytes.len() << 1);
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// The checksum of deltas without a mark: FNV-1a, 32 bits.
fn check_bytewise(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(BASE))
}

fn write_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_number(rest: &mut &[u8]) -> Result<usize, DeltaError> {
    let mut number = 0_usize;
    for shift in (0..usize::BITS).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(DeltaError)?;
        *rest = after;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(DeltaError)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_delta_restores_its_target(base in proptest::collection::vec(0_u8..4, 0..600), target in proptest::collection::vec(0_u8..4, 0..600)) {
            prop_assert_eq!(apply_delta(&base, &make_delta(&base, &target)).unwrap(), target);
        }

        #[test]
        fn what_is_in_common_is_found_to_the_byte(base in proptest::collection::vec(0_u8..2, 0..300), start in 0_usize..300, end in 0_usize..300) {
            let (start, end) = (start.min(base.len()), end.min(base.len()));
            let target = [&base[..start], &[7], &base[base.len() - end..]].concat();
            prop_assert_eq!(common_start(&base, &target), start);
            prop_assert_eq!(common_end(&base, &target), end);
        }

        #[test]
        fn a_foreign_or_damaged_delta_is_refused_not_believed(base in proptest::collection::vec(any::<u8>(), 0..200), delta in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = apply_delta(&base, &delta);
        }
    }

    #[test]
    fn a_passage_that_moved_costs_a_few_bytes() {
        let passages: Vec<String> = (0..2_000).map(|n| format!("passage {n} says {}; ", n * 7919)).collect();
        let before = passages.concat();
        let mut moved = passages;
        let passage = moved.remove(100);
        moved.insert(1_700, passage);
        let after = moved.concat();
        let delta = make_delta(after.as_bytes(), before.as_bytes());
        assert_eq!(apply_delta(after.as_bytes(), &delta).unwrap(), before.as_bytes());
        assert!(delta.len() < 200, "{} bytes", delta.len());
    }

    #[test]
    fn a_few_bytes_that_differ_do_not_end_what_is_in_common() {
        let text: Vec<u8> = (0_u32..50_000).flat_map(|n| (n.wrapping_mul(0x9e37_79b9)).to_le_bytes()).collect();
        let target = [b"01234567", &*text, b"and more"].concat();
        let delta = make_delta(&[b"abcdefgh", &*text].concat(), &target);
        assert_eq!(apply_delta(&[b"abcdefgh", &*text].concat(), &delta).unwrap(), target);
        assert!(delta.len() < 40, "{} bytes", delta.len());
    }

    #[test]
    fn a_delta_without_a_mark_is_read_as_before() {
        let (base, target) = (b"one two three four", b"one 2 three four");
        let old = [&[16, 0xfb, 0x96, 0xad, 0xea, 0x0a][..], &[9, 0, 2, b'2', 23, 7]].concat();
        assert_eq!(apply_delta(base, &old).as_deref(), Ok(&target[..]));
        assert_eq!(restored_length(&old), Ok(target.len()));
        assert_eq!(restored_length(&make_delta(base, target)), Ok(target.len()));
        assert_eq!(apply_delta(b"one two three fouR", &old), Err(DeltaError));
    }

    #[test]
    fn a_delta_on_another_base_is_an_error() {
        let delta = make_delta(b"one two three", b"one 2 three");
        assert_eq!(apply_delta(b"one two threE", &delta), Err(DeltaError));
    }
}
