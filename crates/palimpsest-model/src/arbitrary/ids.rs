//! Ids that a seed decides.

use proptest::prelude::{Strategy, any};
use uuid::{Builder, Uuid};

use crate::id::BlockId;

/// A source of ids: equal seeds give equal ids, and no source gives one twice.
#[derive(Clone, Debug)]
pub struct Ids {
    seed: u64,
    drawn: u64,
}

/// Odd, so that multiplying by it permutes the numbers: ids come in no order, as random ones do.
const SCATTER: u64 = 0x9e37_79b9_7f4a_7c15;

impl Ids {
    /// The source of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// The next id, a UUID of version 4.
    pub fn uuid(&mut self) -> Uuid {
        self.drawn += 1;
        // The version overwrites four bits of the seed, the variant the two highest of the second half; what is left of that
        // half still tells the draws apart.
        let bits = u128::from(self.seed) << 64 | u128::from(self.drawn.wrapping_mul(SCATTER));
        Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }

    /// The next id, of a block.
    pub fn block(&mut self) -> BlockId {
        BlockId(self.uuid())
    }
}

/// Seeds. They do not shrink: two that became equal would give equal ids.
pub(super) fn seeds() -> impl Strategy<Value = u64> + Clone {
    any::<u64>().no_shrink()
}

/// Ids of things that nothing else in a test names.
pub(super) fn uuids() -> impl Strategy<Value = Uuid> + Clone {
    any::<u128>().no_shrink().prop_map(|bits| Builder::from_random_bytes(bits.to_be_bytes()).into_uuid())
}
