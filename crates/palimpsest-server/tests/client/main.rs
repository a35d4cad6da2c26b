//! The Rust client against the server, over a socket: every call, every answer read by the client's own types.

#![cfg(test)]

mod calls;
mod concurrency;
mod proxy;
mod refusals;
mod reverting;
mod schema;
mod served;
mod webhooks;
mod whole;
