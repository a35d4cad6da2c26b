//! Uploads of media (spec/05).

pub(crate) mod abort;
pub(crate) mod complete;
pub(crate) mod part;
pub(crate) mod start;
