//! Every code that the server knows is answered to some request here.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::body::Body;
use http::Method;
use palimpsest_engine::admin::Command;
use palimpsest_engine::{Code, Scope};
use palimpsest_server::{Limits, RateLimits};
use palimpsest_store::StoreError;
use serde_json::json;

use crate::app::{App, Ask, BOTH, Lab, Reply, unhurried};
use crate::faulty::{Fault, Faulty};
use crate::files::Media;
use crate::wire::{NOBODY, chosen, page};

/// An answer with each code, and the status that goes with it.
async fn provoked() -> Vec<(Code, u16, Reply)> {
    let lab = Lab::new().await;
    let object = format!("/object?id={NOBODY}");
    let reader = lab.app.token(&lab.space, "reader", &[Scope::Read]).await;
    let mut taken = page("once");
    taken["id"] = json!(chosen(1));
    lab.create(taken.clone()).await;
    let small = Lab::in_app(App::new(Limits { body: 10, ..unhurried() })).await;
    let eleven_bytes = small.ask(Method::POST, "/object").body(Body::from("12345678901"));
    let hurried = Lab::in_app(App::new(Limits { rates: RateLimits::Fixed(1), ..Limits::default() })).await;
    hurried.get("/space").await.ok();
    let (cursor, attic) = (cursor(&lab).await, lab.app.space("Attic").await);
    let stranger = lab.app.token(&attic, "attic", BOTH).await;
    let mut all = vec![
        (Code::InvalidInput, 400, lab.post("/object", &json!({})).await),
        (Code::PayloadTooLarge, 413, small.app.send(eleven_bytes).await),
        (Code::NotAuthenticated, 401, lab.app.send(Ask::new(Method::GET, "/space")).await),
        (Code::ScopeInsufficient, 403, lab.app.send(Ask::new(Method::DELETE, &object).token(&reader)).await),
        (Code::NotFound, 404, lab.get(&object).await),
        (Code::RateLimitExceeded, 429, hurried.get("/space").await),
        (Code::MethodNotAllowed, 405, lab.delete("/space").await),
        (Code::AlreadyExists, 409, lab.post("/object", &taken).await),
        (Code::IdempotencyMismatch, 422, mismatched(&lab).await),
        (Code::IdempotencyInProgress, 409, in_progress().await),
        (Code::RevisionUnknown, 410, lab.app.send(Ask::new(Method::GET, &cursor).token(&stranger)).await),
        (Code::ServerError, 500, broken(StoreError::Corrupt("no head, no tail".to_owned())).await),
        (Code::ServiceUnavailable, 503, broken(StoreError::Busy).await),
    ];
    let change = |token: &str| {
        let body = json!({"id": chosen(1), "collections": []});
        Ask::new(Method::PATCH, "/object").token(token).json(&body)
    };
    let careful = lab.app.careful(&lab.space, "careful").await;
    let stale = change(&lab.token).header("if-match", "\"0000000000000000.1\"");
    let titled = |title: &str| {
        let body = json!({"id": chosen(1), "properties": {"title": {"type": "title", "title": {"value": title}}}});
        Ask::new(Method::PATCH, "/object").token(&lab.token).json(&body)
    };
    let base = lab.app.send(titled("base")).await.header("etag").unwrap().to_owned();
    lab.app.send(titled("theirs")).await.ok();
    let mine = titled("mine").header("if-match", &base).header("prefer", "merge");
    all.push((Code::Conflict, 409, lab.app.send(mine).await));
    all.push((Code::PreconditionFailed, 412, lab.app.send(stale).await));
    let failing = json!({"operations": [{"method": "DELETE", "path": object}]});
    all.push((Code::TransactionAborted, 404, lab.post("/transactions", &failing).await));
    all.push((Code::PreconditionRequired, 428, lab.app.send(change(&careful)).await));
    let media = Media::new(b"gel", "gel.png", "image/png").await;
    all.push((Code::Forbidden, 403, media.get(&media.link().await.replace("gel.png", "gel.svg")).await));
    all.push((Code::FileUnmatched, 412, media.get_with("if-match", "\"x\"").await));
    all.push((Code::RangeUnsatisfiable, 416, media.get_with("range", "bytes=3-").await));
    let erased = lab.make(page("secret")).await;
    let erase = Command::Erase { space: Some(lab.space.clone()), id: erased.clone() };
    lab.app.administer(erase).await;
    let then = lab.head().await - 1;
    all.push((Code::Erased, 410, lab.get(&format!("/object?id={erased}&revision={then}")).await));
    lab.app.clock.advance(24 * 60 * 60 * 1000 + 1);
    all.push((Code::RevisionCompacted, 410, lab.get(&cursor).await));
    all
}

