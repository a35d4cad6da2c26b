//! Files that are neither notes nor tables.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use palimpsest_engine::{media_of, type_of_name};
use palimpsest_model::{FileHash, StructureId};
use palimpsest_store::{ByteStream, FilesError};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::source::Source;

/// The media type of a file, by its name.
pub(crate) fn type_of(path: &str) -> String {
    type_of_name(path).unwrap_or_else(|| "application/octet-stream".to_owned())
}

/// What a file becomes.
pub(crate) fn structure_of(path: &str) -> StructureId {
    StructureId::BuiltIn(media_of(&type_of(path)))
}

/// The hash of the bytes of a file.
pub(crate) fn hash_of(source: &Source, file: usize) -> Result<FileHash, String> {
    let mut hash = Sha256::new();
    source.copy(&source.files[file], &mut |piece| {
        hash.update(piece);
        true
    })?;
    Ok(FileHash(hash.finalize().into()))
}

/// So many pieces wait to be kept.
const WAITING: usize = 8;

/// The bytes of a file, read beside whoever takes them.
pub(crate) fn stream_of(source: &Arc<Source>, file: usize) -> ByteStream<'static> {
    let (send, receive) = mpsc::channel(WAITING);
    let source = Arc::clone(source);
    tokio::task::spawn_blocking(move || {
        let copied = source
            .copy(&source.files[file], &mut |piece| send.blocking_send(Ok(Bytes::copy_from_slice(piece))).is_ok());
        if let Err(message) = copied {
            let _ = send.blocking_send(Err(FilesError::Interrupted(message)));
        }
    });
    let next = |mut receive: mpsc::Receiver<Result<Bytes, FilesError>>| async move {
        receive.recv().await.map(|piece| (piece, receive))
    };
    // Whoever keeps it may ask once more after its end.
    Box::pin(stream::unfold(receive, next).fuse())
}
