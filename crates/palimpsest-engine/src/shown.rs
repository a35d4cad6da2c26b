//! What operations are about, and what their answers show.

use std::fmt;

use palimpsest_model::{CollectionId, ObjectId, SpaceId, StructureId, Tag};
use palimpsest_store::{Found, Tx};
use serde::{Deserialize, Serialize};

/// What an operation is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum About {
    Object(ObjectId),
    Structure(StructureId),
    Collection(CollectionId),
    Space(SpaceId),
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(id) => id.fmt(f),
            Self::Structure(id) => id.fmt(f),
            Self::Collection(id) => id.fmt(f),
            Self::Space(id) => id.fmt(f),
        }
    }
}

/// What an operation has to show.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    /// An object.
    Object(Found),
    /// A part of the schema, which has what it looks like.
    Part(About),
}

impl Shown {
    /// What it is.
    pub(crate) fn about(&self) -> About {
        match self {
            Self::Object(found) => About::Object(found.object.id),
            Self::Part(about) => *about,
        }
    }
}

/// The version that something has now, with what the transaction put. Structures and collections have that of their list, which
/// is one for all of them. An object that is not there has none.
pub(crate) fn version_of(tx: &mut Tx<'_>, about: About) -> Result<Option<Tag>, palimpsest_store::StoreError> {
    let row = tx.row();
    let revision = match about {
        About::Object(id) => tx.object(id)?.map(|found| found.revision),
        About::Structure(_) | About::Collection(_) => Some(row.schema),
        About::Space(_) => Some(tx.schema().space.revision),
    };
    Ok(revision.map(|revision| Tag { log: row.log, revision }))
}
