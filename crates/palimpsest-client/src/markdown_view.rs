//! Objects as texts (spec/02 §8).

use palimpsest_model::{ObjectId, StructureId};
use serde::Deserialize;

/// An object as a text.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarkdownView {
    /// Its name.
    pub id: ObjectId,
    /// What it is.
    pub structure_id: StructureId,
    /// Front matter with its properties, then its body sections.
    pub markdown: String,
}
