//! /object.

mod block_edits;
mod create;
mod dates;
mod delete;
mod edits;
mod get;
mod ids;
mod link;
mod markdown;
mod planted;
mod properties;
mod references;
mod refusals;
mod rewrite;
mod trash;
mod update;
