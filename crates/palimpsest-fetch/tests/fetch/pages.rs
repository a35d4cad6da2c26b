//! What is asked, and what is made of an answer.

use palimpsest_fetch::guard::Refused;
use palimpsest_fetch::{FetchError, Fetcher};

use tokio::io::AsyncWriteExt;

use crate::scripted::{PATIENCE, Server, Then, answered, html, on_stage};

#[tokio::test]
async fn a_page_tells_its_title_and_description() {
    let body = "<title>Q&amp;A</title><meta name=description content=' All  of it '>";
    let server = Server::start(move |_| html(body)).await;
    let page = server.fetch("HTTP://Bücher.example:80/a?b#c").await.unwrap();
    assert_eq!(page.final_url.as_str(), "http://xn--bcher-kva.example/a?b#c");
    assert_eq!(page.host, "xn--bcher-kva.example");
    assert_eq!(page.content_type, "text/html");
    assert_eq!(page.title.as_deref(), Some("Q&A"));
    assert_eq!(page.description.as_deref(), Some("All of it"));
}

#[tokio::test]
async fn a_request_says_no_more_than_it_must() {
    let server = Server::start(|_| html("")).await;
    server.fetch("http://page.test/a#b").await.unwrap();
    let asked = server.asked().concat().to_lowercase();
    let mut lines: Vec<&str> = asked.lines().filter(|line| !line.is_empty()).collect();
    lines[1..].sort_unstable();
    let agent = concat!("user-agent: palimpsest/", env!("CARGO_PKG_VERSION"));
    let accept = "accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
    assert_eq!(lines, ["get /a http/1.1", accept, "host: page.test", agent]);
}

#[tokio::test]
async fn only_of_html_the_content_is_read() {
    // A server that never sends its content: who waits for it waits for ever.
    let reply = |kind: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n{kind}\r\n");
    let cases = [
        ("Content-Type: Application/PDF\r\n", "application/pdf"),
        ("Content-Type: image/svg+xml; charset=utf-8\r\n", "image/svg+xml"),
        ("Content-Type: nonsense\r\n", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", "text/html"),
    ];
    for (headers, expected) in cases {
        let server = Server::start(move |_| (reply(headers), Then::Hang)).await;
        let page = server.fetch("http://page.test/").await.unwrap();
        assert_eq!(page.content_type, expected, "{headers}");
        assert_eq!((page.title, page.description), (None, None), "{headers}");
    }
}

#[tokio::test]
async fn text_is_read_in_the_encoding_it_was_written_in() {
    let cases: [(&str, &[u8], &str); 5] = [
        ("text/html; charset=ISO-8859-1", b"<title>caf\xe9</title>", "café"),
        ("application/xhtml+xml;charset=\"utf-8\"", b"<title>caf\xc3\xa9</title>", "café"),
        ("text/html", b"<meta charset=shift_jis><title>\x93\xfa\x96{</title>", "日本"),
        ("text/html; charset=koi8-r", b"\xef\xbb\xbf<title>caf\xc3\xa9</title>", "café"),
        ("text/html", b"\xff\xfe<\0t\0i\0t\0l\0e\0>\0\xe9\0<\0/\0t\0i\0t\0l\0e\0>\0", "é"),
    ];
    for (kind, body, expected) in cases {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n");
        let server = Server::start_raw(move |_| ([head.as_bytes(), body].concat(), Then::Close)).await;
        let page = server.fetch("http://page.test/").await.unwrap();
        assert_eq!(page.title.as_deref(), Some(expected), "{kind}");
    }
}

#[tokio::test]
async fn what_is_no_page_is_an_error() {
    for status in ["404 Not Found", "500 Oops", "304 Not Modified", "301 Moved", "300 Choices", "401 Who"] {
        let server = Server::start(move |_| answered(status, "Content-Type: text/html\r\n", "<title>x</title>")).await;
        let result = server.fetch("http://page.test/").await;
        assert!(matches!(result, Err(FetchError::Status(code)) if status.starts_with(&code.to_string())), "{result:?}");
    }
}

#[tokio::test]
async fn what_is_no_http_is_an_error() {
    for answer in
        ["", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\nx"]
    {
        let server = Server::start(move |_| (answer.to_owned(), Then::Close)).await;
        let result = server.fetch("http://page.test/").await;
        assert!(matches!(result, Err(FetchError::Transport(_))), "{result:?}");
        // What is logged of it does not tell what was fetched.
        assert!(!format!("{result:?}").contains("page.test"), "{result:?}");
        // Nothing is asked twice.
        assert_eq!(server.targets(), ["/"], "{answer}");
    }
    // No TLS where TLS is asked for: a socket that closes after the greeting, and one that answers it in plain text.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for answer in ["", "HTTP/1.1 400 Bad Request\r\n\r\n"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    for _ in 0..2 {
        let result = on_stage(move |_| Ok(vec![address]), address, PATIENCE).fetch("https://page.test/").await;
        assert!(matches!(result, Err(FetchError::Transport(_))), "{result:?}");
    }
}

#[tokio::test]
async fn what_may_not_be_called_is_refused_at_once() {
    let server = Server::start(|_| html("")).await;
    for (url, expected) in [
        ("ftp://page.test/", Refused::Scheme),
        ("http://a:b@page.test/", Refused::Credentials),
        ("http://page.test:8080/", Refused::Port),
        ("http://page.local/", Refused::Name),
        ("http://[::ffff:7f00:1]/", Refused::Address),
    ] {
        for fetcher in [server.fetcher(), Fetcher::new().unwrap()] {
            let result = fetcher.fetch(url).await;
            assert!(matches!(result, Err(FetchError::Refused(refused)) if refused == expected), "{url}: {result:?}");
        }
    }
    let result = server.fetch("page.test").await;
    assert!(matches!(result, Err(FetchError::Invalid(_))), "{result:?}");
    assert!(server.asked().is_empty());
}
