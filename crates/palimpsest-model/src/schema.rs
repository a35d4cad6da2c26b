//! What a space is: its title, its structures and their collections, each with the revision that made it so.

use serde::{Deserialize, Serialize};

use crate::icon::Icon;
use crate::id::{CollectionId, Revision, SpaceId, StructureId};
use crate::structure::Structure;

/// A space itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Space {
    /// Its name.
    pub id: SpaceId,
    /// What people call it.
    pub title: String,
    /// Its icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// The name of its time zone in the IANA database; nothing for UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// A named set of objects of one structure. Collections are schema, not objects.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Collection {
    /// Its name.
    pub id: CollectionId,
    /// The structure its objects have.
    pub structure: StructureId,
    /// What people call it.
    pub title: String,
}

/// Something and the revision that last changed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Versioned<T> {
    /// The revision of the last commit that changed it.
    pub revision: Revision,
    /// What it is since then.
    pub value: T,
}

/// The schema of a space at one revision; structures and collections in the order they were made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schema {
    /// The space.
    pub space: Versioned<Space>,
    /// Its structures.
    pub structures: Vec<Versioned<Structure>>,
    /// Its collections.
    pub collections: Vec<Versioned<Collection>>,
}

impl Schema {
    /// The structure of this id.
    #[must_use]
    pub fn structure(&self, id: StructureId) -> Option<&Versioned<Structure>> {
        self.structures.iter().find(|structure| structure.value.id == id)
    }

    /// The collection of this id.
    #[must_use]
    pub fn collection(&self, id: CollectionId) -> Option<&Versioned<Collection>> {
        self.collections.iter().find(|collection| collection.value.id == id)
    }

    /// The revision of the last change to anything that `/space/structures` shows.
    #[must_use]
    pub fn structures_revision(&self) -> Revision {
        let structures = self.structures.iter().map(|structure| structure.revision);
        let collections = self.collections.iter().map(|collection| collection.revision);
        structures.chain(collections).max().unwrap_or_default()
    }
}
