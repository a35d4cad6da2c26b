//! Many operations as one commit: all of them happen, at one revision, or none does.

mod commit;
mod guard;

pub use commit::{Committed, Outcome, Part, Step, Transaction};
pub use guard::Guard;
