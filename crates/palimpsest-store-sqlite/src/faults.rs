//! Guards that tests switch off, to show that the promises rest on them. Compiled only with the feature `faults`.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The named points. Each is off unless named in `PALIMPSEST_FAULTS` (separated by commas) or set by a test.
#[derive(Default, Debug)]
pub struct Faults {
    /// `synchronous-off`: commits are answered before they are on disk.
    pub synchronous_off: bool,
    /// `publish-early`: the head moves before COMMIT.
    pub publish_early: bool,
    /// `publish-late`: the head moves after those who wrote were answered.
    pub publish_late: bool,
    /// `fail-commit`: the next COMMIT of a group that wrote something fails.
    pub fail_commit: AtomicBool,
    /// `fail-sync`: the next sync of groups that wrote something fails.
    pub fail_sync: AtomicBool,
    /// No group is synced while somebody holds it.
    pub hold_sync: Mutex<()>,
    /// `lose-transaction`: the next write of a batch ends the whole transaction, as a full disk does.
    pub lose_transaction: AtomicBool,
    /// `during-compaction:N`: the process ends when a compaction takes out the Nth log entry.
    pub during_compaction: AtomicU64,
    /// `die-before-commit:N`: the process ends before the Nth COMMIT of a group that wrote something (1 when none is named).
    pub die_before_commit: AtomicU64,
    /// `die-after-commit:N`: the process ends after the Nth such COMMIT, before anyone is answered.
    pub die_after_commit: AtomicU64,
    /// `forget-versions`: a commit keeps no way back to what it replaced.
    pub forget_versions: bool,
    /// `short-log`: checkpoints are made after 1 MiB of commits.
    pub short_log: bool,
    /// `forget-answers`: a commit does not find what a key was answered.
    pub forget_answers: bool,
}

impl Faults {
    /// The points that the environment names.
    #[must_use]
    pub fn from_env() -> Self {
        let named = std::env::var("PALIMPSEST_FAULTS").unwrap_or_default();
        let has = |point: &str| named.split(',').any(|name| name.trim() == point);
        let nth = |point: &str| {
            let counted = |name: &str| name.trim().strip_prefix(point)?.strip_prefix(':')?.parse().ok();
            let counted = named.split(',').find_map(counted);
            AtomicU64::new(counted.unwrap_or_else(|| u64::from(has(point))))
        };
        Self {
            synchronous_off: has("synchronous-off"),
            publish_early: has("publish-early"),
            publish_late: has("publish-late"),
            fail_commit: AtomicBool::new(has("fail-commit")),
            fail_sync: AtomicBool::new(has("fail-sync")),
            hold_sync: Mutex::default(),
            lose_transaction: AtomicBool::new(has("lose-transaction")),
            die_before_commit: nth("die-before-commit"),
            die_after_commit: nth("die-after-commit"),
            forget_versions: has("forget-versions"),
            short_log: has("short-log"),
            forget_answers: has("forget-answers"),
            during_compaction: nth("during-compaction"),
        }
    }

    /// Whether a point that fires once fires now.
    pub(crate) fn fires(point: &AtomicBool) -> bool {
        point.swap(false, Ordering::SeqCst)
    }

    /// Ends the process, without any leave-taking, when a point that counts down has come to its end.
    pub(crate) fn die(point: &AtomicU64) {
        let before = point.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if before == Ok(1) {
            std::process::abort();
        }
    }
}
