//! The bytes of what a URL leads to.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use palimpsest_engine::{ByteStream, Fetch, Fetched, Fetching, FilesError, WebPage};
use palimpsest_store::MemoryStore;
use serde_json::{Value, json};

use super::completing::stored;
use super::trouble::Cramped;
use crate::app::{App, Lab, unhurried};
use crate::wire::id;

/// A network whose pages have bytes, some of which end early.
struct Network;

impl Fetch for Network {
    fn fetch<'f>(&'f self, url: &'f str) -> Fetching<'f> {
        let long = format!("image/{}", "x".repeat(250));
        let kind = match url.rsplit('.').next() {
            Some("png") => "image/png",
            Some("pdf") => "application/pdf",
            Some("zip") => "application/zip",
            Some("two") => "image/png;,text/html",
            Some("long") => &long,
            _ => "text/html",
        };
        let page = WebPage { content_type: kind.to_owned(), host: "e.org".to_owned(), ..WebPage::default() };
        let end = url.contains("broken").then(|| Err(FilesError::Interrupted("it broke".to_owned())));
        let pieces = ["ab", "cde"].map(|piece| Ok(Bytes::from_static(piece.as_bytes())));
        let pieces: Vec<_> = if url.contains("empty") { Vec::new() } else { pieces.into_iter().chain(end).collect() };
        let bytes = stream::iter(pieces);
        let bytes: ByteStream<'static> = match url.contains("stalls") {
            true => Box::pin(bytes.chain(stream::pending())),
            false => Box::pin(bytes),
        };
        Box::pin(async { Some(Fetched { page, bytes: Some(bytes) }) })
    }
}

async fn lab(max_file: u64) -> (Lab, Arc<Cramped>) {
    let files = Arc::new(Cramped::default());
    let app = App::taking_and_fetching(Arc::clone(&files) as _, max_file, Network);
    (Lab::in_app(app).await, files)
}

#[tokio::test]
async fn what_takes_too_long_to_keep_is_made_without_its_bytes() {
    let files = Arc::new(Cramped::default());
    let app = App::with(Arc::new(MemoryStore::new()), unhurried(), |engine| {
        engine.keeping(files).fetching(Arc::new(Network)).waiting(Duration::from_millis(200))
    });
    let lab = Lab::in_app(app).await;
    let made = link(&lab, "https://e.org/stalls.png").await;
    assert_eq!(made["structureId"], "MediaImage", "what was seen of it is kept");
    assert_eq!(made.get("files"), None, "{made}");
    assert_eq!(stored(&lab, &id(&link(&lab, "https://e.org/a.png").await)).await, "abcde");
}

async fn link(lab: &Lab, url: &str) -> Value {
    lab.post("/object/url", &json!({"url": url})).await.ok()
}

#[tokio::test]
async fn media_that_a_url_leads_to_is_kept_with_its_bytes() {
    let (lab, _) = lab(1000).await;
    for (url, structure) in [("https://e.org/a%20b.png", "MediaImage"), ("https://e.org/a.pdf", "MediaPDF")] {
        let made = link(&lab, url).await;
        assert_eq!(made["structureId"], structure);
        assert_eq!(made["properties"]["media_fileSize"], json!({"type": "number", "number": {"value": 5}}));
        assert_eq!(made["properties"]["media_URLReference"]["url"]["value"], url);
        assert_eq!(stored(&lab, &id(&made)).await, "abcde");
    }
}

#[tokio::test]
async fn a_name_that_is_too_long_is_cut() {
    let (lab, _) = lab(1000).await;
    let made = link(&lab, &format!("https://e.org/{}.png", "%C3%A9".repeat(600))).await;
    let file = super::completing::file(&lab, &id(&made)).await;
    assert_eq!((file.name, file.size), ("é".repeat(512), 5));
}

#[tokio::test]
async fn what_cannot_be_kept_is_made_without_its_bytes() {
    let (lab, files) = lab(4).await;
    let bare = |made: &Value| {
        assert_eq!((&made["structureId"], &made["files"]), (&json!("MediaImage"), &Value::Null), "{made}");
        assert!(
            made["properties"]["media_fileSize"].get("number").is_none_or(|size| size["value"].is_null()),
            "{made}"
        );
    };
    bare(&link(&lab, "https://e.org/too-large.png").await);
    bare(&link(&lab, "https://e.org/empty.png").await);
    files.is_full.store(true, Ordering::SeqCst);
    bare(&link(&lab, "https://e.org/full.png").await);
    let (lab, _) = self::lab(1000).await;
    bare(&link(&lab, "https://e.org/broken.png").await);
}

#[tokio::test]
async fn of_what_is_no_media_nothing_is_kept() {
    let (lab, _) = lab(1000).await;
    // Nor of what says that it is several things at once, or what nobody could write down.
    for url in ["https://e.org/a.html", "https://e.org/a.zip", "https://e.org/a.two", "https://e.org/a.long"] {
        assert_eq!(link(&lab, url).await["structureId"], "MediaWebResource");
    }
    assert_eq!(lab.app.engine.files().unwrap().list(None, 10).await.unwrap(), []);
}
