//! Following the feed over real connections: streams, pages that are waited for, and how they end.

#![cfg(test)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod ends;
mod followers;
mod served;
mod streams;
mod wire;
