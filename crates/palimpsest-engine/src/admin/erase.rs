//! Erasing an object: out of every version, log entry and file.

use palimpsest_model::{ObjectId, SpaceId, State, parse_uuid};
use palimpsest_store::{Registry, Tx};

use super::Erased;
use super::spaces::of_space;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::objects::DeleteObject;

impl Engine {
    pub(super) async fn erase(&self, space: Option<&str>, id: &str) -> Result<Erased, Error> {
        let refused = || Error::new(Code::InvalidInput, format!("\"{id}\" is not the id of an object"));
        let id = parse_uuid(id).map(ObjectId).ok_or_else(refused)?;
        self.erase_object(self.find_space(space).await?, id).await
    }

    /// Deletes an object for good, unless it is deleted already, then takes its content out of everything.
    pub async fn erase_object(&self, space: SpaceId, id: ObjectId) -> Result<Erased, Error> {
        let delete = move |tx: &mut Tx<'_>| match tx.object(id)?.map(|found| found.state) {
            Some(State::Deleted) => Ok(()),
            Some(_) => DeleteObject { id, hard: true }.apply(tx),
            None => Err(Error::new(Code::NotFound, format!("There is no object {id} in this space"))),
        };
        let deleted =
            self.store.commit(self.by_operator(space), delete).await.map_err(|error| of_space(error, space))?;
        let revision = deleted.revision;
        deleted.value.map_err(|error: Error| error.at(revision))?;
        let erase = move |registry: &mut Registry<'_>| registry.erase(space, id);
        let erased = self.store.administer(erase).await?.map_err(|error| of_space(error, space))?;
        self.rendered.forget(id);
        if !erased {
            return Err(Error::new(Code::ServiceUnavailable, "It was brought back meanwhile: erase it again"));
        }
        Ok(Erased { id, space, revision: revision.0 })
    }
}
