//! /object.

mod create;
mod dates;
mod delete;
mod get;
mod ids;
pub(crate) mod link;
mod markdown;
mod planted;
mod properties;
mod references;
mod refusals;
mod rewrite;
mod trash;
mod update;
