//! What the model promises, as laws over random objects and as tables of single cases.
#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy takes the helpers of a test crate for code that ships")]

mod alignment;
mod contract;
mod conversions;
mod edits;
mod limits;
mod merge;
mod messages;
mod moves;
mod panics;
mod paths;
mod problems;
mod reading_back;
mod rendered;
mod replacements;
mod stored;
mod structures;
mod support;
mod values;
