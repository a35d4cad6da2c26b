//! The bytes of what is no page.

use std::time::Duration;

use palimpsest_fetch::{Download, FetchError, MAX_DOWNLOAD};

use crate::scripted::{PATIENCE, Reply, Server, Then, answered, html, on_stage, redirect};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n";

async fn open(server: &Server, url: &str) -> Option<Download> {
    server.fetcher().open(url).await.unwrap().1
}

async fn whole(mut download: Download) -> Result<Vec<u8>, FetchError> {
    let mut all = Vec::new();
    while let Some(bytes) = download.chunk().await? {
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}

#[tokio::test]
async fn what_is_no_page_can_be_downloaded_and_redirects_lead_there() {
    let reply = |target: &str| -> Reply {
        if target == "/" { redirect("/gel.png") } else { answered("200 OK", "Content-Type: image/png\r\n", "bytes") }
    };
    let server = Server::start(reply).await;
    let (page, download) = server.fetcher().open("http://page.test/").await.unwrap();
    assert_eq!((page.content_type.as_str(), page.final_url.path()), ("image/png", "/gel.png"));
    assert_eq!(whole(download.unwrap()).await.unwrap(), b"bytes");
    assert_eq!(server.targets(), ["/", "/gel.png"], "one request each");
}

#[tokio::test]
async fn of_a_page_and_of_what_is_encoded_there_is_nothing_to_download() {
    let server = Server::start(|_| html("<title>x</title>")).await;
    assert!(open(&server, "http://page.test/").await.is_none());
    let server =
        Server::start(|_| answered("200 OK", "Content-Type: image/png\r\nContent-Encoding: gzip\r\n", "x")).await;
    assert!(open(&server, "http://page.test/").await.is_none());
}

#[tokio::test]
async fn what_is_too_large_is_not_downloaded() {
    let announced = format!("{HEAD}Content-Length: {}\r\n\r\n", MAX_DOWNLOAD + 1);
    let server = Server::start(move |_| (announced.clone(), Then::Repeat(b'x'))).await;
    assert!(open(&server, "http://page.test/").await.is_none());
    let server = Server::start(|_| (format!("{HEAD}\r\n"), Then::Repeat(b'x'))).await;
    let mut download = open(&server, "http://page.test/").await.unwrap();
    let mut taken = 0;
    let error = loop {
        match download.chunk().await {
            Ok(bytes) => taken += bytes.unwrap().len() as u64,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, FetchError::TooLarge), "{error:?}");
    assert!(taken <= MAX_DOWNLOAD);
}

#[tokio::test]
async fn what_ends_early_or_never_is_an_error() {
    let short = format!("{HEAD}Content-Length: 10\r\nConnection: close\r\n\r\nbytes");
    let server = Server::start(move |_| (short.clone(), Then::Close)).await;
    let result = whole(open(&server, "http://page.test/").await.unwrap()).await;
    assert!(matches!(result, Err(FetchError::Transport(_))), "{result:?}");
    let server = Server::start(|_| (format!("{HEAD}Content-Length: 10\r\n\r\nbytes"), Then::Hang)).await;
    let address = server.address;
    let hurried = on_stage(move |_| Ok(vec![address]), address, Duration::from_millis(300));
    let download = hurried.open("http://page.test/").await.unwrap().1.unwrap();
    let result = tokio::time::timeout(PATIENCE, whole(download)).await.unwrap();
    assert!(matches!(result, Err(FetchError::Timeout)), "{result:?}");
}
