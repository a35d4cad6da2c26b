//! A place for files in trouble, and clients that break off.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::Method;
use palimpsest_engine::PART_SIZE;
use palimpsest_model::{FileHash, ObjectId, Timestamp};
use palimpsest_server::Limits;
use palimpsest_store::{ByteStream, Files, FilesError, Filing, Kept, MemoryFiles, StoreError};
use tokio::sync::Mutex;

use super::{begin, complete, content, part_of, send};
use crate::app::{App, Lab, unhurried};
use crate::faulty::{Fault, Faulty};

/// A place that has no room while it is told so.
#[derive(Default)]
pub(super) struct Cramped {
    inner: MemoryFiles,
    pub(super) is_full: AtomicBool,
    /// Parts are put together while nobody has it.
    pub(super) joining: Mutex<()>,
    pub(super) joins: AtomicUsize,
}

impl Cramped {
    fn room(&self) -> Result<(), FilesError> {
        if self.is_full.load(Ordering::SeqCst) { Err(FilesError::Full) } else { Ok(()) }
    }
}

impl Files for Cramped {
    fn put_part<'a>(&'a self, upload: ObjectId, number: u32, size: u64, mut bytes: ByteStream<'a>) -> Filing<'a, ()> {
        Box::pin(async move {
            if let Err(error) = self.room() {
                // It takes a while until a disk is full.
                bytes.next().await;
                return Err(error);
            }
            // Some places ask once more after the last.
            let whole: Vec<_> = bytes.by_ref().collect().await;
            assert!(bytes.next().await.is_none());
            self.inner.put_part(upload, number, size, Box::pin(stream::iter(whole))).await
        })
    }

    fn parts(&self, upload: ObjectId) -> Filing<'_, BTreeMap<u32, u64>> {
        self.inner.parts(upload)
    }

    fn join(&self, upload: ObjectId, count: u32, now: Timestamp) -> Filing<'_, Kept> {
        Box::pin(async move {
            self.room()?;
            self.joins.fetch_add(1, Ordering::SeqCst);
            drop(self.joining.lock().await);
            self.inner.join(upload, count, now).await
        })
    }

    fn discard(&self, upload: ObjectId) -> Filing<'_, ()> {
        self.inner.discard(upload)
    }

    fn uploads(&self) -> Filing<'_, Vec<ObjectId>> {
        self.inner.uploads()
    }

    fn put<'a>(&'a self, bytes: ByteStream<'a>, limit: u64, now: Timestamp) -> Filing<'a, Kept> {
        Box::pin(async move {
            self.room()?;
            self.inner.put(bytes, limit, now).await
        })
    }

    fn size(&self, hash: FileHash) -> Filing<'_, Option<u64>> {
        self.inner.size(hash)
    }

    fn open(&self, hash: FileHash, range: Range<u64>) -> Filing<'_, ByteStream<'static>> {
        self.inner.open(hash, range)
    }

    fn list(&self, after: Option<FileHash>, limit: usize) -> Filing<'_, Vec<FileHash>> {
        self.inner.list(after, limit)
    }

    fn remove(&self, hash: FileHash, before: Timestamp) -> Filing<'_, bool> {
        self.inner.remove(hash, before)
    }
}

const FULL: &str = "No space is left for files; nothing of this was kept";

#[tokio::test]
async fn a_full_disk_is_told_and_the_upload_goes_on_when_there_is_room() {
    let files = Arc::new(Cramped::default());
    let lab = Lab::in_app(App::taking(Arc::clone(&files) as _, 1000)).await;
    let upload = begin(&lab, "a.png", 5).await;
    files.is_full.store(true, Ordering::SeqCst);
    let reply = lab.put(&part_of(&upload, 1), content(5)).await;
    reply.refusal(503, "cap_service_unavailable", FULL);
    assert_eq!(reply.header("retry-after"), Some("1"));
    files.is_full.store(false, Ordering::SeqCst);
    send(&lab, &upload, &content(5)).await;
    files.is_full.store(true, Ordering::SeqCst);
    let head = lab.head().await;
    complete(&lab, &upload).await.refusal(503, "cap_service_unavailable", FULL);
    assert_eq!(lab.head().await, head);
    files.is_full.store(false, Ordering::SeqCst);
    complete(&lab, &upload).await.ok();
}

