//! The Rust client against the server, over a socket: every call, every answer read by the client's own types.

#![cfg(test)]

mod calls;
mod concurrency;
mod downloads;
mod managing;
mod proxy;
mod refusals;
mod reverting;
mod schema;
mod served;
mod uploads;
mod webhooks;
mod whole;
