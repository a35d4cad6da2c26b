//! Guards that tests switch off, to show that the promises rest on them. Compiled only with the feature `faults`.

use std::sync::atomic::{AtomicBool, Ordering};

/// The named points. Each is off unless named in `PALIMPSEST_FAULTS` (separated by commas) or set by a test.
#[derive(Default, Debug)]
pub struct Faults {
    /// `synchronous-off`: commits are answered before they are on disk.
    pub synchronous_off: bool,
    /// `publish-early`: the head moves before COMMIT.
    pub publish_early: bool,
    /// `fail-commit`: the next COMMIT of a group that wrote something fails.
    pub fail_commit: AtomicBool,
    /// `lose-transaction`: the next write of a batch ends the whole transaction, as a full disk does.
    pub lose_transaction: AtomicBool,
}

impl Faults {
    /// The points that the environment names.
    #[must_use]
    pub fn from_env() -> Self {
        let named = std::env::var("PALIMPSEST_FAULTS").unwrap_or_default();
        let has = |point: &str| named.split(',').any(|name| name.trim() == point);
        Self {
            synchronous_off: has("synchronous-off"),
            publish_early: has("publish-early"),
            fail_commit: AtomicBool::new(has("fail-commit")),
            lose_transaction: AtomicBool::new(has("lose-transaction")),
        }
    }

    /// Whether a point that fires once fires now.
    pub(crate) fn fires(point: &AtomicBool) -> bool {
        point.swap(false, Ordering::SeqCst)
    }
}
