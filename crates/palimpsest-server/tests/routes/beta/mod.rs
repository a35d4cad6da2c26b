//! The retired beta API: who may call it, and what holds for every call.

mod saves;
mod search;
mod spaces;

use http::Method;
use palimpsest_engine::Scope;
use palimpsest_engine::admin::Command;
use palimpsest_server::{Access, Limits, RateLimits};
use serde_json::{Value, json};

use crate::admin::admin_token;
use crate::app::{App, Ask, BOTH, Lab, Reply, unhurried};
use crate::contract::{Endpoint, endpoints};
use crate::wire::NOBODY;

/// A server with two spaces, and a token of both.
struct Beta {
    lab: Lab,
    other: String,
    token: String,
}

impl Beta {
    async fn new() -> Self {
        Self::of(Lab::new().await).await
    }

    async fn of(lab: Lab) -> Self {
        let other = lab.app.space("Other").await;
        let token = lab.app.token_of(&[&other, &lab.space], "old").await;
        Self { lab, other, token }
    }

    async fn get(&self, uri: &str) -> Reply {
        self.lab.app.send(Ask::new(Method::GET, uri).token(&self.token)).await
    }

    async fn post(&self, uri: &str, body: &Value) -> Reply {
        self.lab.app.send(Ask::new(Method::POST, uri).token(&self.token).json(body)).await
    }
}

/// A request to each endpoint of the beta API about a space. One without a sample is an error.
fn samples(space: &str) -> Vec<(Endpoint, Scope, Ask)> {
    let sample = |endpoint: Endpoint| {
        let Access::Beta(scope) = endpoint.access else { return None };
        let (query, body) = match endpoint.path {
            "/spaces" => (String::new(), None),
            "/space-info" => (format!("?spaceid={space}"), None),
            "/search" => (String::new(), Some(json!({"searchTerm": "a", "spaceIds": [space]}))),
            "/lookup" => (String::new(), Some(json!({"searchTerm": "a", "spaceId": space}))),
            "/save-weblink" => (String::new(), Some(json!({"spaceId": space, "url": "https://example.org"}))),
            "/save-to-daily-note" => (String::new(), Some(json!({"spaceId": space, "mdText": "a"}))),
            path => panic!("{path} has no sample"),
        };
        let ask = Ask::new(endpoint.method.clone(), &format!("{}{query}", endpoint.path));
        let ask = match body {
            Some(body) => ask.json(&body),
            None => ask,
        };
        Some((endpoint, scope, ask))
    };
    endpoints().into_iter().filter_map(sample).collect()
}

