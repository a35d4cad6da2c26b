//! The bytes of media: read where they are kept, written beside everything else. What is lost of them is told, and the others
//! are exported.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::StreamExt;
use palimpsest_engine::Engine;
use palimpsest_model::FileHash;
use palimpsest_store::{ByteStream, Files, FilesError};
use tokio::sync::mpsc;

use super::index::Media;
use super::sink::Sink;
use super::{ExportError, Lost, aside, interrupted};
use crate::import::{Progress, Stage, Teller};

/// So many pieces of a file wait to be written.
const WAITING: usize = 4;

/// Writes the bytes of all media; what of them is lost.
pub(super) async fn write(
    engine: &Engine,
    media: &BTreeMap<FileHash, Media>,
    mut sink: Sink,
    tell: &Teller,
) -> Result<(Sink, Vec<Lost>), ExportError> {
    let (mut lost, total) = (Vec::new(), media.len());
    for (done, (hash, media)) in media.iter().enumerate() {
        let files = engine.files().map_err(|_| ExportError::NoFiles)?;
        let written = write_one(&**files, *hash, media, sink).await?;
        sink = written.0;
        if let Some(error) = written.1 {
            let (object, path, message) = (media.object, media.path.clone(), error.to_string());
            lost.push(Lost { hash: *hash, object, path, message });
        }
        tell(Progress { stage: Stage::Media, done: done + 1, total });
    }
    Ok((sink, lost))
}

/// Writes the bytes of one; why they are lost, if they are.
async fn write_one(
    files: &dyn Files,
    hash: FileHash,
    media: &Media,
    sink: Sink,
) -> Result<(Sink, Option<FilesError>), ExportError> {
    let failed = |source| ExportError::Files { path: media.path.clone(), hash, source };
    let bytes = match files.open(hash, 0..media.size).await {
        Ok(bytes) => bytes,
        Err(error) if is_lost(&error) => return Ok((sink, Some(error))),
        Err(error) => return give_up(sink, failed(error)).await,
    };
    let (send, mut receive) = mpsc::channel::<Bytes>(WAITING);
    let (path, size) = (media.path.clone(), media.size);
    let writing = tokio::task::spawn_blocking(move || {
        let mut sink = sink;
        sink.start(&path, size, false)?;
        while let Some(next) = receive.blocking_recv() {
            sink.write(&next)?;
        }
        Ok::<_, ExportError>(sink)
    });
    let read = hand_over(bytes, size, send).await;
    let mut sink = writing.await.map_err(interrupted)??;
    match read {
        Ok(()) => Ok((sink, None)),
        Err(error) if is_lost(&error) => aside(move || sink.take_back().map(|()| (sink, Some(error)))).await?,
        Err(error) => give_up(sink, failed(error)).await,
    }
}

/// Hands over the bytes of a file as they come.
async fn hand_over(mut bytes: ByteStream<'static>, size: u64, send: mpsc::Sender<Bytes>) -> Result<(), FilesError> {
    let mut left = size;
    while let Some(next) = bytes.next().await {
        let next = next?;
        left = left.saturating_sub(next.len() as u64);
        if send.send(next).await.is_err() {
            // Who writes them says why.
            return Ok(());
        }
    }
    if left > 0 { Err(FilesError::Length) } else { Ok(()) }
}

/// Whether bytes are gone for good; else they may be there the next time.
fn is_lost(error: &FilesError) -> bool {
    matches!(error, FilesError::Missing | FilesError::Damaged(_) | FilesError::Length)
}

async fn give_up<T>(sink: Sink, error: ExportError) -> Result<T, ExportError> {
    aside(move || drop(sink)).await?;
    Err(error)
}
