//! Structures and collections: create and list.

use std::sync::Arc;

use palimpsest_model::{Node, Reading, Schema, StructureId, read_structure};
use palimpsest_store::{Snapshot, Tx};
use serde_json::Value;

use super::spaces::title_of;
use super::{CollectionSummary, StructureSummary};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::schema::{CreateCollection, CreateStructure};
use crate::shown::{About, Shown};
use crate::world::Fresh;

impl Engine {
    pub(super) async fn create_structure(
        &self,
        space: Option<&str>,
        definition: Value,
    ) -> Result<StructureSummary, Error> {
        let space = self.find_space(space).await?;
        let mut reading = Reading::default();
        let draft = read_structure(&Node::root(&definition), &mut reading);
        let create = CreateStructure { draft: reading.finish(draft)? };
        let fresh = Fresh::draw(&*self.ids, self.clock.now());
        let make = move |tx: &mut Tx<'_>| {
            let Shown::Part(About::Structure(id)) = create.apply(tx, &mut fresh.clone())? else { return Err(lost()) };
            let made = tx.schema().structure(id).ok_or_else(lost)?;
            Ok(StructureSummary { id, title: made.value.title.clone() })
        };
        self.store.commit(self.by_operator(space), make).await?.value
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
        let fresh = Fresh::draw(&*self.ids, self.clock.now());
        let name = structure.to_owned();
        let make = move |tx: &mut Tx<'_>| {
            let structure = find_structure(tx.schema(), &name)?;
            let create = CreateCollection { id: None, structure, title: title.clone() };
            let Shown::Part(About::Collection(id)) = create.apply(tx, &mut fresh.clone())? else { return Err(lost()) };
            Ok(CollectionSummary { id, title: title.clone(), structure })
        };
        self.store.commit(self.by_operator(space), make).await?.value
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

fn lost() -> Error {
    Error::internal("what was made is not there".to_owned())
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
