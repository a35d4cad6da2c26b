//! How large a request may be and how long it may take.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::Method;
use hyper::body::Frame;
use palimpsest_server::Limits;
use serde_json::json;

use crate::app::{App, Ask, Lab, Reply, unhurried};
use crate::faulty::{Fault, Faulty};
use crate::wire::page;

/// A body that comes in pieces of 100 bytes, and what was taken of it.
struct Pieces {
    left: usize,
    taken: Arc<AtomicUsize>,
    end: End,
}

/// What comes after the last piece.
#[derive(Clone, Copy)]
enum End {
    Regular,
    Stalls,
    Breaks,
}

const PIECE: usize = 100;

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match (self.left.checked_sub(1), self.end) {
            (Some(left), _) => {
                self.left = left;
                self.taken.fetch_add(PIECE, Ordering::SeqCst);
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; PIECE])))))
            }
            (None, End::Regular) => Poll::Ready(None),
            (None, End::Stalls) => Poll::Pending,
            (None, End::Breaks) => Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into()))),
        }
    }
}

fn pieces(count: usize, end: End) -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    (Body::new(Pieces { left: count, taken: Arc::clone(&taken), end }), taken)
}

fn small() -> Limits {
    let drain_time = Duration::from_millis(50);
    Limits { body: 500, drained: 1000, drain_time, request_time: Duration::from_secs(20), ..unhurried() }
}

async fn lab(limits: Limits) -> Lab {
    Lab::in_app(App::new(limits)).await
}

/// A page whose JSON has exactly this many bytes.
fn page_of_bytes(length: usize) -> Vec<u8> {
    let bare = serde_json::to_vec(&page("")).unwrap().len();
    serde_json::to_vec(&page(&"x".repeat(length - bare))).unwrap()
}

fn too_large(reply: &Reply) {
    reply.refusal(413, "cap_invalid_input", "The body is larger than 500 bytes");
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    let lab = lab(small()).await;
    for announced in [true, false] {
        let post = |length: usize| {
            let ask = lab.ask(Method::POST, "/object").body(Body::from(page_of_bytes(length)));
            if announced { ask.header("content-length", &length.to_string()) } else { ask }
        };
        lab.app.send(post(500)).await.ok();
        too_large(&lab.app.send(post(501)).await);
    }
}

#[tokio::test]
async fn a_body_is_counted_whatever_was_announced() {
    let lab = lab(small()).await;
    for announced in ["5", "500", "-1", "many"] {
        let (body, _) = pieces(6, End::Regular);
        let ask = lab.ask(Method::POST, "/object").header("content-length", announced);
        too_large(&lab.app.send(ask.body(body)).await);
    }
}

#[tokio::test]
async fn what_is_too_large_is_drained_so_that_the_client_can_read_the_answer() {
    let lab = lab(small()).await;
    for announced in [true, false] {
        let (body, taken) = pieces(9, End::Regular);
        let ask = lab.ask(Method::POST, "/object").body(body);
        let ask = if announced { ask.header("content-length", "900") } else { ask };
        let reply = lab.app.send(ask).await;
        too_large(&reply);
        assert_eq!(reply.header("connection"), None, "the connection goes on");
        assert_eq!(taken.load(Ordering::SeqCst), 900, "announced: {announced}");
    }
}

#[tokio::test]
async fn draining_ends_by_size_and_by_time() {
    let lab = lab(small()).await;
    let (body, taken) = pieces(usize::MAX, End::Regular);
    let reply = lab.app.send(lab.ask(Method::POST, "/object").body(body)).await;
    too_large(&reply);
    assert_eq!(reply.header("connection"), Some("close"), "what is left cannot be told from the next request");
    assert!(taken.load(Ordering::SeqCst) <= 500 + 1000 + 2 * PIECE, "{taken:?}");
    let begun = Instant::now();
    let (body, _) = pieces(6, End::Stalls);
    let reply = lab.app.send(lab.ask(Method::POST, "/object").body(body)).await;
    too_large(&reply);
    assert_eq!(reply.header("connection"), Some("close"));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_request_that_is_refused_for_another_reason_is_drained_too() {
    let lab = lab(small()).await;
    for uri in ["/object", "/nowhere"] {
        let (body, taken) = pieces(9, End::Regular);
        let reply = lab.app.send(Ask::new(Method::POST, uri).body(body)).await;
        assert!([401, 404].contains(&reply.status), "{reply:?}");
        assert_eq!(taken.load(Ordering::SeqCst), 900, "{uri}");
    }
    let (body, taken) = pieces(9, End::Regular);
    assert_eq!(lab.app.send(lab.ask(Method::PUT, "/object").body(body)).await.status, 405);
    assert_eq!(taken.load(Ordering::SeqCst), 900);
}

#[tokio::test]
async fn a_body_that_ends_early_is_invalid() {
    let lab = lab(small()).await;
    let (body, _) = pieces(2, End::Breaks);
    let reply = lab.app.send(lab.ask(Method::POST, "/object").body(body)).await;
    reply.refusal(400, "cap_invalid_input", "The body ended early");
}

#[tokio::test]
async fn a_get_may_carry_a_body_within_the_limit() {
    let lab = lab(small()).await;
    let get = |body: Body| lab.ask(Method::GET, "/space").header("content-type", "application/json").body(body);
    for ignored in ["", "{}", "no JSON"] {
        lab.app.send(get(Body::from(ignored))).await.ok();
    }
    too_large(&lab.app.send(get(pieces(6, End::Regular).0)).await);
}

const TOO_LONG: &str = "The request took too long; whether a write took place is unknown until it is read back";

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_and_withdrawn() {
    let store = Arc::new(Faulty::default());
    let limits = Limits { request_time: Duration::from_millis(30), ..unhurried() };
    let lab = Lab::in_app(App::over(Arc::clone(&store) as _, limits)).await;
    store.breaks(Fault::Silent);
    for ask in [lab.ask(Method::POST, "/object").json(&page("late")), lab.ask(Method::GET, "/space")] {
        let reply = lab.app.send(ask).await;
        reply.refusal(503, "cap_service_unavailable", TOO_LONG);
        assert_eq!((reply.header("retry-after"), reply.revision()), (Some("1"), None));
    }
    assert_eq!(store.waiting(), [false, false], "nobody waits for the write and the read any more");
    store.heals();
    assert_eq!(lab.head().await, 1);
}

#[tokio::test]
async fn a_body_that_does_not_come_takes_too_long() {
    let lab = lab(Limits { request_time: Duration::from_millis(30), ..small() }).await;
    let (body, _) = pieces(2, End::Stalls);
    let reply = lab.app.send(lab.ask(Method::POST, "/object").body(body)).await;
    reply.refusal(503, "cap_service_unavailable", TOO_LONG);
}

#[tokio::test]
async fn json_that_nests_without_end_is_invalid_and_harmless() {
    let lab = Lab::new().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let reply = lab.app.send(lab.ask(Method::POST, "/object").body(Body::from(deep))).await;
    let message = "✖ Invalid JSON: recursion limit exceeded at line 1 column 128";
    assert_eq!(reply.refusal(400, "cap_invalid_input", message), json!(null));
}
