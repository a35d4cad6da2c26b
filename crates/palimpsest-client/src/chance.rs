//! What a client needs of chance: keys that nobody else uses, and pauses that do not meet.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use uuid::Uuid;

/// A source of keys and pauses; the same seed gives the same ones.
pub(crate) struct Chance {
    seed: Uuid,
    drawn: AtomicU64,
}

impl Chance {
    pub(crate) fn new(seed: Uuid) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }

    /// A seed that nobody else has.
    #[expect(clippy::disallowed_methods, reason = "this is where chance comes in, unless the caller gives a seed")]
    pub(crate) fn seed() -> Uuid {
        Uuid::new_v4()
    }

    /// A key for one write.
    pub(crate) fn key(&self) -> String {
        format!("{}-{}", self.seed.simple(), self.drawn.fetch_add(1, Ordering::Relaxed))
    }

    /// A pause shorter than `longest`.
    pub(crate) fn pause(&self, longest: Duration) -> Duration {
        let (high, low) = self.seed.as_u64_pair();
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        let number = mix(high ^ mix(low ^ mix(drawn)));
        // 32 bits are as fine as a pause needs to be, and exact in a float.
        longest.mul_f64(f64::from((number >> 32) as u32) / f64::from(u32::MAX))
    }
}

/// SplitMix64.
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_comes_twice() {
        let (one, other) = (Chance::new(Chance::seed()), Chance::new(Chance::seed()));
        let keys: HashSet<_> = (0..100).flat_map(|_| [one.key(), other.key()]).collect();
        assert_eq!(keys.len(), 200);
        assert!(keys.iter().all(|key| key.len() < 255 && key.bytes().all(|byte| byte.is_ascii_graphic())));
    }

    #[test]
    fn pauses_are_spread_and_repeatable() {
        let drawn = |seed| {
            let chance = Chance::new(Uuid::from_u128(seed));
            (0..1000).map(|_| chance.pause(Duration::from_millis(100))).collect::<Vec<_>>()
        };
        let pauses = drawn(1);
        assert_eq!(pauses, drawn(1));
        assert_ne!(pauses, drawn(2));
        assert!(pauses.iter().all(|pause| *pause <= Duration::from_millis(100)));
        let short = pauses.iter().filter(|pause| **pause < Duration::from_millis(50)).count();
        assert!((400..600).contains(&short), "{short}");
    }
}
