//! Imports into a space over the in-memory twin.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod again;
mod archives;
mod capacities;
mod hostile;
mod links;
mod own;
mod support;
mod tables;
mod vault;
