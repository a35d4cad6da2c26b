//! What turns one text into another, kept instead of the other: copies of ranges and inserted bytes.
//!
//! The common beginning and end are found first; between them, windows of the base are looked up by a rolling hash, so that a
//! block that moved costs a few bytes. Layout: length and checksum of the result, then operations; all numbers are
//! little-endian base-128.

use std::collections::HashMap;

/// A delta that does not fit its base: one of them is damaged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a stored delta does not fit the version it belongs to")]
pub struct DeltaError;

/// The bytes compared at once when looking for moved passages.
const WINDOW: usize = 32;

/// Computes what [`apply_delta`] needs to make `target` of `base`.
#[must_use]
pub fn make_delta(base: &[u8], target: &[u8]) -> Vec<u8> {
    let start = base.iter().zip(target).take_while(|(base, target)| base == target).count();
    let end = base[start..]
        .iter()
        .rev()
        .zip(target[start..].iter().rev())
        .take_while(|(base, target)| base == target)
        .count();
    let mut writer = Writer::new(target);
    writer.copy(0, start);
    write_middle(&mut writer, base, start..base.len() - end, &target[start..target.len() - end]);
    writer.copy(base.len() - end, end);
    writer.finish()
}

/// Makes the target of a base and the delta that [`make_delta`] gave for the two.
pub fn apply_delta(base: &[u8], delta: &[u8]) -> Result<Vec<u8>, DeltaError> {
    let mut rest = delta;
    let length = read_number(&mut rest)?;
    let checksum = read_number(&mut rest)?;
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
    if target.len() == length && check(&target) == checksum { Ok(target) } else { Err(DeltaError) }
}

/// How many bytes a delta restores, without restoring them.
pub(crate) fn restored_length(mut delta: &[u8]) -> Result<usize, DeltaError> {
    read_number(&mut delta)
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
        let mut bytes = Vec::new();
        write_number(&mut bytes, target.len());
        write_number(&mut bytes, check(target));
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

/// FNV-1a over the result, 32 bits: finds damage, not malice.
fn check(bytes: &[u8]) -> usize {
    bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(BASE)) as usize
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
    fn a_delta_on_another_base_is_an_error() {
        let delta = make_delta(b"one two three", b"one 2 three");
        assert_eq!(apply_delta(b"one two threE", &delta), Err(DeltaError));
    }
}
