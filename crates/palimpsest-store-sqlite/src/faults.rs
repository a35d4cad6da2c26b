//! Guards that tests switch off, to show that the promises rest on them. Compiled only with the feature `faults`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The named points. Each is off unless named in `PALIMPSEST_FAULTS` (separated by commas) or set by a test.
#[derive(Default, Debug)]
pub struct Faults {
    /// `synchronous-off`: commits are answered before they are on disk.
    pub synchronous_off: bool,
    /// `fail-commit`: the next COMMIT of a group that wrote something fails.
    pub fail_commit: AtomicBool,
    /// `lose-transaction`: the next write of a batch ends the whole transaction, as a full disk does.
    pub lose_transaction: AtomicBool,
    /// `during-compaction`: the process ends when this many log entries more are taken out; 0 is never.
    pub during_compaction: AtomicU64,
}

/// So many entries a compaction takes out before it dies: more than in one step.
const ENTRIES: u64 = 400;

impl Faults {
    /// The points that the environment names.
    #[must_use]
    pub fn from_env() -> Self {
        let named = std::env::var("PALIMPSEST_FAULTS").unwrap_or_default();
        let has = |point: &str| named.split(',').any(|name| name.trim() == point);
        Self {
            synchronous_off: has("synchronous-off"),
            fail_commit: AtomicBool::new(has("fail-commit")),
            lose_transaction: AtomicBool::new(has("lose-transaction")),
            during_compaction: AtomicU64::new(if has("during-compaction") { ENTRIES } else { 0 }),
        }
    }

    /// Counts an entry that a compaction takes out, and ends the process at the last one.
    pub(crate) fn dies_in_compaction(&self) {
        let counted = self.during_compaction.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if counted == Ok(1) {
            std::process::abort();
        }
    }

    /// Whether a point that fires once fires now.
    pub(crate) fn fires(point: &AtomicBool) -> bool {
        point.swap(false, Ordering::SeqCst)
    }
}
