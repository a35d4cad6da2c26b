//! Sets of places in memory. Nobody who sends something chooses those, so that hashing them can be cheap.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

pub(crate) type Addresses = HashSet<usize, BuildHasherDefault<Spread>>;

/// Spreads what differs in an address over the whole hash.
#[derive(Default)]
pub(crate) struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_usize(usize::from(*byte)));
    }

    fn write_usize(&mut self, number: usize) {
        self.0 = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        // The upper bits are the best ones, and a table takes its place from the lower.
        self.0.rotate_left(26)
    }
}
