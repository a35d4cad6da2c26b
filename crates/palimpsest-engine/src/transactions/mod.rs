//! Many operations as one commit: all of them happen, at one revision, or none does; and what one commit did, taken back.

mod commit;
mod guard;
mod revert;
mod schema;
mod undoing;

pub use commit::{Committed, Outcome, Part, Step, Transaction};
pub use guard::Guard;
pub use revert::{RevertTransaction, Reverted};
pub use undoing::{Left, Reason};
