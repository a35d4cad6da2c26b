//! A bucket passes the suite of the contract: that of a server of its own, moto's, which `PALIMPSEST_TEST_MOTO` names.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "these are tests")]

use std::io::{BufRead, BufReader};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use object_store::ObjectStoreExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use palimpsest_files::{Bucket, BucketFiles};
use palimpsest_model::{FileHash, Timestamp};
use palimpsest_store::conformance::keeping::{self, Place};
use palimpsest_store::{Files, FilesError};

const NOW: Timestamp = Timestamp(1_795_000_000_000);

/// A server that speaks S3, with one bucket; it ends with this.
struct S3 {
    process: Child,
    address: String,
    mine: AmazonS3,
}

impl S3 {
    async fn start() -> Self {
        let program = std::env::var("PALIMPSEST_TEST_MOTO").expect(
            "run `cargo xtask test`, or name the program moto_server of the packages moto[s3], Flask and flask-cors",
        );
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", "0"]).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = said
            .by_ref()
            .find_map(|line| Some(line.unwrap().split_once("Running on ")?.1.trim().to_owned()))
            .expect("it says where it runs");
        // Nobody else reads what it says, and it must never wait for that.
        std::thread::spawn(move || said.count());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        assert!(http.put(format!("{address}/mine")).send().await.unwrap().status().is_success());
        let mine = AmazonS3Builder::new().with_endpoint(&address).with_allow_http(true).with_bucket_name("mine");
        let mine = mine.with_access_key_id("key").with_secret_access_key("secret").build().unwrap();
        Self { process, address, mine }
    }

    fn settings(&self) -> Vec<(String, String)> {
        let settings = [
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ENDPOINT_URL", &self.address),
            ("AWS_ALLOW_HTTP", "true"),
            ("HOME", "is no setting of it"),
        ];
        settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    fn place(&self, prefix: &str) -> InBucket<'_> {
        let folder = tempfile::tempdir().unwrap();
        let bucket: Bucket = format!("s3://mine/{prefix}").parse().unwrap();
        let files = BucketFiles::open(&bucket, folder.path(), self.settings()).unwrap();
        InBucket { s3: self, files, prefix: bucket.prefix, _folder: folder }
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct InBucket<'s> {
    s3: &'s S3,
    files: BucketFiles,
    prefix: String,
    _folder: tempfile::TempDir,
}

impl InBucket<'_> {
    fn path(&self, hash: FileHash) -> Path {
        Path::from(format!("{}/files/{hash}", self.prefix))
    }

    async fn replace(&self, hash: FileHash, change: impl FnOnce(&mut Vec<u8>)) {
        let path = self.path(hash);
        let mut bytes = self.s3.mine.get(&path).await.unwrap().bytes().await.unwrap().to_vec();
        change(&mut bytes);
        self.s3.mine.put(&path, bytes.into()).await.unwrap();
    }
}

impl Place for InBucket<'_> {
    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn damage(&self, hash: FileHash, place: usize) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.replace(hash, move |bytes| bytes[place] ^= 1))
    }

    fn cut(&self, hash: FileHash, length: usize) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.replace(hash, move |bytes| bytes.truncate(length)))
    }
}

macro_rules! pass_all {
    ($s3:expr; $($check:ident),+ $(,)?) => {
        $(
            eprintln!("{}", stringify!($check));
            keeping::$check(&$s3.place(stringify!($check))).await;
        )+
    };
}

/// One server for all checks, each in its own part of one bucket.
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_passes_the_suite() {
    let s3 = S3::start().await;
    palimpsest_store::files_checks!(pass_all => s3);
}

/// A file of many pieces is sent in pieces and is there wholly; what is cut off there is damaged. Two parts of one bucket know
/// nothing of each other, and without a bucket nothing is kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_to_a_bucket_in_pieces() {
    let s3 = S3::start().await;
    let place = s3.place("");
    let piece = |number: u8| Ok(Bytes::from(vec![number; 1_000_000]));
    let kept = place.files.put(Box::pin(stream::iter(0..20).map(piece)), u64::MAX, NOW).await.unwrap();
    assert_eq!(place.files.size(kept.hash).await, Ok(Some(20_000_000)));
    let tag = place.s3.mine.head(&place.path(kept.hash)).await.unwrap().e_tag.unwrap();
    assert!(tag.contains("-4"), "four pieces: {tag}");
    let mut reading = place.files.open(kept.hash, 7_999_990..8_000_010).await.unwrap();
    let mut read = Vec::new();
    while let Some(next) = reading.next().await {
        read.extend_from_slice(&next.unwrap());
    }
    assert_eq!(read, [vec![7; 10], vec![8; 10]].concat());

    let other = s3.place("other");
    assert_eq!(other.files.list(None, 9).await, Ok(Vec::new()));
    assert!(matches!(other.files.open(kept.hash, 0..9).await.map(drop), Err(FilesError::Missing)));

    place.replace(kept.hash, |bytes| bytes.truncate(19_999_999)).await;
    let mut reading = place.files.open(kept.hash, 19_950_000..20_000_000).await.unwrap();
    let met = reading.next().await.unwrap().map(|bytes| bytes.len());
    assert_eq!(met, Err(FilesError::Damaged(kept.hash)));

    let nowhere: Bucket = "s3://nowhere".parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = BucketFiles::open(&nowhere, folder.path(), s3.settings()).unwrap();
    let refused = files.put(Box::pin(stream::iter([Ok(Bytes::from_static(b"a"))])), 9, NOW).await;
    assert!(matches!(refused, Err(FilesError::Missing | FilesError::Unavailable(_))), "{refused:?}");
}

/// A part of a bucket is that of the first store that comes, until another takes it; its name is no file.
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_has_one_owner() {
    let s3 = S3::start().await;
    let (place, same, other) = (s3.place("notes"), s3.place("notes"), s3.place("others"));
    let (one, two) = (place.files.claim("one", false), same.files.claim("two", false));
    let (one, two) = tokio::join!(one, two);
    assert_ne!(one.unwrap(), two.unwrap(), "of two that come at once one has it");
    let take = |name: &'static str| place.files.claim(name, true);
    assert_eq!(take("one").await, Ok(true));
    assert_eq!(same.files.claim("two", false).await, Ok(false));
    assert_eq!(place.files.claim("one", false).await, Ok(true));
    assert_eq!(other.files.claim("two", false).await, Ok(true), "another prefix is another place");
    assert_eq!(take("two").await, Ok(true));
    assert_eq!(place.files.claim("one", false).await, Ok(false));
    assert_eq!(place.files.list(None, 9).await, Ok(Vec::new()));
}

/// Without leave to do so, nothing goes over a connection that anybody could read.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_not_sent_in_the_open() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let settings = [("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_ENDPOINT_URL", &address)];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let files = BucketFiles::open(&"s3://mine".parse().unwrap(), folder.path(), settings).unwrap();
    assert!(matches!(files.list(None, 1).await, Err(FilesError::Unavailable(_))));
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody called");
}
