//! What a space is made of: structures, their properties, collections, the space itself. Palimpsest only.
//!
//! An answer tells the version of the list of structures, or of the space, which [`Call::if_match`] takes.

use palimpsest_model::{CollectionId, PropertyId, StructureId};
use reqwest::Method;
use serde_json::json;

use crate::call::Call;
use crate::client::Client;
use crate::new_property::{NewProperty, PropertyChanges, PropertyChangesOf, PropertyOf};
use crate::new_structure::{NewCollection, NewStructure, SpaceChanges, StructureChanges, StructureChangesOf};
use crate::request::Request;
use crate::space_view::SpaceView;
use crate::structure_view::{CollectionView, StructureView};

const STRUCTURES: &str = "/space/structures";
const PROPERTIES: &str = "/space/properties";
const COLLECTIONS: &str = "/space/collections";

impl Client {
    /// PATCH /space: changes the space itself.
    pub fn update_space(&self, changes: &SpaceChanges) -> Call<SpaceView> {
        Call::new(self, Request::new(Method::PATCH, "/space").json(changes))
    }

    /// POST /space/structures: makes a structure (object type).
    pub fn create_structure(&self, structure: &NewStructure) -> Call<StructureView> {
        Call::new(self, Request::new(Method::POST, STRUCTURES).json(structure))
    }

    /// PATCH /space/structures: gives a structure other names.
    pub fn update_structure(&self, id: StructureId, changes: &StructureChanges) -> Call<StructureView> {
        Call::new(self, Request::new(Method::PATCH, STRUCTURES).json(&StructureChangesOf { id, changes }))
    }

    /// DELETE /space/structures: removes a structure that no object has, see [`Error::in_use`](crate::Error::in_use).
    pub fn delete_structure(&self, id: StructureId) -> Call<()> {
        Call::silent(self, Request::new(Method::DELETE, STRUCTURES).query("id", id))
    }

    /// DELETE /space/structures with `objects=trash`: removes a structure and puts its objects into the trash, where they stay.
    pub fn delete_structure_with_objects(&self, id: StructureId) -> Call<()> {
        Call::silent(self, Request::new(Method::DELETE, STRUCTURES).query("id", id).query("objects", "trash"))
    }

    /// POST /space/properties: adds a property, or a body section, to a structure.
    pub fn create_property(&self, structure: StructureId, property: &NewProperty) -> Call<StructureView> {
        let body = PropertyOf { structure_id: structure, property };
        Call::new(self, Request::new(Method::POST, PROPERTIES).json(&body))
    }

    /// PATCH /space/properties: changes a property.
    pub fn update_property(
        &self,
        structure: StructureId,
        id: impl Into<PropertyId>,
        changes: &PropertyChanges,
    ) -> Call<StructureView> {
        let body = PropertyChangesOf { structure_id: structure, id: id.into(), changes };
        Call::new(self, Request::new(Method::PATCH, PROPERTIES).json(&body))
    }

    /// DELETE /space/properties: removes a property that no object has a value of.
    pub fn delete_property(&self, structure: StructureId, id: impl Into<PropertyId>) -> Call<StructureView> {
        let request = Request::new(Method::DELETE, PROPERTIES).query("structureId", structure);
        Call::new(self, request.query("id", id.into()))
    }

    /// DELETE /space/properties with `values=drop`: removes a property with all its values.
    pub fn delete_property_with_values(
        &self,
        structure: StructureId,
        id: impl Into<PropertyId>,
    ) -> Call<StructureView> {
        let request = Request::new(Method::DELETE, PROPERTIES).query("structureId", structure);
        Call::new(self, request.query("id", id.into()).query("values", "drop"))
    }

    /// POST /space/collections: makes a collection.
    pub fn create_collection(&self, collection: &NewCollection) -> Call<CollectionView> {
        Call::new(self, Request::new(Method::POST, COLLECTIONS).json(collection))
    }

    /// PATCH /space/collections: gives a collection another name.
    pub fn rename_collection(&self, id: CollectionId, title: impl Into<String>) -> Call<CollectionView> {
        let body = json!({ "id": id, "title": title.into() });
        Call::new(self, Request::new(Method::PATCH, COLLECTIONS).json(&body))
    }

    /// DELETE /space/collections: removes a collection; its objects stay.
    pub fn delete_collection(&self, id: CollectionId) -> Call<()> {
        Call::silent(self, Request::new(Method::DELETE, COLLECTIONS).query("id", id))
    }
}
