//! /object.

mod block_edits;
mod create;
mod dates;
mod delete;
mod diff;
mod edits;
mod get;
mod history;
mod ids;
pub(crate) mod link;
mod markdown;
mod past;
mod planted;
mod properties;
mod references;
mod refusals;
mod revert;
mod rewrite;
mod shown;
mod trash;
mod update;

pub(crate) use history::entries;
pub(crate) use past::rename_options;
