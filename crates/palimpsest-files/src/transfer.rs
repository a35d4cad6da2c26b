//! Bytes on their way to a bucket and back.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt};
use palimpsest_store::{ByteStream, FilesError};
use tokio::runtime::Handle;

use crate::disk::{blocking, failed};
use crate::reading::Asked;
use crate::spool::Spooled;

/// A file is sent in pieces of so many bytes, the fewest that the protocol takes, or of more when there were too many.
const PIECE: u64 = 5 << 20;
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
    Sending(Some(store.put_multipart(path).await.map_err(unreachable)?)).send(file, piece).await
}

/// A file that is sent in pieces. What was sent of it is taken back when it cannot be sent, or nobody waits for it any more.
struct Sending(Option<Box<dyn MultipartUpload>>);

impl Sending {
    async fn send(mut self, mut file: File, piece: u64) -> Result<(), FilesError> {
        while let Some(upload) = &mut self.0 {
            let (bytes, rest) = read_piece(file, piece).await?;
            if bytes.is_empty() {
                upload.complete().await.map_err(unreachable)?;
                self.0 = None;
                break;
            }
            upload.put_part(bytes.into()).await.map_err(unreachable)?;
            file = rest;
        }
        Ok(())
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(mut upload) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            // What stays of it costs room there until the bucket's own rules remove it.
            runtime.spawn(async move { upload.abort().await });
        }
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::pin::Pin;

    use object_store::{PutPayload, PutResult, UploadPart};
    use tokio::sync::mpsc;

    use super::*;

    /// What a bucket hears of an upload.
    #[derive(PartialEq, Eq, Debug)]
    enum Heard {
        Piece(usize),
        Completed,
        Aborted,
    }

    /// An upload to a bucket that takes so many pieces; then it does not answer, or fails.
    #[derive(Debug)]
    struct Upload {
        takes: usize,
        fails: bool,
        heard: mpsc::UnboundedSender<Heard>,
    }

    type Later<'a, T> = Pin<Box<dyn Future<Output = object_store::Result<T>> + Send + 'a>>;

    impl MultipartUpload for Upload {
        fn put_part(&mut self, data: PutPayload) -> UploadPart {
            self.heard.send(Heard::Piece(data.content_length())).unwrap();
            match self.takes.checked_sub(1) {
                Some(left) => self.takes = left,
                None if self.fails => {
                    return Box::pin(async {
                        Err(object_store::Error::NotImplemented {
                            operation: "all".to_owned(),
                            implementer: "nobody".to_owned(),
                        })
                    });
                }
                None => return Box::pin(std::future::pending()),
            }
            Box::pin(async { Ok(()) })
        }

        fn complete<'s, 'a>(&'s mut self) -> Later<'a, PutResult>
        where
            's: 'a,
            Self: 'a,
        {
            self.heard.send(Heard::Completed).unwrap();
            Box::pin(async { Ok(PutResult { e_tag: None, version: None, extensions: Default::default() }) })
        }

        fn abort<'s, 'a>(&'s mut self) -> Later<'a, ()>
        where
            's: 'a,
            Self: 'a,
        {
            self.heard.send(Heard::Aborted).unwrap();
            Box::pin(async { Ok(()) })
        }
    }

    #[tokio::test]
    async fn what_was_sent_in_pieces_is_completed_or_taken_back() {
        let begin = |takes, fails| {
            let (heard, hears) = mpsc::unbounded_channel();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&[1; 25]).unwrap();
            std::io::Seek::rewind(&mut file).unwrap();
            (Sending(Some(Box::new(Upload { takes, fails, heard }))).send(file, 10), hears)
        };
        let (sending, mut hears) = begin(3, false);
        assert_eq!(sending.await, Ok(()));
        for heard in [Heard::Piece(10), Heard::Piece(10), Heard::Piece(5), Heard::Completed] {
            assert_eq!(hears.recv().await, Some(heard));
        }
        assert_eq!(hears.recv().await, None);

        let (sending, mut hears) = begin(1, true);
        assert!(matches!(sending.await, Err(FilesError::Unavailable(_))));
        for heard in [Heard::Piece(10), Heard::Piece(10), Heard::Aborted] {
            assert_eq!(hears.recv().await, Some(heard));
        }
        assert_eq!(hears.recv().await, None);

        let (sending, mut hears) = begin(1, false);
        let sending = tokio::spawn(sending);
        for heard in [Heard::Piece(10), Heard::Piece(10)] {
            assert_eq!(hears.recv().await, Some(heard));
        }
        sending.abort();
        assert_eq!(hears.recv().await, Some(Heard::Aborted), "nobody waits any more");
        assert_eq!(hears.recv().await, None);
    }
}
