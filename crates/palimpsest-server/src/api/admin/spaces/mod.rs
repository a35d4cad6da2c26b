//! The spaces of the server.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;

use palimpsest_engine::Policy;
use palimpsest_engine::admin::SpaceSummary;
use palimpsest_model::SpaceId;
use serde::Serialize;

/// A space as its operator sees it.
#[derive(Serialize)]
struct SpaceBody {
    id: SpaceId,
    title: String,
    timezone: String,
    concurrency: Policy,
}

impl From<SpaceSummary> for SpaceBody {
    fn from(space: SpaceSummary) -> Self {
        let SpaceSummary { id, title, timezone, concurrency, revision: _ } = space;
        Self { id, title, timezone, concurrency }
    }
}
