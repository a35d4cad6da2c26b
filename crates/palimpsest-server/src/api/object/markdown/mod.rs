//! Objects as Markdown (spec/02 §8–10).

pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod update;
