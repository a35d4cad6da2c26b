//! The client against a server that says what the test wrote down.

#![cfg(test)]

mod calls;
mod errors;
mod held;
mod keys;
mod queue;
mod retries;
mod scripted;
mod stream;
mod versions;
