//! Time and size.

use std::time::{Duration, Instant};

use palimpsest_fetch::{FetchError, MAX_BODY};

use crate::scripted::{PATIENCE, Reply, Server, Then, html, on_stage, redirect};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";

#[tokio::test]
async fn whatever_is_slow_ends_at_the_deadline() {
    let replies: [fn(&str) -> Reply; 4] = [
        |_| (String::new(), Then::Hang),
        |_| ("HTTP/1.1 200 OK\r\nConte".to_owned(), Then::Hang),
        |_| (format!("{HEAD}<title>x</title>"), Then::Hang),
        |target| if target == "/" { redirect("/slow") } else { (String::new(), Then::Hang) },
    ];
    let deadline = Duration::from_millis(200);
    for reply in replies {
        let server = Server::start(reply).await;
        let address = server.address;
        let begun = Instant::now();
        let result = on_stage(move |_| Ok(vec![address]), address, deadline).fetch("http://page.test/").await;
        assert!(matches!(result, Err(FetchError::Timeout)), "{result:?}");
        assert!(begun.elapsed() >= deadline && begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_page_without_end_is_read_as_far_as_its_limit() {
    let server = Server::start(|_| (format!("{HEAD}<title>x</title>"), Then::Repeat(b' '))).await;
    assert_eq!(server.fetch("http://page.test/").await.unwrap().title.as_deref(), Some("x"));
    let server = Server::start(|_| (format!("{HEAD}<!-- "), Then::Repeat(b'-'))).await;
    assert_eq!(server.fetch("http://page.test/").await.unwrap().title, None);
}

#[tokio::test]
async fn what_lies_beyond_the_limit_is_not_read() {
    const TITLE: &str = "<title>x</title>";
    for (at, expected) in [(MAX_BODY - TITLE.len(), Some("x")), (MAX_BODY, None)] {
        let server = Server::start(move |_| html(&format!("{}{TITLE}", " ".repeat(at)))).await;
        assert_eq!(server.fetch("http://page.test/").await.unwrap().title.as_deref(), expected, "{at}");
    }
}

#[tokio::test]
async fn a_head_without_end_is_an_error() {
    let server = Server::start(|_| ("HTTP/1.1 200 OK\r\nX: ".to_owned(), Then::Repeat(b'x'))).await;
    let result = server.fetch("http://page.test/").await;
    assert!(matches!(result, Err(FetchError::Transport(_))), "{result:?}");
}
