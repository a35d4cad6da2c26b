//! How often a token may call an endpoint, and what the answers tell of it.

use http::Method;
use palimpsest_server::{ENDPOINTS, Limits, RateLimits};
use serde_json::json;

use crate::app::{App, Ask, BOTH, Lab};
use crate::authorisation::{guarded, things};
use crate::wire::NOBODY;

async fn lab(rates: RateLimits) -> Lab {
    Lab::in_app(App::new(Limits { rates, ..Limits::default() })).await
}

#[tokio::test]
async fn every_answer_counts_down_also_refusals() {
    let lab = lab(RateLimits::Fixed(3)).await;
    let object = format!("/object?id={NOBODY}");
    let expected = [(404, 2), (404, 1), (404, 0), (429, 0)];
    for (status, remaining) in expected {
        let reply = lab.get(&object).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("ratelimit"), Some(&*format!("limit=3, remaining={remaining}, reset=60")));
    }
}

#[tokio::test]
async fn every_endpoint_counts_apart_and_as_the_document_says() {
    let lab = lab(RateLimits::Capacities).await;
    let things = things(&lab).await;
    let token = lab.app.token(&lab.space, "counted", BOTH).await;
    for (endpoint, _, sample) in guarded(&things) {
        let reply = lab.app.send(sample.ask().token(&token)).await;
        let (limit, what) = (endpoint.quota, format!("{} {}", endpoint.method, endpoint.path));
        // Large files have many parts.
        let known = if endpoint.path.ends_with("/part") { vec![600] } else { vec![10, 30] };
        assert!(known.contains(&limit), "{what}: {limit}");
        let counted = format!("limit={limit}, remaining={}, reset=60", limit - 1);
        assert_eq!((reply.status, reply.header("ratelimit")), (sample.status(), Some(&*counted)), "{what}");
    }
}

#[tokio::test]
async fn who_calls_too_often_is_told_when_to_come_back() {
    let lab = lab(RateLimits::Fixed(1)).await;
    lab.get("/space").await.ok();
    lab.app.clock.advance(17_500);
    let reply = lab.get("/space").await;
    reply.refusal(429, "cap_rate_limit_exceeded", "Too many requests: try again in 43 s");
    assert_eq!(reply.header("retry-after"), Some("43"));
    assert_eq!(reply.header("ratelimit"), Some("limit=1, remaining=0, reset=43"));
    lab.app.clock.advance(42_500);
    lab.get("/space").await.ok();
}

#[tokio::test]
async fn a_write_that_came_too_often_did_not_happen() {
    let lab = lab(RateLimits::Fixed(1)).await;
    let body = json!({"structureId": "RootPage"});
    let made = lab.post("/object", &body).await.revision();
    assert_eq!(lab.post("/object", &body).await.status, 429);
    assert_eq!(lab.get("/space").await.revision(), made);
}

#[tokio::test]
async fn tokens_and_endpoints_count_apart_and_methods_are_endpoints() {
    let lab = lab(RateLimits::Fixed(1)).await;
    let other = lab.app.token(&lab.space, "other", BOTH).await;
    let object = format!("/object?id={NOBODY}");
    let first = [
        lab.ask(Method::GET, "/space"),
        lab.ask(Method::GET, "/space/structures"),
        lab.ask(Method::GET, &object),
        lab.ask(Method::DELETE, &object),
        Ask::new(Method::GET, "/space").token(&other),
    ];
    for ask in first {
        assert_ne!(lab.app.send(ask).await.status, 429);
    }
    assert_eq!(lab.get("/space").await.status, 429);
    assert_eq!(lab.delete(&object).await.status, 429);
}

#[tokio::test]
async fn head_takes_from_the_window_of_get() {
    let lab = lab(RateLimits::Fixed(1)).await;
    lab.get("/space").await.ok();
    assert_eq!(lab.app.send(lab.ask(Method::HEAD, "/space")).await.status, 429);
}

#[tokio::test]
async fn with_limits_off_no_answer_speaks_of_them() {
    let lab = lab(RateLimits::Off).await;
    for uri in ["/space", "/object"] {
        assert_eq!(lab.get(uri).await.header("ratelimit"), None);
    }
}

#[tokio::test]
async fn who_is_nobody_has_no_window() {
    let lab = lab(RateLimits::Fixed(1)).await;
    for _ in 0..3 {
        let reply = lab.app.send(Ask::new(Method::GET, "/space")).await;
        assert_eq!((reply.status, reply.header("ratelimit")), (401, None));
    }
    for uri in ["/health/live", "/nowhere"] {
        assert_eq!(lab.get(uri).await.header("ratelimit"), None, "{uri}");
    }
}

#[tokio::test]
async fn the_quotas_of_the_hosted_service_can_be_had() {
    let quota = |path: &str| ENDPOINTS.iter().find(|endpoint| endpoint.path == path).unwrap().quota;
    assert_eq!((quota("/space"), quota("/space/structures"), quota("/blocks/append")), (10, 10, 30));
    assert_eq!(quota("/objects/search"), 30);
    let lab = lab(RateLimits::Capacities).await;
    let last = lab.get("/space").await;
    assert_eq!(last.header("ratelimit"), Some("limit=10, remaining=9, reset=60"));
    let objects = lab.get("/objects").await;
    assert_eq!(objects.header("ratelimit"), Some("limit=30, remaining=29, reset=60"));
}
