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
        let delete = move |tx: &mut Tx<'_>| {
            let none = || Error::new(Code::NotFound, format!("There is no object {id} in this space"));
            let found = tx.object(id)?.ok_or_else(none)?;
            if found.state != State::Deleted {
                DeleteObject { id, hard: true }.apply(tx)?;
            }
            Ok::<_, Error>(found.object.files.iter().map(|file| file.hash).collect::<Vec<_>>())
        };
        let deleted =
            self.store.commit(self.by_operator(space), delete).await.map_err(|error| of_space(error, space))?;
        let revision = deleted.revision;
        let files = deleted.value.map_err(|error: Error| error.at(revision))?;
        let erase = move |registry: &mut Registry<'_>| registry.erase(space, id);
        let erased = self.store.administer(erase).await?.map_err(|error| of_space(error, space))?;
        self.rendered.forget(id);
        if !erased {
            return Err(Error::new(Code::ServiceUnavailable, "It was brought back meanwhile: erase it again"));
        }
        let left = "It is erased, but for the bytes of its files, which the next hourly look removes";
        self.collect(files).await.map_err(|error| Error { message: left.into(), ..error })?;
        Ok(Erased { id, space, revision: revision.0 })
    }
}
