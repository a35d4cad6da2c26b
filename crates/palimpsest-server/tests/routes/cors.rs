//! Pages of other origins (CORS): who is let in, to what, and what they may read of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::Method;
use palimpsest_server::Limits;
use palimpsest_store::StoreError;

use crate::app::{App, Ask, Lab, Reply, unhurried};
use crate::authorisation::{guarded, things};
use crate::faulty::{Fault, Faulty};
use crate::wire::{NOBODY, page};

const NOTES: &str = "https://notes.example";

fn limits() -> Limits {
    Limits { origins: vec![NOTES.parse().unwrap(), "http://localhost:5173".parse().unwrap()], ..unhurried() }
}

async fn lab() -> Lab {
    Lab::in_app(App::new(limits())).await
}

fn names(reply: &Reply, header: &str) -> BTreeSet<String> {
    let listed = reply.header(header).unwrap_or_default().split(',');
    listed.map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty()).collect()
}

fn let_in(reply: &Reply) -> Option<&str> {
    reply.header("access-control-allow-origin")
}

/// What a browser asks before it sends a request of a page.
fn preflight(origin: &str, method: &Method, path: &str) -> Ask {
    let ask = Ask::new(Method::OPTIONS, path).header("origin", origin);
    let ask = ask.header("access-control-request-headers", "authorization,if-match");
    ask.header("access-control-request-method", method.as_str())
}

#[tokio::test]
async fn a_preflight_needs_no_token_and_lets_in_the_origins_that_are_named() {
    let lab = lab().await;
    for (endpoint, ..) in guarded(&things(&lab).await) {
        let reply = lab.app.preflight(preflight(NOTES, &endpoint.method, endpoint.path)).await;
        assert_eq!((reply.status, let_in(&reply)), (200, Some(NOTES)), "{}", endpoint.path);
        assert!(names(&reply, "access-control-allow-methods").contains(&endpoint.method.as_str().to_ascii_lowercase()));
        assert!(reply.body.is_empty());
        assert_eq!(reply.header("access-control-max-age"), Some("7200"));
        assert_eq!(reply.header("access-control-allow-credentials"), None);
    }
    for stranger in [
        "https://evil.example",
        "https://notes.example.evil",
        "http://notes.example",
        "null",
        "https://notes.example:8443",
    ] {
        let reply = lab.app.preflight(preflight(stranger, &Method::GET, "/object")).await;
        assert_eq!(let_in(&reply), None, "{stranger}");
    }
}

#[tokio::test]
async fn pages_may_send_and_read_the_headers_of_the_api() {
    let lab = lab().await;
    let asked = lab.app.preflight(preflight(NOTES, &Method::PATCH, "/object")).await;
    let sent = [
        "authorization",
        "content-type",
        "x-capacities-api-version",
        "if-match",
        "if-none-match",
        "prefer",
        "idempotency-key",
        "x-request-id",
        "last-event-id",
        "range",
        "if-range",
    ];
    assert_eq!(names(&asked, "access-control-allow-headers"), sent.map(str::to_owned).into());
    let reply = lab.app.send(lab.ask(Method::GET, "/space").header("origin", NOTES)).await;
    let answered = [
        "etag",
        "palimpsest-revision",
        "content-location",
        "preference-applied",
        "palimpsest-ignored",
        "idempotency-replayed",
        "ratelimit",
        "ratelimit-policy",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "retry-after",
        "x-request-id",
        "accept-ranges",
        "content-range",
        "content-disposition",
    ];
    assert_eq!(names(&reply, "access-control-expose-headers"), answered.map(str::to_owned).into());
    assert_eq!((reply.status, let_in(&reply)), (200, Some(NOTES)));
    assert_eq!(reply.header("access-control-allow-credentials"), None);
    let vary: Vec<_> =
        reply.headers.get_all("vary").iter().map(|value| value.to_str().unwrap().to_lowercase()).collect();
    assert!(vary.join(", ").contains("origin") && vary.join(", ").contains("authorization"), "{vary:?}");
}

#[tokio::test]
async fn what_is_refused_can_be_read_too() {
    let store = Arc::new(Faulty::default());
    let lab = Lab::in_app(App::over(Arc::clone(&store) as _, limits())).await;
    let tag = lab.get("/space").await.header("etag").unwrap().to_owned();
    let missing = format!("/object?id={NOBODY}");
    let asks = [
        (401, Ask::new(Method::GET, "/space")),
        (404, lab.ask(Method::GET, &missing)),
        (404, lab.ask(Method::GET, "/nowhere")),
        (405, lab.ask(Method::PUT, "/object")),
        (400, lab.ask(Method::POST, "/object").json(&serde_json::json!({}))),
        (304, lab.ask(Method::GET, "/space").header("if-none-match", &tag)),
        (412, lab.ask(Method::GET, "/space").header("if-match", "\"x\"")),
    ];
    for (status, ask) in asks {
        let reply = lab.app.send(ask.header("origin", NOTES)).await;
        assert_eq!((reply.status, let_in(&reply)), (status, Some(NOTES)));
    }
    store.breaks(Fault::Fails(StoreError::Busy));
    let reply = lab.app.send(lab.ask(Method::POST, "/object").header("origin", NOTES).json(&page("lost"))).await;
    assert_eq!((reply.status, let_in(&reply)), (503, Some(NOTES)));
}

#[tokio::test]
async fn without_origins_no_answer_speaks_of_them() {
    let lab = Lab::new().await;
    let reply = lab.app.send(preflight(NOTES, &Method::GET, "/object")).await;
    assert_eq!((reply.status, let_in(&reply)), (405, None));
    let reply = lab.app.send(lab.ask(Method::GET, "/space").header("origin", NOTES)).await;
    assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{reply:?}");
}
