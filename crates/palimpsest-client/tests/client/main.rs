//! The client against a server that says what the test wrote down.

#![cfg(test)]

mod calls;
mod errors;
mod retries;
mod scripted;
