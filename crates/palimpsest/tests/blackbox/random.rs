//! Randomness that can be repeated, and how much of it a run takes.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    /// Draws from `PALIMPSEST_TEST_SEED`, else from a fresh seed; says which, so that a failure can be repeated.
    pub(crate) fn new() -> Self {
        let given = std::env::var("PALIMPSEST_TEST_SEED").ok();
        let seed = given.map_or_else(|| RandomState::new().build_hasher().finish(), |seed| seed.parse().unwrap());
        println!("PALIMPSEST_TEST_SEED={seed}");
        Self(seed)
    }

    /// A generator of its own for a thread.
    pub(crate) fn split(&mut self) -> Self {
        Self(self.next())
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.below(range.end - range.start)
    }

    /// A random (version 4) UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let version = high & 0xfff | 0x4000;
        let variant = low >> 48 & 0x3fff | 0x8000;
        let (first, second) = (high >> 32, high >> 16 & 0xffff);
        format!("{first:08x}-{second:04x}-{version:04x}-{variant:04x}-{:012x}", low & 0xffff_ffff_ffff)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }
}

/// Whether the long variants are wanted.
pub(crate) fn is_long() -> bool {
    std::env::var("PALIMPSEST_TEST_LONG").is_ok_and(|long| long == "1")
}

/// How often something is tried: in an ordinary run, and in a long one.
pub(crate) fn rounds(short: u64, long: u64) -> u64 {
    if is_long() { long } else { short }
}
