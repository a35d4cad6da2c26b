//! Markdown both ways: text to block tree and back, front matter to properties and back (spec/04). docs/markdown.md tells
//! users what is understood, what is written and what Markdown cannot carry.
//!
//! Everything here is pure: no files, no clock, no randomness; what a title means is asked through [`Names`].

mod escape;
mod line;
mod link;
mod names;
mod normal;
mod piece;
mod read;
mod spans;
mod tokens;
mod write;

pub use names::Names;
pub use normal::normal_form;
pub use read::{read_body, read_line};
pub use write::write_body;
