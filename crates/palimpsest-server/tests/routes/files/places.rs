//! Places of files in trouble: what cannot be had is a refusal or a body that ends early, never a wrong byte.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::Method;
use palimpsest_model::{FileHash, ObjectId, Timestamp};
use palimpsest_server::Limits;
use palimpsest_store::{ByteStream, Files, FilesError, Filing, Kept, MemoryFiles};

use super::Media;
use crate::app::{App, Ask, Lab, unhurried};

/// What is wrong with the bytes that are opened.
#[derive(Clone, Copy)]
enum Trouble {
    DamagedAtOnce,
    DamagedLater,
    Unavailable,
    /// After the first half nothing comes.
    Stalls,
    /// Each comes after a pause.
    Slow(Duration),
}

/// Files in memory that are handed out with trouble.
struct Troubled(MemoryFiles, Trouble);

impl Files for Troubled {
    fn put_part<'a>(&'a self, upload: ObjectId, number: u32, size: u64, bytes: ByteStream<'a>) -> Filing<'a, ()> {
        self.0.put_part(upload, number, size, bytes)
    }

    fn parts(&self, upload: ObjectId) -> Filing<'_, BTreeMap<u32, u64>> {
        self.0.parts(upload)
    }

    fn join(&self, upload: ObjectId, count: u32, now: Timestamp) -> Filing<'_, Kept> {
        self.0.join(upload, count, now)
    }

    fn discard(&self, upload: ObjectId) -> Filing<'_, ()> {
        self.0.discard(upload)
    }

    fn uploads(&self) -> Filing<'_, Vec<ObjectId>> {
        self.0.uploads()
    }

    fn put<'a>(&'a self, bytes: ByteStream<'a>, limit: u64, now: Timestamp) -> Filing<'a, Kept> {
        self.0.put(bytes, limit, now)
    }

    fn size(&self, hash: FileHash) -> Filing<'_, Option<u64>> {
        self.0.size(hash)
    }

    fn open(&self, hash: FileHash, range: Range<u64>) -> Filing<'_, ByteStream<'static>> {
        Box::pin(async move {
            let half = range.start + (range.end - range.start) / 2;
            let first = self.0.open(hash, range.start..half).await?;
            let second = self.0.open(hash, half..range.end).await?;
            let damaged = || stream::iter([Err(FilesError::Damaged(hash))]);
            let bytes: ByteStream<'static> = match self.1 {
                Trouble::DamagedAtOnce => Box::pin(damaged().chain(first)),
                Trouble::DamagedLater => Box::pin(first.chain(damaged())),
                Trouble::Unavailable => return Err(FilesError::Unavailable("bucket on fire".to_owned())),
                Trouble::Stalls => Box::pin(first.chain(stream::pending())),
                Trouble::Slow(pause) => Box::pin(first.chain(second).then(move |bytes| async move {
                    tokio::time::sleep(pause).await;
                    bytes
                })),
            };
            Ok(bytes)
        })
    }

    fn list(&self, after: Option<FileHash>, limit: usize) -> Filing<'_, Vec<FileHash>> {
        self.0.list(after, limit)
    }

    fn remove(&self, hash: FileHash, before: Timestamp) -> Filing<'_, bool> {
        self.0.remove(hash, before)
    }
}

async fn media(trouble: Trouble, limits: Limits) -> Media {
    let lab = Lab::in_app(App::keeping(Troubled(MemoryFiles::default(), trouble), limits)).await;
    Media::in_lab(lab, b"bytes of a gel", "gel.png", "image/png").await
}

/// How the body of the file comes.
async fn body(media: &Media) -> Result<Bytes, String> {
    media.lab.app.body(Ask::new(Method::GET, &media.link().await)).await
}

#[tokio::test]
async fn bytes_that_are_damaged_at_once_are_an_internal_error_that_says_nothing_of_them() {
    let media = media(Trouble::DamagedAtOnce, unhurried()).await;
    let link = media.link().await;
    let reply = media.get(&link).await;
    assert_eq!((reply.status, &*reply.code()), (500, "cap_server_error"));
    let text = String::from_utf8(reply.body.to_vec()).unwrap();
    assert!(!text.contains(link.split('/').nth(2).unwrap()) && !text.contains("damaged"), "{text}");
}

#[tokio::test]
async fn a_file_that_was_cut_off_is_never_told_to_be_whole() {
    let files = Arc::new(MemoryFiles::default());
    let lab = Lab::in_app(App::taking(Arc::clone(&files) as _, 1000)).await;
    let media = Media::in_lab(lab, b"bytes of a gel", "gel.png", "image/png").await;
    let link = media.link().await;
    let [hash] = files.list(None, 9).await.unwrap()[..] else { panic!() };
    for length in [13, 0] {
        files.cut(hash, length);
        for method in [Method::GET, Method::HEAD] {
            assert_eq!(media.lab.app.send(Ask::new(method, &link)).await.status, 500, "{length}");
        }
    }
}

#[tokio::test]
async fn bytes_that_turn_out_damaged_end_the_answer_early() {
    let error = body(&media(Trouble::DamagedLater, unhurried()).await).await.unwrap_err();
    assert!(error.contains("damaged"), "{error}");
}

#[tokio::test]
async fn a_place_that_cannot_be_reached_is_503() {
    let media = media(Trouble::Unavailable, unhurried()).await;
    let reply = media.get(&media.link().await).await;
    assert_eq!(reply.header("retry-after"), Some("1"));
    reply.refusal(503, "cap_service_unavailable", "The files cannot be reached; try again shortly");
}

#[tokio::test]
async fn bytes_that_stop_coming_end_the_answer() {
    let limits = Limits { request_time: Duration::from_millis(500), ..unhurried() };
    let error = body(&media(Trouble::Stalls, limits).await).await.unwrap_err();
    assert!(error.contains("do not come"), "{error}");
}

#[tokio::test]
async fn the_time_of_a_request_does_not_cut_a_long_answer() {
    let limits = Limits { request_time: Duration::from_secs(2), ..unhurried() };
    let media = media(Trouble::Slow(Duration::from_millis(1200)), limits).await;
    assert_eq!(body(&media).await.unwrap(), "bytes of a gel");
}
