//! Many operations as one commit.

pub(crate) mod commit;
