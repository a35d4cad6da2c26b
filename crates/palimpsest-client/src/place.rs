//! Where blocks go in an object (spec/02 §12).

use palimpsest_model::{BlockId, PropertyId};
use serde::Serialize;
use serde_json::{Value, json};

/// Where blocks go: the end of the main section, or of the section where a moved block stands, unless something else is said.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    property_id: Option<PropertyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_block_id: Option<BlockId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Value>,
}

impl Place {
    /// The usual one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same in another body section.
    #[must_use]
    pub fn section(self, id: impl Into<PropertyId>) -> Self {
        Self { property_id: Some(id.into()), ..self }
    }

    /// The same below a block; at the end unless [`Place::at_start`] says otherwise.
    #[must_use]
    pub fn inside(self, parent: BlockId) -> Self {
        Self { parent_block_id: Some(parent), ..self }
    }

    /// The same before everything that is there.
    #[must_use]
    pub fn at_start(self) -> Self {
        self.at(json!({ "type": "start" }))
    }

    /// The same after everything that is there, said outright.
    #[must_use]
    pub fn at_end(self) -> Self {
        self.at(json!({ "type": "end" }))
    }

    /// The same right after a block, beside it.
    #[must_use]
    pub fn after(self, block: BlockId) -> Self {
        self.at(json!({ "type": "after_block", "after_block": { "id": block } }))
    }

    /// The same right before a block, beside it.
    #[must_use]
    pub fn before(self, block: BlockId) -> Self {
        self.at(json!({ "type": "before_block", "before_block": { "id": block } }))
    }

    fn at(self, position: Value) -> Self {
        Self { position: Some(position), ..self }
    }
}
