//! The tokens of spaces. Those of the operator are made by the command line alone.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
