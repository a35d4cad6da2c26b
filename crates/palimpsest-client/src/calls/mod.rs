//! The calls of the API, by noun.

mod blocks;
mod list;
mod markdown;
mod object;
mod search;
mod space;
