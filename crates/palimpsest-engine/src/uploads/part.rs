//! PUT /object/media/upload/part.

use palimpsest_model::{ObjectId, Path, Problem};
use palimpsest_store::{ByteStream, FilesError};

use super::body::PartBody;
use super::{part_count, size_of_part};
use crate::access::Access;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::lists::Page;

impl Engine {
    /// PUT /object/media/upload/part: keeps a part, in place of one that was sent before. `announced` is how many bytes the
    /// client says it sends, if it does.
    pub async fn put_part(
        &self,
        access: &Access,
        id: ObjectId,
        number: u64,
        announced: Option<u64>,
        bytes: ByteStream<'_>,
    ) -> Result<Page, Error> {
        let files = self.files()?;
        let upload = self.find_upload(access, id).await?;
        let count = part_count(upload.file_size, upload.part_size);
        let (Some(size), Ok(place)) = (size_of_part(&upload, number), u32::try_from(number)) else {
            let message = format!("Invalid part number: expected 1 to {count}");
            return self.judged(access, Err(Problem::new(Path::keys(&["partNumber"]), message).into())).await;
        };
        let expected = format!("Invalid size: part {number} of {count} has {size} bytes");
        if let Some(announced) = announced.filter(|announced| *announced != size) {
            let message = format!("✖ {expected}, received {announced}\n  → at Content-Length");
            return self.judged(access, Err(Error::new(Code::InvalidInput, message))).await;
        }
        let kept = files.put_part(id, place, size, bytes).await.map_err(|error| match error {
            FilesError::Length => Error::from(Problem::new(Path::keys(&["body"]), expected)),
            other => other.into(),
        });
        self.judged(access, kept).await?;
        // Who ended the upload meanwhile removed its parts, but not this one.
        if let Err(error) = self.find_upload(access, id).await {
            // Of a store that cannot be asked now nobody knows that: then every part stays.
            if error.code == Code::NotFound {
                files.discard(id).await?;
            }
            return Err(error);
        }
        self.page_of(access, &PartBody { number, size }).await
    }
}
