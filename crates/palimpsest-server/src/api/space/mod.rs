//! The space (spec/02 §1–2).

pub(crate) mod get;
pub(crate) mod structures;
