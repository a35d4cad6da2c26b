//! Files behind signed links.

pub(crate) mod get;
mod guise;
mod range;
