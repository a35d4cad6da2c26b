//! Fetching over real sockets on the loopback, where one address stands for the public network.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod downloads;
mod limits;
mod pages;
mod posts;
mod redirects;
mod resolving;
mod scripted;
