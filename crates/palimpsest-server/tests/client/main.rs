//! The Rust client against the server, over a socket: every call, every answer read by the client's own types.

#![cfg(test)]

mod calls;
mod concurrency;
mod managing;
mod proxy;
mod refusals;
mod reverting;
mod served;
mod webhooks;
mod whole;
