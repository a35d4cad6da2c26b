//! Markdown both ways: text to block tree and back, front matter to properties and back (spec/04). docs/markdown.md tells
//! users what is understood, what is written and what Markdown cannot carry.
//!
//! Everything here is pure: no files, no clock, no randomness; what a title means is asked through [`Names`].

mod document;
mod escape;
mod front_matter;
mod key;
mod line;
mod link;
mod names;
mod normal;
mod pairing;
mod piece;
mod property;
mod read;
mod rewrite;
mod spans;
mod tokens;
mod write;
mod yaml;

pub use document::write_document;
pub use front_matter::{Document, FrontMatter, split_document, split_title};
pub use key::resolve_key;
pub use names::Names;
pub use normal::{normal_form, normal_value};
pub use property::{Properties, read_properties};
pub use read::{read_body, read_body_within};
pub use rewrite::rewrite;
pub use write::write_body;
pub use yaml::Yaml;
