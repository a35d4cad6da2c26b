//! The bytes that a link leads to, and their headers.

use http::Method;
use palimpsest_server::Limits;

use super::Media;
use crate::app::{App, Ask, Lab, unhurried};

async fn media() -> Media {
    Media::new(b"bytes of a gel", "gel 1.png", "image/png").await
}

#[tokio::test]
async fn a_file_comes_with_all_its_headers() {
    let media = media().await;
    let link = media.link().await;
    let hash = link.split('/').nth(2).unwrap();
    let reply = media.get(&link).await;
    assert_eq!((reply.status, &*reply.body), (200, &b"bytes of a gel"[..]));
    for (name, value) in [
        ("content-type", "image/png"),
        ("content-length", "14"),
        ("etag", &format!("\"{hash}\"")),
        ("accept-ranges", "bytes"),
        ("content-disposition", "inline; filename=\"gel 1.png\"; filename*=UTF-8''gel%201.png"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "private, max-age=7200"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn head_tells_the_same_of_the_whole() {
    let media = media().await;
    let link = media.link().await;
    let named = |method| Ask::new(method, &link).header("x-request-id", "r");
    let get = media.lab.app.send(named(Method::GET)).await;
    let head = media.lab.app.send(named(Method::HEAD).header("range", "bytes=0-1")).await;
    assert_eq!((head.status, head.body.len(), &head.headers), (200, 0, &get.headers));
}

#[tokio::test]
async fn who_has_the_bytes_is_told_so() {
    let media = media().await;
    let etag = media.get(&media.link().await).await.header("etag").unwrap().to_owned();
    for known in [&etag, "*", &format!("W/{etag}"), &format!("\"other\", {etag}")] {
        let reply = media.get_with("if-none-match", known).await;
        assert_eq!((reply.status, reply.body.len(), reply.header("etag")), (304, 0, Some(&*etag)), "{known}");
        assert_eq!(reply.header("cache-control"), Some("private, max-age=7200"));
    }
    assert_eq!(media.get_with("if-none-match", "\"other\"").await.status, 200);
    for matching in [&etag, "*"] {
        assert_eq!(media.get_with("if-match", matching).await.status, 200);
    }
    for other in ["\"other\"", &format!("W/{etag}")] {
        let message = "If-Match names other bytes than those of this file";
        media.get_with("if-match", other).await.refusal(412, "cap_precondition_failed", message);
    }
}

#[tokio::test]
async fn a_file_of_no_bytes_is_one() {
    let media = Media::new(b"", "empty", "image/png").await;
    let reply = media.get(&media.link().await).await;
    assert_eq!((reply.status, reply.body.len(), reply.header("content-length")), (200, 0, Some("0")));
    assert_eq!(media.get_with("range", "bytes=0-").await.status, 416);
}

#[tokio::test]
async fn bytes_that_are_gone_are_not_found() {
    let media = media().await;
    let link = media.link().await;
    let hash = link.split('/').nth(2).unwrap().parse().unwrap();
    let engine = &media.lab.app.engine;
    media.lab.app.clock.advance(1);
    assert!(engine.files().unwrap().remove(hash, engine.now()).await.unwrap());
    for method in [Method::GET, Method::HEAD] {
        assert_eq!(media.lab.app.send(Ask::new(method, &link)).await.status, 404);
    }
    media.get(&link).await.refusal(404, "cap_not_found", "File not found");
}

#[tokio::test]
async fn pages_of_named_origins_may_read_files() {
    let origins = vec!["https://notes.example".parse().unwrap()];
    let lab = Lab::in_app(App::new(Limits { origins, ..unhurried() })).await;
    let media = Media::in_lab(lab, b"bytes of a gel", "gel.png", "image/png").await;
    let allowed = async |origin: &str| {
        let reply = media.get_with("origin", origin).await;
        assert_eq!((reply.status, reply.header("cross-origin-resource-policy")), (200, Some("cross-origin")));
        reply.header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(allowed("https://notes.example").await.as_deref(), Some("https://notes.example"));
    assert_eq!(allowed("https://evil.example").await, None);
}
