//! A disk whose room a test bounds, and whose syncs it switches off. Compiled only with the feature `faults`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What is wrong with the disk; nothing at first.
#[derive(Debug)]
pub struct Faults {
    room: AtomicU64,
    synchronous_off: AtomicBool,
}

impl Default for Faults {
    fn default() -> Self {
        Self { room: AtomicU64::new(u64::MAX), synchronous_off: AtomicBool::new(false) }
    }
}

impl Faults {
    /// Leaves room for so many bytes before the disk is full.
    pub fn leave_room(&self, bytes: u64) {
        self.room.store(bytes, Ordering::SeqCst);
    }

    /// Answers before the bytes of a file are on disk.
    pub fn switch_syncs_off(&self) {
        self.synchronous_off.store(true, Ordering::SeqCst);
    }

    pub(crate) fn syncs_nothing(&self) -> bool {
        self.synchronous_off.load(Ordering::SeqCst)
    }

    /// How many of some bytes fit; they are no longer free.
    pub(crate) fn take_room(&self, bytes: usize) -> usize {
        let wanted = bytes as u64;
        let took = |room: u64| (room != u64::MAX).then(|| room.saturating_sub(wanted));
        match self.room.fetch_update(Ordering::SeqCst, Ordering::SeqCst, took) {
            Ok(room) => usize::try_from(room.min(wanted)).unwrap_or(bytes),
            Err(_) => bytes,
        }
    }
}
