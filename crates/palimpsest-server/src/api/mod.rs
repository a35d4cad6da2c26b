//! One module per noun, one file per endpoint: how its input is read.

pub(crate) mod blocks;
pub(crate) mod changes;
pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod object;
pub(crate) mod objects;
pub(crate) mod openapi;
pub(crate) mod space;
pub(crate) mod transactions;
