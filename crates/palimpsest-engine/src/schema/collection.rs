//! POST, PATCH and DELETE /space/collections.

use palimpsest_model::{Collection, CollectionId, MAX_COLLECTIONS, Path, Problem, StructureId};
use palimpsest_store::{List, Tx};

use super::usage::{Holds, Usage};
use super::{already_exists, listed, too_many};
use crate::condition::{Stands, Subject};
use crate::error::Error;
use crate::shown::{About, Shown};
use crate::world::Fresh;

/// Makes a collection.
#[derive(Clone, Debug)]
pub struct CreateCollection {
    /// The id the client chose, if it did.
    pub id: Option<CollectionId>,
    /// The structure its objects have.
    pub structure: StructureId,
    /// What people call it.
    pub title: String,
}

impl CreateCollection {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh) -> Result<Shown, Error> {
        let Self { id, structure, title } = self.clone();
        if listed(tx.schema(), structure).is_err() {
            return Err(Problem::new(Path::keys(&["structureId"]), "Unknown structure").into());
        }
        if tx.schema().collections.len() >= MAX_COLLECTIONS {
            return Err(too_many("collections", MAX_COLLECTIONS));
        }
        let id = id.unwrap_or_else(|| CollectionId(fresh.uuid()));
        if tx.is_collection_id_given(id)? {
            return Err(already_exists(&id.to_string()));
        }
        tx.put_collection(Collection { id, structure, title });
        Ok(Shown::Part(About::Collection(id)))
    }
}

/// Gives a collection another name.
#[derive(Clone, Debug)]
pub struct UpdateCollection {
    /// Which.
    pub id: CollectionId,
    /// What people call it.
    pub title: String,
}

impl UpdateCollection {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>) -> Result<Shown, Error> {
        let collection = Collection { title: self.title.clone(), ..find(tx, self.id)? };
        tx.put_collection(collection);
        Ok(Shown::Part(About::Collection(self.id)))
    }
}

/// Removes a collection. Its objects stay, without it.
#[derive(Clone, Copy, Debug)]
pub struct DeleteCollection {
    /// Which.
    pub id: CollectionId,
}

impl DeleteCollection {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let id = self.id;
        find(tx, id)?;
        let usage = Usage::find(tx, List::Collection(id), |object| {
            if object.collections.contains(&id) { Holds::Used } else { Holds::Not }
        })?;
        usage.change(tx, |object| object.collections.retain(|other| *other != id))?;
        tx.remove_collection(id);
        Ok(())
    }
}

/// What a change of a collection is about.
pub(super) fn subject(tx: &Tx<'_>, id: CollectionId) -> Result<Subject, Error> {
    find(tx, id)?;
    let stands = if tx.schema_before().collection(id).is_some() { Stands::Before } else { Stands::Since };
    Ok(Subject::Part { about: Some(About::Collection(id)), stands })
}

fn find(tx: &Tx<'_>, id: CollectionId) -> Result<Collection, Error> {
    let found = tx.schema().collection(id).map(|collection| collection.value.clone());
    found.ok_or_else(|| Error::not_found("Collection"))
}
