//! Uploads of media: a session beside the log, parts in any order, and at the end one commit that makes the object.
//!
//! The object gets the id of its session. So whoever asks twice for the end finds what was made, and a crash between any two
//! steps leaves a session that can be ended again, or the object: the parts are put together first, then the object is
//! committed, then parts and session go. While the parts are put together the upload may still be given up; whether it is there
//! is looked at again in the turn that ends it.

mod abort;
mod body;
mod complete;
mod expire;
mod part;
mod start;
mod turns;

pub use start::StartUpload;
pub(crate) use turns::Turns;

use palimpsest_model::{ObjectId, SpaceId, Timestamp};
use palimpsest_store::{Registry, Upload};

use crate::access::Access;
use crate::engine::Engine;
use crate::error::Error;

/// How many bytes each part has but the last.
pub const PART_SIZE: u64 = 5 * 1024 * 1024;
/// The largest file, unless it is said otherwise.
pub const MAX_FILE: u64 = 1024 * 1024 * 1024;
/// How long an upload may take, in milliseconds.
const LIFETIME: i64 = 24 * 60 * 60 * 1000;
/// How many uploads of a space may be under way.
const MOST: usize = 1000;

impl Engine {
    /// An upload of a space that is under way. One whose time is over is not, and goes.
    async fn find_upload(&self, access: &Access, id: ObjectId) -> Result<Upload, Error> {
        let (space, now) = (access.space, self.now());
        let find = move |registry: &mut Registry<'_>| Ok::<_, Error>(find(registry, id, space)?);
        let found = self.store.administer(find).await?;
        match self.judged(access, found).await? {
            Some(upload) if !is_over(&upload, now) => Ok(upload),
            Some(_) => {
                let _ = self.drop_upload(id).await;
                Err(self.unknown_upload(access).await)
            }
            None => Err(self.unknown_upload(access).await),
        }
    }

    async fn unknown_upload(&self, access: &Access) -> Error {
        match self.head(access).await {
            Ok(head) => Error::not_found("Upload").at(head),
            Err(error) => error,
        }
    }

    /// Removes a session, and its parts if that is possible: those that stay are removed by [`Engine::expire_uploads`].
    async fn drop_upload(&self, id: ObjectId) -> Result<(), Error> {
        let remove = move |registry: &mut Registry<'_>| {
            // A row that is not there needs no commit.
            if registry.upload(id)?.is_some() {
                registry.remove_upload(id)?;
            }
            Ok::<_, Error>(())
        };
        self.store.administer(remove).await??;
        let _ = self.files()?.discard(id).await;
        Ok(())
    }
}

fn find(
    registry: &mut Registry<'_>,
    id: ObjectId,
    space: SpaceId,
) -> Result<Option<Upload>, palimpsest_store::StoreError> {
    Ok(registry.upload(id)?.filter(|upload| upload.space == space))
}

fn is_over(upload: &Upload, now: Timestamp) -> bool {
    upload.expires <= now
}

/// How many parts a file has.
fn part_count(size: u64, part_size: u64) -> u64 {
    size.div_ceil(part_size.max(1))
}

/// How many bytes a part has; nothing when there is no such part.
fn size_of_part(upload: &Upload, number: u64) -> Option<u64> {
    let before = number.checked_sub(1)?.checked_mul(upload.part_size)?;
    let rest = upload.file_size.checked_sub(before).filter(|rest| *rest > 0)?;
    Some(rest.min(upload.part_size))
}

#[cfg(test)]
mod tests {
    use palimpsest_model::{SpaceId, TokenId};

    use super::*;

    #[test]
    fn parts_make_up_the_whole_and_all_but_the_last_are_full() {
        for (size, expected) in [(1, 1), (PART_SIZE - 1, 1), (PART_SIZE, 1), (PART_SIZE + 1, 2), (3 * PART_SIZE, 3)] {
            let upload = Upload {
                id: ObjectId(uuid::Uuid::nil()),
                space: SpaceId(uuid::Uuid::nil()),
                token: TokenId(uuid::Uuid::nil()),
                file_name: String::new(),
                file_type: None,
                file_size: size,
                part_size: PART_SIZE,
                title: None,
                collections: Vec::new(),
                begun: Timestamp(0),
                expires: Timestamp(0),
            };
            let count = part_count(size, PART_SIZE);
            assert_eq!(count, expected);
            let sizes: Vec<_> = (1..=count).map(|number| size_of_part(&upload, number).unwrap()).collect();
            assert_eq!(sizes.iter().sum::<u64>(), size);
            assert!(sizes.iter().rev().skip(1).all(|part| *part == PART_SIZE));
            for none in [0, count + 1, u64::MAX] {
                assert_eq!(size_of_part(&upload, none), None, "{none} of {size}");
            }
        }
    }
}
