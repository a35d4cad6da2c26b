//! What holds for every input, whatever it is: one law for each way into the server that takes text from outside. A law takes
//! bytes and panics when it does not hold for them.
//!
//! The targets in `fuzz/` look for bytes that break a law; `tests/corpora.rs` replays what they found and what they begin
//! with, `fuzz/corpus/`, in every test run. Nothing here ships.

mod blocks;
mod front_matter;
mod library;
mod markdown;
mod problems;
mod query;

pub use blocks::blocks;
pub use front_matter::front_matter;
pub use markdown::markdown;
pub use query::query;

/// A law: it panics when it does not hold for an input.
pub type Law = fn(&[u8]);

/// All laws, by the name of their target and corpus.
pub const LAWS: [(&str, Law); 4] =
    [("blocks", blocks), ("front_matter", front_matter), ("markdown", markdown), ("query", query)];
