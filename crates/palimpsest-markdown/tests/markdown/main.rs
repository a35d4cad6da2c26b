//! Text in, blocks out and back, seen from outside the crate.

#![cfg(test)]

mod commonmark;
mod documents;
mod hostile;
mod laws;
mod reading;
mod rewriting;
mod support;
mod writing;