/// The second page of a list.
async fn cursor(lab: &Lab) -> String {
    for title in ["a", "b"] {
        lab.create(page(title)).await;
    }
    let first = lab.get("/objects?limit=1").await.ok();
    format!("/objects?limit=1&cursor={}", first["nextCursor"].as_str().unwrap())
}

/// What a key is answered that another request had.
async fn mismatched(lab: &Lab) -> Reply {
    let ask = |title| lab.ask(Method::POST, "/object").header("idempotency-key", "once").json(&page(title));
    lab.app.send(ask("a")).await.ok();
    lab.app.send(ask("b")).await
}

/// What a duplicate is answered whose first does not come to an end.
pub(crate) async fn in_progress() -> Reply {
    let store = Arc::new(Faulty::default());
    let limits = Limits { retry_wait: Duration::from_millis(20), ..unhurried() };
    let lab = Lab::in_app(App::over(Arc::clone(&store) as _, limits)).await;
    let ask = || lab.ask(Method::POST, "/object").header("idempotency-key", "once").json(&page("a"));
    store.breaks(Fault::Silent);
    let mut first = Box::pin(lab.app.send(ask()));
    assert!(poll_once(&mut first).is_pending());
    store.heals();
    lab.app.send(ask()).await
}

/// Polls once.
pub(crate) fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// What a write is answered when the store fails.
async fn broken(error: StoreError) -> Reply {
    let store = Arc::new(Faulty::default());
    let lab = Lab::in_app(App::over(Arc::clone(&store) as _, unhurried())).await;
    store.breaks(Fault::Fails(error));
    lab.post("/object", &page("lost")).await
}

#[tokio::test]
async fn every_code_is_answered_to_some_request() {
    let all = provoked().await;
    for (code, status, reply) in &all {
        assert_eq!((reply.status, &*reply.code()), (*status, code.as_str()), "{code:?}");
        let body = reply.json();
        let unknown =
            body.as_object().unwrap().keys().find(|key| !["code", "message", "details"].contains(&key.as_str()));
        assert_eq!(unknown, None, "{body}");
        assert!(!body["message"].as_str().unwrap().is_empty(), "{body}");
    }
    let is_missing = |code: &&Code| !all.iter().any(|(answered, ..)| answered == *code);
    let missing: Vec<_> = Code::ALL.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "no request here is answered {missing:?}");
}

#[tokio::test]
async fn an_internal_error_names_its_request_and_nothing_else() {
    let store = Arc::new(Faulty::default());
    let lab = Lab::in_app(App::over(Arc::clone(&store) as _, unhurried())).await;
    for fault in [Fault::Fails(StoreError::Corrupt("secret cause".to_owned())), Fault::JobsPanic] {
        store.breaks(fault);
        for ask in [lab.ask(Method::GET, "/space"), lab.ask(Method::POST, "/object").json(&page("a"))] {
            let reply = lab.app.send(ask.header("x-request-id", "r-1")).await;
            let details = reply.refusal(500, "cap_server_error", "Internal server error (request r-1)");
            assert_eq!((details, reply.revision()), (json!(null), None));
        }
    }
    store.heals();
    assert_eq!(lab.head().await, 1, "nothing happened, and all goes on");
}

#[tokio::test]
async fn a_panic_on_the_way_is_an_internal_error() {
    let store = Arc::new(Faulty::default());
    let lab = Lab::in_app(App::over(Arc::clone(&store) as _, unhurried())).await;
    store.breaks(Fault::LookupsPanic);
    let reply = lab.app.send(lab.ask(Method::GET, "/space").header("x-request-id", "r-1")).await;
    reply.refusal(500, "cap_server_error", "Internal server error (request r-1)");
    store.heals();
    lab.get("/space").await.ok();
}

#[tokio::test]
async fn a_store_that_cannot_take_a_request_says_when_to_come_back() {
    let unavailable = "The store is unavailable; whether a write took place is unknown until it is read back";
    for (error, message) in [
        (StoreError::Busy, "Too many requests are waiting; try again shortly"),
        (StoreError::Unavailable("secret cause".to_owned()), unavailable),
        (StoreError::Closed, "The server is shutting down"),
    ] {
        let reply = broken(error).await;
        reply.refusal(503, "cap_service_unavailable", message);
        assert_eq!(reply.header("retry-after"), Some("1"));
    }
}

#[tokio::test]
async fn a_space_that_was_deleted_meanwhile_is_401() {
    let reply = broken(StoreError::NoSuchSpace).await;
    reply.refusal(401, "cap_not_authenticated", "The space of this token is gone");
}
