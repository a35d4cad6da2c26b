//! Sending under the same guard.

use std::time::Duration;

use palimpsest_fetch::guard::Refused;
use palimpsest_fetch::{FetchError, Posted};

use crate::scripted::{Server, Then, answered, on_stage, redirect};

const HEADERS: [(&str, &str); 1] = [("webhook-id", "msg_1")];

#[tokio::test]
async fn what_is_sent_arrives_and_the_status_is_told() {
    for (status, expected) in [("200 x", 200), ("204 x", 204), ("410 x", 410), ("503 x", 503)] {
        let server = Server::start(move |_| answered(status, "Retry-After: 120\r\n", "ignored")).await;
        let posted = server.fetcher().post("http://hook.test/a?b", &HEADERS, b"{}".to_vec()).await.unwrap();
        assert_eq!(posted, Posted { status: expected, retry_after: Some("120".to_owned()) });
        let [head] = &server.asked()[..] else { panic!("{:?}", server.asked()) };
        assert!(head.starts_with("POST /a?b HTTP/1.1\r\n"), "{head}");
        let head = head.to_lowercase();
        for header in ["webhook-id: msg_1", "content-type: application/json", "content-length: 2", "host: hook.test"] {
            assert!(head.contains(&format!("\r\n{header}\r\n")), "{head}");
        }
    }
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let server = Server::start(|_| redirect("http://hook.test/there")).await;
    let posted = server.fetcher().post("http://hook.test/", &HEADERS, Vec::new()).await.unwrap();
    assert_eq!((posted.status, server.targets()), (302, vec!["/".to_owned()]));
}

#[tokio::test]
async fn a_body_without_an_end_holds_nobody_up() {
    let server = Server::start(|_| ("HTTP/1.1 200 OK\r\n\r\n".to_owned(), Then::Repeat(b'x'))).await;
    assert_eq!(server.fetcher().post("http://hook.test/", &HEADERS, Vec::new()).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_receiver_that_says_nothing_is_given_up() {
    let server = Server::start(|_| (String::new(), Then::Hang)).await;
    let address = server.address;
    let fetcher = on_stage(move |_| Ok(vec![address]), address, Duration::from_millis(100));
    let result = fetcher.post("http://hook.test/", &HEADERS, Vec::new()).await;
    assert!(matches!(result, Err(FetchError::Timeout)), "{result:?}");
}

#[tokio::test]
async fn what_may_not_be_fetched_from_is_not_sent_to() {
    let server = Server::start(|_| answered("200 x", "", "")).await;
    let port = server.address.port();
    let cases = [
        ("http://127.0.0.1/".to_owned(), Refused::Address),
        ("http://[::ffff:10.0.0.1]/".to_owned(), Refused::Address),
        ("http://169.254.169.254/latest/".to_owned(), Refused::Address),
        ("http://localhost/".to_owned(), Refused::Name),
        (format!("http://127.0.0.1:{port}/"), Refused::Port),
        ("http://a:b@hook.test/".to_owned(), Refused::Credentials),
        ("ftp://hook.test/".to_owned(), Refused::Scheme),
    ];
    for (url, expected) in cases {
        let result = server.fetcher().post(&url, &HEADERS, Vec::new()).await;
        assert!(matches!(result, Err(FetchError::Refused(refused)) if refused == expected), "{url}: {result:?}");
    }
    // A name whose only address is not public.
    let address = server.address;
    let fetcher = on_stage(move |_| Ok(vec![address]), ([192, 0, 2, 1], 80).into(), Duration::from_secs(20));
    let result = fetcher.post("http://hook.test/", &HEADERS, Vec::new()).await;
    assert!(matches!(result, Err(FetchError::Refused(Refused::Address))), "{result:?}");
    assert!(server.asked().is_empty());
}
