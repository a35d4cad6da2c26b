//! A disk whose room a test bounds. Compiled only with the feature `faults`.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes may be written yet before the disk is full.
#[derive(Debug)]
pub struct Faults {
    room: AtomicU64,
}

impl Default for Faults {
    fn default() -> Self {
        Self { room: AtomicU64::new(u64::MAX) }
    }
}

impl Faults {
    /// Leaves room for so many bytes.
    pub fn leave_room(&self, bytes: u64) {
        self.room.store(bytes, Ordering::SeqCst);
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
