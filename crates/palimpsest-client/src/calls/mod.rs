//! The calls of the API, by noun.

mod admin;
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
mod uploads;
mod webhooks;
mod writes;

pub use admin::Admin;
