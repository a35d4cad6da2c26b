//! Properties and body sections of structures.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod update;
