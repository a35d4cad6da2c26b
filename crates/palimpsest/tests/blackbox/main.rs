//! The built binary from outside, in bad company: killed, cut off from its power, on a disk that fails, asked to stop, and
//! always with many clients at once. What it acknowledged has to be there afterwards; nothing may ever be there by half.
//!
//! `PALIMPSEST_TEST_LONG=1` runs more rounds. Each test prints the seed it draws from; `PALIMPSEST_TEST_SEED` draws the same
//! again, though threads and disks keep their own time.
//! What rests on guards that can be switched off needs the feature `faults`.

#![cfg(test)]

mod cli;
mod crash;
mod disk;
mod failing_disk;
#[cfg(feature = "faults")]
mod faults;
mod head;
mod hot;
mod http;
mod ledger;
mod policy;
mod powercut;
mod random;
#[cfg(feature = "faults")]
mod retry;
mod server;
mod shutdown;
mod stored;
#[cfg(feature = "faults")]
mod webhooks;
mod writers;