#[tokio::test]
async fn what_a_refusal_left_of_a_part_is_drained() {
    let files = Arc::new(Cramped::default());
    let lab = Lab::in_app(App::taking(Arc::clone(&files) as _, 1 << 30)).await;
    let upload = begin(&lab, "a.png", 5000).await;
    files.is_full.store(true, Ordering::SeqCst);
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    let pieces = stream::iter((0..50).map(move |_| {
        counted.fetch_add(100, Ordering::SeqCst);
        Ok::<_, std::io::Error>(Bytes::from_static(&[0; 100]))
    }));
    let reply = lab.app.send(lab.ask(Method::PUT, &part_of(&upload, 1)).body(Body::from_stream(pieces))).await;
    reply.refusal(503, "cap_service_unavailable", FULL);
    assert_eq!((taken.load(Ordering::SeqCst), reply.header("connection")), (5000, None), "the connection goes on");
}

#[tokio::test]
async fn a_part_that_breaks_off_leaves_nothing() {
    let lab = Lab::in_app(App::new(Limits { pause: Duration::from_millis(30), ..unhurried() })).await;
    let upload = begin(&lab, "a.png", 5).await;
    let piece = || stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"abc"))]);
    let breaks = piece().chain(stream::iter([Err(std::io::ErrorKind::ConnectionReset.into())]));
    let stalls = piece().chain(stream::pending());
    for body in [Body::from_stream(breaks), Body::from_stream(stalls)] {
        let reply = lab.app.send(lab.ask(Method::PUT, &part_of(&upload, 1)).body(body)).await;
        reply.refusal(400, "cap_invalid_input", "The body ended early");
    }
    complete(&lab, &upload).await.refusal(400, "cap_invalid_input", "✖ Missing parts of 1: 1\n  → at id");
    send(&lab, &upload, &content(5)).await;
    complete(&lab, &upload).await.ok();
}

#[tokio::test]
async fn a_store_in_trouble_after_a_part_costs_no_part() {
    let store = Arc::new(Faulty::default());
    let lab = Lab::in_app(App::over(Arc::clone(&store) as _, unhurried())).await;
    let bytes = content(PART_SIZE + 3);
    let upload = begin(&lab, "a.png", PART_SIZE + 3).await;
    lab.put(&part_of(&upload, 1), bytes.slice(..5_242_880)).await.ok();
    // The upload is looked up, the part is read, and then it is looked up again.
    let (last, breaking) = (bytes.slice(5_242_880..), Arc::clone(&store));
    let body = stream::once(async move {
        breaking.breaks(Fault::Fails(StoreError::Busy));
        Ok::<_, std::io::Error>(last)
    });
    let reply = lab.app.send(lab.ask(Method::PUT, &part_of(&upload, 2)).body(Body::from_stream(body))).await;
    assert_eq!((reply.status, &*reply.code()), (503, "cap_service_unavailable"));
    store.heals();
    complete(&lab, &upload).await.ok();
}

#[tokio::test]
async fn a_slow_part_has_more_time_than_other_requests() {
    let limits = Limits { request_time: Duration::from_millis(30), ..unhurried() };
    let lab = Lab::in_app(App::new(limits)).await;
    let upload = begin(&lab, "a.png", 3).await;
    let slow = stream::iter(["a", "b", "c"]).then(|piece| async move {
        tokio::time::sleep(Duration::from_millis(30)).await;
        Ok::<_, std::io::Error>(Bytes::from_static(piece.as_bytes()))
    });
    lab.app.send(lab.ask(Method::PUT, &part_of(&upload, 1)).body(Body::from_stream(slow))).await.ok();
}
