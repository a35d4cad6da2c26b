//! Files in a bucket that speaks S3.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, RetryConfig};
use palimpsest_model::{FileHash, ObjectId, Timestamp};
use palimpsest_store::{ByteStream, Files, FilesError, Filing, Kept};
use tokio::sync::RwLock;

use crate::connector::Connector;
use crate::disk::Disk;
use crate::owner::claim;
use crate::place::Bucket;
use crate::reading::Asked;
use crate::sidecar::Sidecar;
use crate::spool::Spooled;
use crate::staging::Staging;
use crate::transfer::{fetch, fetch_whole, remove, send, unreachable};

/// Files whose names share a turn: any number is put at a time, and none is removed meanwhile.
const TURNS: usize = 64;

/// How often a request is sent again that met a failure which may pass, and until when after it was first sent: a piece that took
/// as long as it may is sent once more.
const RETRIES: usize = 4;
const RETRIED_FOR: Duration = Duration::from_secs(5 * 60);

/// Keeps files in a bucket: `files/<SHA-256>`, with a sidecar at `sums/<SHA-256>`, and at `owner` the name of the store that may
/// remove any. What is being sent lies in the data folder.
///
/// The sidecar of a file is put after the file and removed before it: what has a sidecar is whole. A file that is there is put
/// anew all the same, so that what had become damaged is whole again.
#[derive(Clone, Debug)]
pub struct BucketFiles {
    store: Arc<dyn ObjectStore>,
    prefix: String,
    staging: Staging,
    turns: Arc<[RwLock<()>; TURNS]>,
}

impl BucketFiles {
    /// Names a bucket that no other server has, with settings by the names of the environment (`AWS_ACCESS_KEY_ID`,
    /// `AWS_ENDPOINT_URL`, …), and opens the folder for what is being sent. The bucket is not asked for anything.
    ///
    /// # Errors
    /// When the settings are none, or the folder cannot be made.
    pub fn open(
        bucket: &Bucket,
        data: &Path,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, FilesError> {
        let mut builder = AmazonS3Builder::new();
        for (name, value) in settings {
            if name.starts_with("AWS_")
                && let Ok(key) = name.to_ascii_lowercase().parse()
            {
                builder = builder.with_config(key, value);
            }
        }
        let retry = RetryConfig { max_retries: RETRIES, retry_timeout: RETRIED_FOR, ..RetryConfig::default() };
        let builder = builder.with_bucket_name(&bucket.name).with_http_connector(Connector).with_retry(retry);
        let store = builder.build().map_err(unreachable)?;
        let staging = Staging::open(data, data.join("uploads").join(".whole"), Disk::default())?;
        let turns = Arc::new([const { RwLock::const_new(()) }; TURNS]);
        Ok(Self { store: Arc::new(store), prefix: bucket.prefix.clone(), staging, turns })
    }

    fn key(&self, folder: &str, hash: FileHash) -> Key {
        Key::from(format!("{}/{folder}/{hash}", self.prefix))
    }

    fn turn(&self, hash: FileHash) -> &RwLock<()> {
        &self.turns[usize::from(hash.0[0]) % TURNS]
    }

    async fn keep(&self, spooled: Spooled, now: Timestamp) -> Result<Kept, FilesError> {
        let kept = Kept { hash: spooled.hash, size: spooled.sums.size };
        let _turn = self.turn(kept.hash).read().await;
        send(&*self.store, &self.key("files", kept.hash), &spooled).await?;
        let sidecar = Sidecar { put: now, sums: spooled.sums };
        self.store.put(&self.key("sums", kept.hash), sidecar.write().into()).await.map_err(unreachable)?;
        Ok(kept)
    }

    async fn sidecar(&self, hash: FileHash) -> Result<Option<Sidecar>, FilesError> {
        let found = fetch_whole(&*self.store, &self.key("sums", hash)).await?;
        found.map(|bytes| Sidecar::read(&bytes).ok_or(FilesError::Damaged(hash))).transpose()
    }
}

impl Files for BucketFiles {
    fn claim<'a>(&'a self, owner: &'a str, take: bool) -> Filing<'a, bool> {
        Box::pin(async move { claim(&*self.store, &Key::from(format!("{}/owner", self.prefix)), owner, take).await })
    }

    fn put_part<'a>(&'a self, upload: ObjectId, number: u32, size: u64, bytes: ByteStream<'a>) -> Filing<'a, ()> {
        Box::pin(self.staging.put_part(upload, number, size, bytes))
    }

    fn parts(&self, upload: ObjectId) -> Filing<'_, BTreeMap<u32, u64>> {
        Box::pin(self.staging.parts(upload))
    }

    fn join(&self, upload: ObjectId, count: u32, now: Timestamp) -> Filing<'_, Kept> {
        Box::pin(async move { self.keep(self.staging.join(upload, count).await?, now).await })
    }

    fn discard(&self, upload: ObjectId) -> Filing<'_, ()> {
        Box::pin(self.staging.discard(upload))
    }

    fn uploads(&self) -> Filing<'_, Vec<ObjectId>> {
        Box::pin(self.staging.uploads())
    }

    fn put<'a>(&'a self, bytes: ByteStream<'a>, limit: u64, now: Timestamp) -> Filing<'a, Kept> {
        Box::pin(async move { self.keep(self.staging.receive(bytes, limit).await?, now).await })
    }

    fn size(&self, hash: FileHash) -> Filing<'_, Option<u64>> {
        Box::pin(async move { Ok(self.sidecar(hash).await?.map(|sidecar| sidecar.sums.size)) })
    }

    fn open(&self, hash: FileHash, range: Range<u64>) -> Filing<'_, ByteStream<'static>> {
        Box::pin(async move {
            let sidecar = self.sidecar(hash).await?.ok_or(FilesError::Missing)?;
            let asked = Asked::new(hash, sidecar.sums, &range);
            fetch(Arc::clone(&self.store), &self.key("files", hash), asked).await
        })
    }

    fn list(&self, after: Option<FileHash>, limit: usize) -> Filing<'_, Vec<FileHash>> {
        Box::pin(async move {
            let folder = Key::from(format!("{}/files", self.prefix));
            let mut found = match after {
                Some(after) => self.store.list_with_offset(Some(&folder), &self.key("files", after)),
                None => self.store.list(Some(&folder)),
            };
            let mut names = Vec::new();
            while names.len() < limit
                && let Some(next) = found.next().await
            {
                let next = next.map_err(unreachable)?;
                names.extend(next.location.filename().and_then(|name| name.parse::<FileHash>().ok()));
            }
            Ok(names)
        })
    }

    fn remove(&self, hash: FileHash, before: Timestamp) -> Filing<'_, bool> {
        Box::pin(async move {
            // Who waits would keep others from putting; what is being put is young anyway.
            let Ok(_turn) = self.turn(hash).try_write() else { return Ok(false) };
            let file = self.key("files", hash);
            match self.sidecar(hash).await {
                Ok(Some(sidecar)) if sidecar.put >= before => return Ok(false),
                // What has no sidecar cannot be read and is as old as can be.
                Ok(_) | Err(FilesError::Damaged(_)) => {}
                Err(error) => return Err(error),
            }
            match self.store.head(&file).await.map_err(unreachable) {
                Ok(_) => {}
                Err(FilesError::Missing) => return Ok(false),
                Err(error) => return Err(error),
            }
            remove(&*self.store, &self.key("sums", hash)).await?;
            remove(&*self.store, &file).await?;
            Ok(true)
        })
    }
}
