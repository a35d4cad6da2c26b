//! Several objects at one revision as answers show them.

use palimpsest_model::{ObjectId, Revision, Tag};
use serde::Deserialize;

use crate::code::Code;
use crate::object_view::ObjectView;
use crate::position::tag;

/// Several objects, all as they stood at one revision.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct ObjectsView {
    /// The revision.
    pub revision: Revision,
    /// What was found, in the order asked.
    pub results: Vec<FoundView>,
}

/// An object that was asked for among others.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(untagged)]
pub enum FoundView {
    /// It is there.
    Found {
        /// Its name.
        id: ObjectId,
        /// Its version.
        #[serde(deserialize_with = "tag")]
        etag: Tag,
        /// The object.
        object: Box<ObjectView>,
    },
    /// It is not.
    Missing {
        /// Its name.
        id: ObjectId,
        /// Why.
        error: MissingView,
    },
}

/// Why an object is not shown.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct MissingView {
    /// Why.
    #[serde(deserialize_with = "code")]
    pub code: Code,
    /// Why, for people.
    pub message: String,
}

impl FoundView {
    /// The object, if it is there.
    #[must_use]
    pub fn object(&self) -> Option<&ObjectView> {
        match self {
            Self::Found { object, .. } => Some(object),
            Self::Missing { .. } => None,
        }
    }
}

fn code<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
    String::deserialize(deserializer).map(|text| Code::on_the_wire(&text))
}
