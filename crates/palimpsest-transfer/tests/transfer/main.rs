//! Spaces that go out and come in again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod batches;
mod exported;
mod refused;
mod round;
mod world;
