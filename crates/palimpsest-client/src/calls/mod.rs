//! The calls of the API, by noun.

mod blocks;
mod changes;
mod history;
mod list;
mod markdown;
mod object;
mod revert;
mod schema;
mod search;
mod space;
mod webhooks;
mod writes;
