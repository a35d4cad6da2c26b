//! Bytes on their way to a bucket and back.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt};
use palimpsest_store::{ByteStream, FilesError};

use crate::disk::{blocking, failed};
use crate::reading::Asked;
use crate::spool::Spooled;

/// A file is sent in pieces of so many bytes, or of more when there were too many.
const PIECE: u64 = 8 << 20;
/// So many pieces at most; the protocol knows 10 000.
const PIECES: u64 = 9_000;

/// What an error of the bucket means.
pub(crate) fn unreachable(error: object_store::Error) -> FilesError {
    match error {
        object_store::Error::NotFound { .. } => FilesError::Missing,
        error => FilesError::Unavailable(error.to_string()),
    }
}

/// Sends a file, one piece in memory at a time. It is there wholly or not at all.
pub(crate) async fn send(store: &dyn ObjectStore, path: &Path, spooled: &Spooled) -> Result<(), FilesError> {
    let size = spooled.sums.size;
    let file = spooled.file.reopen().map_err(failed)?;
    let piece = PIECE.max(size.div_ceil(PIECES));
    if size <= piece {
        let (bytes, _) = read_piece(file, piece).await?;
        store.put(path, bytes.into()).await.map_err(unreachable)?;
        return Ok(());
    }
    let mut upload = store.put_multipart(path).await.map_err(unreachable)?;
    let sent = send_pieces(&mut *upload, file, piece).await;
    if sent.is_err() {
        // What of it stays costs room there until the bucket's own rules remove it.
        let _ = upload.abort().await;
    }
    sent
}

async fn send_pieces(upload: &mut dyn MultipartUpload, mut file: File, piece: u64) -> Result<(), FilesError> {
    loop {
        let (bytes, rest) = read_piece(file, piece).await?;
        if bytes.is_empty() {
            return upload.complete().await.map(drop).map_err(unreachable);
        }
        upload.put_part(bytes.into()).await.map_err(unreachable)?;
        file = rest;
    }
}

async fn read_piece(file: File, piece: u64) -> Result<(Bytes, File), FilesError> {
    blocking(move || {
        let mut bytes = Vec::new();
        (&file).take(piece).read_to_end(&mut bytes).map_err(failed)?;
        Ok((bytes.into(), file))
    })
    .await
}

/// Fetches what is asked for in one request, and checks it chunk by chunk.
pub(crate) async fn fetch(
    store: Arc<dyn ObjectStore>,
    path: &Path,
    asked: Asked,
) -> Result<ByteStream<'static>, FilesError> {
    if asked.is_done() {
        return Ok(Box::pin(stream::empty()));
    }
    let options = GetOptions { range: Some(GetRange::Bounded(asked.chunks())), ..GetOptions::default() };
    let found = match store.get_opts(path, options).await {
        Ok(found) => found,
        // A bucket refuses a range that lies behind the end of what was cut off.
        Err(error) => match store.head(path).await {
            Ok(there) => asked.check_size(there.size).and(Err(unreachable(error)))?,
            Err(_) => return Err(unreachable(error)),
        },
    };
    let bytes = found.into_stream().map_err(unreachable).boxed();
    Ok(Box::pin(stream::try_unfold((bytes, BytesMut::new(), asked), |(mut bytes, mut held, mut asked)| async move {
        if asked.is_done() {
            return Ok(None);
        }
        let chunk = asked.chunk();
        let length = usize::try_from(chunk.end - chunk.start).unwrap_or(usize::MAX);
        while held.len() < length
            && let Some(next) = bytes.next().await
        {
            held.extend_from_slice(&next?);
        }
        // Too few are not the bytes of the chunk either.
        let whole = held.split_to(length.min(held.len())).freeze();
        Ok(Some((asked.take(whole)?, (bytes, held, asked))))
    })))
}

/// Fetches something small.
pub(crate) async fn fetch_whole(store: &dyn ObjectStore, path: &Path) -> Result<Option<Bytes>, FilesError> {
    let found = async { store.get(path).await?.bytes().await };
    match found.await.map_err(unreachable) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(FilesError::Missing) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes something, if it is there.
pub(crate) async fn remove(store: &dyn ObjectStore, path: &Path) -> Result<(), FilesError> {
    match store.delete(path).await.map_err(unreachable) {
        Err(FilesError::Missing) => Ok(()),
        done => done,
    }
}
