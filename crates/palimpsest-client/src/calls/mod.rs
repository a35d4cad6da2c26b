//! The calls of the API, by noun.

mod blocks;
mod list;
mod object;
mod space;
