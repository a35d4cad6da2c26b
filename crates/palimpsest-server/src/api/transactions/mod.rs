//! Many operations as one commit, and what one commit did taken back.

pub(crate) mod commit;
pub(crate) mod revert;
