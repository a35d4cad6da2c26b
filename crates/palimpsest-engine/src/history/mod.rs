//! The past: objects as they stood, what changed them, and what differs between two revisions. Trashed and deleted objects have
//! one too.

mod diff;
mod entries;
mod get;
mod renderer;

pub use entries::ListHistory;
pub use get::GetObjects;
use palimpsest_model::{ObjectId, Path, Problem, Problems, Revision};
use palimpsest_store::{Found, Snapshot, SpaceRow, StoreError};
pub(crate) use renderer::Renderer;

use crate::error::Error;

/// Refuses revisions beyond the head, each by the name it is asked for under; an object that never was is not found at any.
fn check(snapshot: &mut Snapshot<'_>, id: ObjectId, asked: &[(&str, Revision)]) -> Result<(), Error> {
    let row = snapshot.row();
    let mut problems = Problems::default();
    problems.extend(asked.iter().filter_map(|(name, revision)| beyond(&row, *revision, name)));
    if !problems.is_empty() && snapshot.object(id)?.is_none() {
        return Err(Error::not_found("Object"));
    }
    Ok(problems.check(())?)
}

/// An object as it stood at a revision, in whatever state; one that never was is not found below the horizon either.
fn found_at(snapshot: &mut Snapshot<'_>, id: ObjectId, revision: Revision) -> Result<Found, Error> {
    let found = match snapshot.object_at(id, revision) {
        Err(StoreError::Compacted { .. }) if snapshot.object(id)?.is_none() => None,
        found => found?,
    };
    found.ok_or_else(|| Error::not_found("Object"))
}

/// Tells what is wrong with a revision that is asked for under a name: it is beyond the head.
pub(crate) fn beyond(space: &SpaceRow, revision: Revision, name: &str) -> Option<Problem> {
    let message = format!("Too big: expected number to be <={}", space.revision);
    (revision > space.revision).then(|| Problem::new(Path::keys(&[name]), message))
}
