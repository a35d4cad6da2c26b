//! POST /object/media/upload/complete.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use palimpsest_model::{File, FileHash, ObjectId, Path, Problem};
use palimpsest_store::{FilesError, Upload};

use super::turns::Step;
use super::{part_count, size_of_part};
use crate::access::Access;
use crate::engine::Engine;
use crate::error::Error;
use crate::media::{FIRST_BYTES, UNKNOWN, type_of_bytes};
use crate::objects::CreateMedia;
use crate::operation::{Operation, Request, Written};
use crate::shown::About;

/// So many missing parts are named.
const NAMED: usize = 20;

impl Engine {
    /// POST /object/media/upload/complete: makes the object, under the id of the upload. Done again it answers that object.
    pub async fn complete_upload(&self, access: &Access, id: ObjectId) -> Result<Written, Error> {
        let _completing = self.turns.turn(id, Step::Completing).await;
        let upload = match self.find_upload(access, id).await {
            Ok(upload) => upload,
            Err(unknown) => return self.completed(access, id, unknown).await,
        };
        let file = match self.assemble(&upload).await {
            Ok(file) => file,
            // Somebody else may have ended the upload while its parts were read.
            Err(error) => match self.find_upload(access, id).await {
                Ok(_) => return self.judged(access, Err(error)).await,
                Err(unknown) => return self.completed(access, id, unknown).await,
            },
        };
        let _ending = self.turns.turn(id, Step::Ending).await;
        // It may have been given up meanwhile, or its time may be over.
        if let Err(unknown) = self.find_upload(access, id).await {
            return self.completed(access, id, unknown).await;
        }
        let create =
            CreateMedia { id, title: upload.title.unwrap_or(upload.file_name), collections: upload.collections, file };
        let written = self.execute(access, Request::from(Operation::CreateMedia(create))).await?;
        // The object is there whatever becomes of this; what is left is removed with what has expired.
        let _ = self.drop_upload(id).await;
        Ok(written)
    }

    /// The object that an upload became which is not under way any more, if it did.
    async fn completed(&self, access: &Access, id: ObjectId, unknown: Error) -> Result<Written, Error> {
        let find = move |snapshot: &mut palimpsest_store::Snapshot<'_>| snapshot.object(id);
        let found = self.store.read(access.space, find).await?.value?;
        if found.is_none_or(|found| found.object.files.is_empty()) {
            return Err(unknown);
        }
        let view = self.object(access, id).await?;
        let (revision, left) = (view.revision, Some((About::Object(id), view.etag)));
        Ok(Written { shown: Some(view), revision, ignored: Default::default(), left, replayed: false })
    }

    /// Puts the parts together.
    async fn assemble(&self, upload: &Upload) -> Result<File, Error> {
        let files = self.files()?;
        let parts = files.parts(upload.id).await?;
        let count = u32::try_from(part_count(upload.file_size, upload.part_size)).unwrap_or(u32::MAX);
        check_parts(upload, count, &parts)?;
        // It is never closed.
        let _place = self.turns.joins.acquire().await;
        let kept = files.join(upload.id, count, self.now()).await?;
        if kept.size != upload.file_size {
            return Err(Error::internal(format!("{} bytes were put together to {}", upload.file_size, kept.size)));
        }
        let file_type = match &upload.file_type {
            Some(file_type) => file_type.clone(),
            None => self.type_of(kept.hash).await?,
        };
        Ok(File { hash: kept.hash, size: kept.size, name: upload.file_name.clone(), file_type })
    }

    /// What the first bytes say.
    async fn type_of(&self, hash: FileHash) -> Result<String, FilesError> {
        let Ok(files) = self.files() else { return Ok(UNKNOWN.to_owned()) };
        let mut stream = files.open(hash, 0..FIRST_BYTES).await?;
        let mut first = Vec::new();
        while let Some(bytes) = stream.next().await {
            first.extend_from_slice(&bytes?);
        }
        Ok(type_of_bytes(&first).to_owned())
    }
}

/// Refuses an upload whose parts are not all there.
fn check_parts(upload: &Upload, count: u32, parts: &BTreeMap<u32, u64>) -> Result<(), Error> {
    let is_there = |number: &u32| parts.get(number).copied() == size_of_part(upload, u64::from(*number));
    let missing: Vec<u32> = (1..=count).filter(|number| !is_there(number)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let named: Vec<_> = missing.iter().take(NAMED).map(u32::to_string).collect();
    let more = match missing.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("Missing parts of {count}: {}{more}", named.join(", "));
    Err(Problem::new(Path::keys(&["id"]), message).into())
}
