//! Structures, collections and the space as they are asked for.

use palimpsest_model::{CollectionId, Icon, StructureId};
use serde::Serialize;
use uuid::Uuid;

use crate::managed::Concurrency;
use crate::new_property::NewProperty;

/// A structure (object type) to be made. Palimpsest only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewStructure {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    plural_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label_color: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    property_definitions: Vec<NewProperty>,
}

impl NewStructure {
    /// A structure with what every one has: a title, a description, tags, aliases, an icon, both times and one body section.
    pub fn new(title: impl Into<String>) -> Self {
        let (id, plural_name, label_color) = (None, None, None);
        Self { id, title: title.into(), plural_name, label_color, property_definitions: Vec::new() }
    }

    /// The same under an id of the client's choice.
    #[must_use]
    pub fn id(self, id: Uuid) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The same; this is what several of its objects are called.
    #[must_use]
    pub fn plural(self, name: impl Into<String>) -> Self {
        Self { plural_name: Some(name.into()), ..self }
    }

    /// The same in a colour.
    #[must_use]
    pub fn color(self, color: impl Into<String>) -> Self {
        Self { label_color: Some(color.into()), ..self }
    }

    /// The same with one more property.
    #[must_use]
    pub fn property(mut self, property: NewProperty) -> Self {
        self.property_definitions.push(property);
        self
    }
}

/// What shall change of a structure; what is left out stays. Palimpsest only.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StructureChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plural_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label_color: Option<String>,
}

impl StructureChanges {
    /// No change yet; the server refuses to make none.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with another title.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// The same with another name of several of its objects.
    #[must_use]
    pub fn plural(self, name: impl Into<String>) -> Self {
        Self { plural_name: Some(name.into()), ..self }
    }

    /// The same in another colour.
    #[must_use]
    pub fn color(self, color: impl Into<String>) -> Self {
        Self { label_color: Some(color.into()), ..self }
    }
}

/// What shall change of the space itself; what is left out stays. Palimpsest only.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct SpaceChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Inside, nothing is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<Option<Icon>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<Concurrency>,
}

impl SpaceChanges {
    /// No change yet; the server refuses to make none.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with another title.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// The same with another icon, or without one.
    #[must_use]
    pub fn icon(self, icon: Option<Icon>) -> Self {
        Self { icon: Some(icon), ..self }
    }

    /// The same with another policy.
    #[must_use]
    pub fn concurrency(self, policy: Concurrency) -> Self {
        Self { concurrency: Some(policy), ..self }
    }
}

/// A collection to be made. Palimpsest only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewCollection {
    structure_id: StructureId,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<CollectionId>,
}

impl NewCollection {
    /// A collection of objects of a structure.
    pub fn of(structure: StructureId, title: impl Into<String>) -> Self {
        Self { structure_id: structure, title: title.into(), id: None }
    }

    /// The same under an id of the client's choice.
    #[must_use]
    pub fn id(self, id: CollectionId) -> Self {
        Self { id: Some(id), ..self }
    }
}

/// Changes with the structure they are of, as the body of a call.
#[derive(Serialize)]
pub(crate) struct StructureChangesOf<'c> {
    pub(crate) id: StructureId,
    #[serde(flatten)]
    pub(crate) changes: &'c StructureChanges,
}
