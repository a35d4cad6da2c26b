//! The past: objects as they stood, what changed them, and what differs between two revisions. Trashed and deleted objects have
//! one too.

mod diff;
mod entries;
mod get;
mod renderer;

pub use entries::ListHistory;
pub use get::GetObjects;
use palimpsest_model::{Path, Problem, Revision};
use palimpsest_store::SpaceRow;
pub(crate) use renderer::Renderer;

/// Tells what is wrong with a revision that is asked for under a name: it is beyond the head.
fn beyond(space: &SpaceRow, revision: Revision, name: &str) -> Option<Problem> {
    let message = format!("Too big: expected number to be <={}", space.revision);
    (revision > space.revision).then(|| Problem::new(Path::keys(&[name]), message))
}
