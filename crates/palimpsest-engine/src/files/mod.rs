//! Files as they are handed out: signed links, and the bytes that they lead to.

mod bytes;
mod link;
mod public_url;
mod showing;

pub use link::{Linked, Links};
pub use public_url::PublicUrl;
pub(crate) use showing::Showing;
