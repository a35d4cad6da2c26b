//! POST /object/media/upload.

use palimpsest_model::{CollectionId, Path, Problem, Problems, Schema, StructureId};
use palimpsest_store::{Registry, Upload};

use super::body::UploadBody;
use super::{LIFETIME, MOST, PART_SIZE, is_over};
use crate::access::Access;
use crate::check::misplaced;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::lists::Page;
use crate::media::{media_of, type_of_name};
use crate::world::Fresh;

/// A file that is going to be sent, and what it is to become.
#[derive(Clone, Debug)]
pub struct StartUpload {
    /// How it is called.
    pub file_name: String,
    /// How many bytes it has.
    pub file_size: u64,
    /// Its media type, when the client says it.
    pub file_type: Option<String>,
    /// The title of the object, when it is not to be the name of the file.
    pub title: Option<String>,
    /// The collections of the object.
    pub collections: Vec<CollectionId>,
}

impl Engine {
    /// POST /object/media/upload.
    pub async fn start_upload(&self, access: &Access, start: StartUpload) -> Result<Page, Error> {
        self.files()?;
        let StartUpload { file_name, file_size, file_type, title, collections } = start;
        if file_size > self.max_file {
            let message = format!("The file has {file_size} bytes; this server takes at most {}", self.max_file);
            return Err(Error::new(Code::PayloadTooLarge, message));
        }
        let file_type = file_type.or_else(|| type_of_name(&file_name));
        let (row, schema) = self.schema(access).await?;
        check_collections(&schema, file_type.as_deref(), &collections)
            .map_err(|problems| Error::from(problems).at(row.revision))?;
        let now = self.now();
        let upload = Upload {
            id: Fresh::draw(&*self.ids, now).object(),
            space: access.space,
            token: access.token,
            file_name,
            file_type,
            file_size,
            part_size: PART_SIZE,
            title,
            collections,
            begun: now,
            expires: palimpsest_model::Timestamp(now.0.saturating_add(LIFETIME)),
        };
        let made = upload.clone();
        let put = move |registry: &mut Registry<'_>| {
            let is_open = |other: &&Upload| other.space == upload.space && !is_over(other, now);
            if registry.uploads()?.iter().filter(is_open).count() >= MOST {
                let message = format!("The space has {MOST} uploads under way; it takes no more");
                return Err(Error::new(Code::InvalidInput, message));
            }
            registry.put_upload(&upload)?;
            Ok(())
        };
        let put = self.store.administer(put).await?;
        self.judged(access, put).await?;
        self.page_of(access, &UploadBody::from(made)).await
    }
}

/// Checks collections ahead of the commit, which looks again. Without a type the structure is not known yet.
fn check_collections(schema: &Schema, file_type: Option<&str>, ids: &[CollectionId]) -> Result<(), Problems> {
    let structure = file_type.map(|file_type| StructureId::BuiltIn(media_of(file_type)));
    let structure = structure.and_then(|id| schema.structure(id)).map(|structure| &structure.value);
    let mut problems = Problems::default();
    for (index, id) in ids.iter().enumerate() {
        if let Some(problem) = misplaced(schema, structure, *id) {
            problems.push(Problem::new(Path::keys(&["collections"]).index(index), problem));
        }
    }
    problems.check(())
}
