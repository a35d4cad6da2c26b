//! What the retired beta API reads (spec/07): its bodies, made of what the calls of today know. Its writes are operations of today.

mod search;
mod space_info;
mod spaces;

pub use search::BetaSearch;
