//! GET /space-info.

use palimpsest_model::{CollectionId, PropertyId, PropertyKind, Schema, StructureId};
use palimpsest_store::Snapshot;
use serde::Serialize;

use crate::access::Access;
use crate::engine::Engine;
use crate::error::Error;
use crate::lists::Page;

#[derive(Serialize)]
struct Body<'a> {
    structures: Vec<StructureBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StructureBody<'a> {
    id: StructureId,
    title: &'a str,
    plural_name: &'a str,
    property_definitions: Vec<DefinitionBody<'a>>,
    label_color: &'a str,
    collections: Vec<CollectionBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DefinitionBody<'a> {
    id: &'a PropertyId,
    #[serde(rename = "type")]
    kind: &'static str,
    data_type: &'static str,
    name: &'a str,
}

#[derive(Serialize)]
struct CollectionBody<'a> {
    id: CollectionId,
    title: &'a str,
}

impl Engine {
    /// The structures of a space that are listed, with their properties and collections.
    pub async fn beta_space_info(&self, access: &Access) -> Result<Page, Error> {
        let look = |snapshot: &mut Snapshot<'_>| serde_json::to_vec(&shown(snapshot.schema())).unwrap_or_default();
        let answer = self.store.read(access.space, look).await?;
        Ok(Page { body: answer.value.into(), revision: answer.revision, etag: None })
    }
}

fn shown(schema: &Schema) -> Body<'_> {
    let structures = schema.structures.iter().map(|structure| &structure.value).filter(|structure| structure.listed);
    let structures = structures.map(|structure| {
        let definitions = structure.properties.iter().filter_map(|definition| {
            let (kind, data_type) = (definition.kind.name()?, data_type(&definition.kind)?);
            Some(DefinitionBody { id: &definition.id, kind, data_type, name: &definition.name })
        });
        let collections = schema.collections.iter().map(|collection| &collection.value);
        let own = collections.filter(|collection| collection.structure == structure.id);
        StructureBody {
            id: structure.id,
            title: &structure.title,
            plural_name: &structure.plural_name,
            property_definitions: definitions.collect(),
            label_color: &structure.label_color,
            collections: own.map(|one| CollectionBody { id: one.id, title: &one.title }).collect(),
        }
    });
    Body { structures: structures.collect() }
}

/// What JSON has in a value of a property; nothing for a body section.
fn data_type(kind: &PropertyKind) -> Option<&'static str> {
    Some(match kind {
        PropertyKind::Title
        | PropertyKind::Text
        | PropertyKind::Url
        | PropertyKind::CreatedAt
        | PropertyKind::LastUpdatedAt => "string",
        PropertyKind::Number => "number",
        PropertyKind::Boolean => "boolean",
        PropertyKind::Date | PropertyKind::Icon => "object",
        PropertyKind::Label { .. } | PropertyKind::Entity { .. } | PropertyKind::Aliases | PropertyKind::RichText => {
            "array"
        }
        PropertyKind::Blocks => return None,
    })
}
