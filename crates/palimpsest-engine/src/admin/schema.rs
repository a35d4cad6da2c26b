//! Structures and collections: create and list.

use std::sync::Arc;

use palimpsest_model::{
    Collection, CollectionId, Node, Path, Problem, Problems, PropertyKind, Reading, Schema, Structure, StructureId,
    read_structure,
};
use palimpsest_store::Snapshot;
use serde_json::Value;

use super::spaces::title_of;
use super::{CollectionSummary, StructureSummary};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::world::Fresh;

impl Engine {
    pub(super) async fn create_structure(
        &self,
        space: Option<&str>,
        definition: Value,
    ) -> Result<StructureSummary, Error> {
        let space = self.find_space(space).await?;
        let mut fresh = Fresh::draw(&*self.ids, self.clock.now());
        let mut reading = Reading::default();
        let structure = read_structure(&Node::root(&definition), &mut reading, &mut || fresh.uuid());
        let structure = reading.finish(structure)?;
        let made = StructureSummary { id: structure.id, title: structure.title.clone() };
        let put = move |tx: &mut palimpsest_store::Tx<'_>| {
            if tx.schema().structure(structure.id).is_some() {
                return Err(Error::new(Code::AlreadyExists, format!("There is already a structure {}", structure.id)));
            }
            check_targets(&structure, tx.schema())?;
            tx.put_structure(structure.clone());
            Ok(())
        };
        self.store.commit(self.by_operator(space), put).await?.value?;
        Ok(made)
    }

    pub(super) async fn list_structures(&self, space: Option<&str>) -> Result<Vec<StructureSummary>, Error> {
        let schema = self.schema_of(space).await?;
        let listed = schema.structures.iter().map(|structure| &structure.value).filter(|structure| structure.listed);
        Ok(listed.map(|structure| StructureSummary { id: structure.id, title: structure.title.clone() }).collect())
    }

    pub(super) async fn create_collection(
        &self,
        space: Option<&str>,
        structure: &str,
        title: &str,
    ) -> Result<CollectionSummary, Error> {
        let space = self.find_space(space).await?;
        let title = title_of(title)?;
        let id = CollectionId(Fresh::draw(&*self.ids, self.clock.now()).uuid());
        let name = structure.to_owned();
        let put = move |tx: &mut palimpsest_store::Tx<'_>| {
            let structure = find_structure(tx.schema(), &name)?;
            tx.put_collection(Collection { id, structure, title: title.clone() });
            Ok::<_, Error>(CollectionSummary { id, title: title.clone(), structure })
        };
        self.store.commit(self.by_operator(space), put).await?.value
    }

    pub(super) async fn list_collections(&self, space: Option<&str>) -> Result<Vec<CollectionSummary>, Error> {
        let schema = self.schema_of(space).await?;
        let collections = schema.collections.iter().map(|collection| &collection.value);
        Ok(collections
            .map(|collection| CollectionSummary {
                id: collection.id,
                title: collection.title.clone(),
                structure: collection.structure,
            })
            .collect())
    }

    async fn schema_of(&self, space: Option<&str>) -> Result<Arc<Schema>, Error> {
        let space = self.find_space(space).await?;
        let schema = |snapshot: &mut Snapshot<'_>| Arc::clone(snapshot.schema());
        Ok(self.store.read(space, schema).await?.value)
    }
}

/// Refuses a structure whose entity properties allow structures that are not there.
fn check_targets(structure: &Structure, schema: &Schema) -> Result<(), Error> {
    let mut problems = Problems::default();
    for property in &structure.properties {
        let PropertyKind::Entity { allowed } = &property.kind else { continue };
        for id in allowed.iter().filter(|id| **id != structure.id && schema.structure(**id).is_none()) {
            let path = Path::keys(&["propertyDefinitions", &property.name, "allowedStructures"]);
            problems.push(Problem::new(path, format!("Unknown structure {id}")));
        }
    }
    Ok(problems.check(())?)
}

/// The listed structure of an id or title.
fn find_structure(schema: &Schema, name: &str) -> Result<StructureId, Error> {
    let listed = schema.structures.iter().map(|structure| &structure.value).filter(|structure| structure.listed);
    let named: Vec<_> = listed
        .filter(|structure| structure.id.to_string() == name || structure.title == name)
        .map(|structure| structure.id)
        .collect();
    match named.as_slice() {
        [one] => Ok(*one),
        [] => Err(Error::new(Code::NotFound, format!("There is no structure \"{name}\""))),
        _ => {
            Err(Error::new(Code::InvalidInput, format!("Several structures are called \"{name}\": name one by its id")))
        }
    }
}
