//! Text in, blocks out and back, seen from outside the crate.

mod cost;
mod laws;
mod reading;
mod support;
