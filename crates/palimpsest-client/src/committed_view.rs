//! What a transaction came to, as answers show it.

use palimpsest_model::{ObjectId, Revision, StructureId, Tag};
use serde::Deserialize;
use serde_json::Value;

use crate::careful::Told;
use crate::object_view::ObjectView;
use crate::position::maybe_tag;
use crate::structure_view::StructureView;

/// What a transaction came to.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct CommittedView {
    /// The revision it took, or the head when it changed nothing or is a dry run.
    pub revision: Revision,
    /// What became of each operation, in their order.
    pub results: Vec<OutcomeView>,
}

/// What became of an operation.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "Wire")]
pub struct OutcomeView {
    /// The status it would have had by itself.
    pub status: u16,
    /// What it was about: an object, a structure of the space's own, a collection or the space. A built-in structure has none.
    pub id: Option<ObjectId>,
    /// The version that the transaction left; nothing where a dry run would change it.
    pub etag: Option<Tag>,
    /// The object as the transaction left it, when that was asked for.
    pub object: Option<ObjectView>,
    /// The structure as the transaction left it, when that was asked for.
    pub structure: Option<StructureView>,
}

#[derive(Deserialize)]
struct Wire {
    status: u16,
    #[serde(default)]
    id: Option<StructureId>,
    #[serde(default, deserialize_with = "maybe_tag")]
    etag: Option<Tag>,
    #[serde(default)]
    body: Option<Value>,
}

impl TryFrom<Wire> for OutcomeView {
    type Error = serde_json::Error;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let Wire { status, id, etag, body } = wire;
        let id = match id {
            Some(StructureId::Custom(id)) => Some(ObjectId(id)),
            _ => None,
        };
        let (mut object, mut structure) = (None, None);
        match body {
            Some(body) if body.get("propertyDefinitions").is_some() => structure = Some(serde_json::from_value(body)?),
            // Collections and spaces have no properties.
            Some(body) if body.get("properties").is_some() => object = Some(serde_json::from_value(body)?),
            _ => {}
        }
        Ok(Self { status, id, etag, object, structure })
    }
}

impl CommittedView {
    pub(crate) fn told(&self) -> Vec<Told> {
        let told = |one: &OutcomeView| Some(Told { id: one.id?, tag: one.etag?, is_shown: one.object.is_some() });
        self.results.iter().filter_map(told).collect()
    }
}
