//! Random token lists, block lists, objects, edits, histories and forks for property tests, here and in the stores; and the JSON
//! that a client would write for blocks. Everything made is in normal form: what reading or editing could have left.
//!
//! Ids are drawn from seeds that do not shrink, so that two values of one test never share one.

mod blocks;
mod edits;
mod forks;
mod ids;
mod objects;
mod retypes;
mod written;

pub use blocks::{block_lists, token_lists, writable_block_lists};
pub use edits::{Edit, edits, histories};
pub use forks::{Fork, forks};
pub use ids::Ids;
pub use objects::{objects, objects_of, structures};
pub use retypes::{Retype, retypes, telling_texts, what};
pub use written::{drafts, written};