#[tokio::test]
async fn every_call_is_open_to_tokens_of_one_space_and_of_several() {
    let beta = Beta::new().await;
    assert_eq!(samples(&beta.other).len(), 6);
    for token in [&beta.token, &beta.lab.token] {
        for (endpoint, _, ask) in samples(&beta.lab.space) {
            let reply = beta.lab.app.send(ask.token(token)).await;
            assert_eq!(reply.status, 200, "{endpoint:?}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn nobody_and_the_operator_are_turned_away() {
    let beta = Beta::new().await;
    let app = &beta.lab.app;
    let admin = admin_token(app, "office", None).await;
    let leaver = app.token_of(&[&beta.other, &beta.lab.space], "leaver").await;
    app.administer(Command::TokenRevoke { token: "leaver".to_owned() }).await;
    for secret in [&admin, &leaver, "cap-api-", "wrong"] {
        for (endpoint, _, ask) in samples(&beta.other) {
            let reply = app.send(ask.token(secret)).await;
            assert_eq!((reply.status, &*reply.code()), (401, "cap_not_authenticated"), "{endpoint:?}");
        }
    }
}

#[tokio::test]
async fn a_space_that_the_token_does_not_open_is_not_there() {
    let beta = Beta::new().await;
    let hidden = beta.lab.app.space("Hidden").await;
    let head = beta.lab.head().await;
    for (endpoint, _, ask) in samples(&hidden).into_iter().filter(|(endpoint, ..)| endpoint.path != "/spaces") {
        let reply = beta.lab.app.send(ask.token(&beta.token)).await;
        reply.refusal(404, "cap_not_found", "Space not found");
        let unknown = samples(NOBODY).into_iter().find(|(other, ..)| other.path == endpoint.path).unwrap().2;
        let unknown = beta.lab.app.send(unknown.token(&beta.token)).await;
        assert_eq!((unknown.status, &unknown.body), (404, &reply.body), "{endpoint:?}");
    }
    let several = json!({"searchTerm": "a", "spaceIds": [beta.other, hidden]});
    assert_eq!(beta.post("/search", &several).await.status, 404);
    assert!(!String::from_utf8_lossy(&beta.get("/spaces").await.body).contains("Hidden"));
    beta.lab.app.administer(Command::SpaceDelete { space: "Other".to_owned() }).await;
    for (endpoint, _, ask) in samples(&beta.other).into_iter().filter(|(endpoint, ..)| endpoint.path != "/spaces") {
        assert_eq!(beta.lab.app.send(ask.token(&beta.token)).await.status, 404, "{endpoint:?}");
    }
    assert_eq!(beta.lab.head().await, head);
}

#[tokio::test]
async fn a_token_lacks_the_scopes_it_was_not_given() {
    let lab = Lab::new().await;
    for given in [Scope::Read, Scope::Write] {
        let token = lab.app.token(&lab.space, "half", &[given]).await;
        for (endpoint, needed, ask) in samples(&lab.space) {
            let reply = lab.app.send(ask.token(&token)).await;
            let expected = if needed == given { 200 } else { 403 };
            assert_eq!(reply.status, expected, "{endpoint:?}");
        }
    }
}

#[tokio::test]
async fn limits_are_told_in_headers_of_their_own() {
    let quotas = [5, 5, 120, 120, 10, 5];
    let paths = ["/spaces", "/space-info", "/search", "/lookup", "/save-weblink", "/save-to-daily-note"];
    let limits = Limits { rates: RateLimits::Capacities, ..Limits::default() };
    let beta = Beta::of(Lab::in_app(App::new(limits)).await).await;
    for (path, quota) in paths.into_iter().zip(quotas) {
        let sample = || samples(&beta.other).into_iter().find(|(endpoint, ..)| endpoint.path == path).unwrap();
        for left in (0..quota).rev() {
            let reply = beta.lab.app.send(sample().2.token(&beta.token)).await;
            assert_eq!(reply.status, 200, "{path}");
            let told = ["policy", "limit", "remaining", "reset"].map(|name| reply.header(header(name)).unwrap());
            let expected = [format!("{quota};w=60"), quota.to_string(), left.to_string(), "60".to_owned()];
            assert_eq!(told, expected.each_ref().map(String::as_str), "{path}");
            assert_eq!(reply.header("ratelimit"), None, "{path}");
        }
        let reply = beta.lab.app.send(sample().2.token(&beta.token)).await;
        assert_eq!((reply.status, &*reply.code()), (429, "cap_rate_limit_exceeded"), "{path}");
        assert_eq!(
            (reply.header("retry-after"), reply.header("ratelimit-remaining")),
            (Some("60"), Some("0")),
            "{path}"
        );
        assert_eq!(sample().0.quota, quota, "{path}");
    }
    let off = Beta::new().await.get("/spaces").await;
    assert!(off.headers.keys().all(|name| !name.as_str().starts_with("ratelimit")), "{off:?}");
}

fn header(name: &str) -> &'static str {
    match name {
        "policy" => "ratelimit-policy",
        "limit" => "ratelimit-limit",
        "remaining" => "ratelimit-remaining",
        _ => "ratelimit-reset",
    }
}

#[tokio::test]
async fn no_version_is_asked_for_and_none_is_wrong() {
    let beta = Beta::new().await;
    for version in ["0.0.1", "nonsense"] {
        let ask = Ask::new(Method::GET, "/spaces").token(&beta.token).header("x-capacities-api-version", version);
        assert_eq!(beta.lab.app.send(ask).await.status, 200, "{version}");
    }
}

/// A sample with a member that no call knows, where its body or its query may have one.
fn with_more(ask: Ask, endpoint: &Endpoint, space: &str) -> Ask {
    match endpoint.path {
        "/spaces" => Ask::new(Method::GET, "/spaces?colour=1"),
        "/space-info" => Ask::new(Method::GET, &format!("/space-info?spaceid={space}&colour=1")),
        "/search" => ask.json(&json!({"searchTerm": "a", "spaceIds": [space], "colour": 1})),
        "/lookup" => ask.json(&json!({"searchTerm": "a", "spaceId": space, "colour": 1})),
        "/save-weblink" => ask.json(&json!({"spaceId": space, "url": "https://example.org", "colour": 1})),
        "/save-to-daily-note" => ask.json(&json!({"spaceId": space, "mdText": "a", "colour": 1})),
        path => panic!("{path} has no sample"),
    }
}

#[tokio::test]
async fn what_no_call_knows_is_named_and_refused_by_who_is_strict() {
    let beta = Beta::new().await;
    for (endpoint, _, ask) in samples(&beta.lab.space) {
        let ask = with_more(ask, &endpoint, &beta.lab.space).token(&beta.token);
        let reply = beta.lab.app.send(ask).await;
        assert_eq!((reply.status, reply.header("palimpsest-ignored")), (200, Some("\"colour\"")), "{endpoint:?}");
    }
    let head = beta.lab.head().await;
    for (endpoint, _, ask) in samples(&beta.lab.space) {
        let ask = with_more(ask, &endpoint, &beta.lab.space).token(&beta.token).header("prefer", "handling=strict");
        let reply = beta.lab.app.send(ask).await;
        reply.refusal(400, "cap_invalid_input", "✖ This would have no effect\n  → at colour");
    }
    assert_eq!(beta.lab.head().await, head);
}

#[tokio::test]
async fn where_it_is_off_its_paths_are_nowhere() {
    let lab = Lab::in_app(App::new(Limits { beta: false, ..unhurried() })).await;
    let token = lab.app.token(&lab.space, "t", BOTH).await;
    for (endpoint, _, ask) in samples(&lab.space) {
        let reply = lab.app.send(ask.token(&token)).await;
        assert_eq!((reply.status, &*reply.code()), (404, "cap_not_found"), "{endpoint:?}");
    }
    assert_eq!(lab.get("/space").await.status, 200);
}
