//! The change feed: the log of a space as its followers read it. A follower that goes on from the position it was given sees
//! every later revision exactly once, in order; streams, long-polls and webhooks all read these pages.

mod change;
mod page;
mod position;

pub use change::{Change, ChangedObject};
pub(crate) use page::check_gapless;
pub use page::{Changes, ListChanges};
pub use position::{Position, PositionError};
