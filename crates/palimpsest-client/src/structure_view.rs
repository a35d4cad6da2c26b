//! Structures (object types) as answers show them (spec/02 §2).

use palimpsest_model::{CollectionId, PropertyId, StructureId};
use serde::{Deserialize, Serialize};

use crate::property::LabelView;

/// An object type with its properties and collections.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StructureView {
    /// Its name.
    pub id: StructureId,
    /// What one object of it is called.
    pub title: String,
    /// What several are called.
    pub plural_name: String,
    /// A colour, opaque.
    pub label_color: String,
    /// Its properties; body sections are not among them.
    pub property_definitions: Vec<PropertyView>,
    /// Its collections.
    pub collections: Vec<CollectionView>,
}

/// A property of a structure.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyView {
    /// Its name within the structure.
    pub id: PropertyId,
    /// What people call it; may be empty for the title.
    pub name: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: PropertyType,
    /// Whether clients may write it.
    pub writable: bool,
    /// Labels only: whether a value may hold several options.
    #[serde(default)]
    pub multiple: Option<bool>,
    /// Labels only: the options.
    #[serde(default)]
    pub label_set: Option<Vec<LabelView>>,
    /// Entities only: the structures its targets may have; any when it is left out.
    #[serde(default)]
    pub allowed_structures: Option<Vec<StructureId>>,
}

/// The types of property values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum PropertyType {
    Title,
    Text,
    Number,
    Boolean,
    Url,
    Date,
    Label,
    Entity,
    Aliases,
    Icon,
    CreatedAt,
    LastUpdatedAt,
    RichText,
}

/// A collection of a structure.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct CollectionView {
    /// Its name.
    pub id: CollectionId,
    /// What people call it.
    pub title: String,
}

impl StructureView {
    /// The property of an id.
    #[must_use]
    pub fn property(&self, id: &str) -> Option<&PropertyView> {
        self.property_definitions.iter().find(|property| property.id.0 == id)
    }
}
