//! What a transaction came to, as answers show it.

use palimpsest_model::{ObjectId, Revision, Tag};
use serde::Deserialize;

use crate::careful::Told;
use crate::object_view::ObjectView;
use crate::position::maybe_tag;

/// What a transaction came to.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct CommittedView {
    /// The revision it took, or the head when it changed nothing; of a dry run, the one it would take.
    pub revision: Revision,
    /// What became of each operation, in their order.
    pub results: Vec<OutcomeView>,
}

/// What became of an operation.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct OutcomeView {
    /// The status it would have had by itself.
    pub status: u16,
    /// The object it was about.
    #[serde(default)]
    pub id: Option<ObjectId>,
    /// The version that the transaction left.
    #[serde(default, deserialize_with = "maybe_tag")]
    pub etag: Option<Tag>,
    /// The object as the transaction left it, when that was asked for.
    #[serde(default, rename = "body")]
    pub object: Option<ObjectView>,
}

impl CommittedView {
    pub(crate) fn told(&self) -> Vec<Told> {
        let told = |one: &OutcomeView| Some(Told { id: one.id?, tag: one.etag?, is_shown: one.object.is_some() });
        self.results.iter().filter_map(told).collect()
    }
}
