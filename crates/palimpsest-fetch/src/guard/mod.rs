//! What this server may call: pure decisions about addresses and URLs.

mod address;
mod target;

pub use address::is_public;
pub use target::{Refused, check_url};
