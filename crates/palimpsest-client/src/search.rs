//! What is searched for (spec/02 §11).

use palimpsest_model::StructureId;
use serde::Serialize;

/// Words to be looked for in titles and aliases.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Search {
    query: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    structure_ids: Option<Vec<StructureId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

impl Search {
    /// Objects of every structure; as many as the server finds fit.
    pub fn of(query: impl Into<String>) -> Self {
        Self { query: query.into(), structure_ids: None, limit: None }
    }

    /// The same among objects of these structures only, of which there are at most 25.
    #[must_use]
    pub fn structures(self, ids: impl IntoIterator<Item = StructureId>) -> Self {
        Self { structure_ids: Some(ids.into_iter().collect()), ..self }
    }

    /// The same with at most so many results, which are at most 50.
    #[must_use]
    pub fn limit(self, results: u32) -> Self {
        Self { limit: Some(results), ..self }
    }
}
