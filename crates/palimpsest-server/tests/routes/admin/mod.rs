//! Managing the server: who may, and what holds for every call of the operator.

mod erase;
mod spaces;
mod tokens;

use http::Method;
use palimpsest_engine::admin::{Command, Reply as Told};
use palimpsest_model::Timestamp;
use palimpsest_server::{Access, Limits, RateLimits};
use serde_json::{Value, json};

use crate::app::{App, Ask, Lab, Reply};
use crate::authorisation::nobody;
use crate::contract::{Endpoint, endpoints};
use crate::wire::page;

/// A server with a space, and a token of the operator.
struct Office {
    lab: Lab,
    token: String,
}

impl Office {
    async fn new() -> Self {
        Self::of(Lab::new().await).await
    }

    async fn of(lab: Lab) -> Self {
        let token = admin_token(&lab.app, "office", None).await;
        Self { lab, token }
    }

    fn ask(&self, method: Method, uri: &str) -> Ask {
        Ask::new(method, uri).token(&self.token)
    }

    async fn get(&self, uri: &str) -> Reply {
        self.lab.app.send(self.ask(Method::GET, uri)).await
    }

    async fn post(&self, uri: &str, body: &Value) -> Reply {
        self.lab.app.send(self.ask(Method::POST, uri).json(body)).await
    }

    async fn patch(&self, uri: &str, body: &Value) -> Reply {
        self.lab.app.send(self.ask(Method::PATCH, uri).json(body)).await
    }

    async fn delete(&self, uri: &str) -> Reply {
        self.lab.app.send(self.ask(Method::DELETE, uri)).await
    }
}

pub(crate) async fn admin_token(app: &App, name: &str, expires_at: Option<Timestamp>) -> String {
    let told = app.administer(Command::AdminTokenCreate { name: name.to_owned(), expires_at }).await;
    let Told::TokenMade(made) = told else { panic!("{told:?}") };
    made.token
}

/// A request to each endpoint of the operator that succeeds, in the order of the document. One without a sample is an error.
async fn samples(lab: &Lab) -> Vec<(Endpoint, String, Option<Value>)> {
    let attic = lab.app.space("Attic").await;
    let doomed = lab.make(page("doomed")).await;
    let told = lab.app.administer(Command::TokenList { space: Some(lab.space.clone()) }).await;
    let Told::Tokens(tokens) = told else { panic!("{told:?}") };
    let token = tokens[0].id;
    let space = &lab.space;
    let sample = |endpoint: Endpoint| {
        let (query, body) = match (endpoint.method.as_str(), endpoint.path) {
            ("GET", "/admin/spaces") => (String::new(), None),
            ("POST", "/admin/spaces") => (String::new(), Some(json!({"title": "New"}))),
            ("PATCH", "/admin/spaces") => (String::new(), Some(json!({"id": space, "title": "Renamed"}))),
            ("DELETE", "/admin/spaces") => (format!("?id={attic}"), None),
            ("GET", "/admin/tokens") => (format!("?spaceId={space}"), None),
            ("POST", "/admin/tokens") => {
                (String::new(), Some(json!({"spaceId": space, "name": "n", "scopes": ["api:read"]})))
            }
            ("DELETE", "/admin/tokens") => (format!("?id={token}"), None),
            ("POST", "/admin/erase") => (String::new(), Some(json!({"spaceId": space, "id": doomed}))),
            (method, path) => panic!("{method} {path} has no sample"),
        };
        let uri = format!("{}{query}", endpoint.path);
        (endpoint, uri, body)
    };
    endpoints().into_iter().filter(|endpoint| endpoint.access == Access::Operator).map(sample).collect()
}

fn asking((endpoint, uri, body): &(Endpoint, String, Option<Value>)) -> Ask {
    let ask = Ask::new(endpoint.method.clone(), uri);
    match body {
        Some(body) => ask.json(body),
        None => ask,
    }
}

fn is_success(reply: &Reply) -> bool {
    [200, 204].contains(&reply.status)
}

#[tokio::test]
async fn every_sample_succeeds_with_a_token_of_the_operator_and_counts() {
    let limits = Limits { rates: RateLimits::Capacities, ..Limits::default() };
    let office = Office::of(Lab::in_app(App::new(limits)).await).await;
    let samples = samples(&office.lab).await;
    assert!(samples.len() >= 8);
    for sample in &samples {
        let reply = office.lab.app.send(asking(sample).token(&office.token)).await;
        assert!(is_success(&reply), "{sample:?}: {reply:?}");
        assert_eq!(reply.header("ratelimit"), Some("limit=30, remaining=29, reset=60"), "{sample:?}");
        assert_eq!(sample.0.quota, 30, "{sample:?}");
    }
}

#[tokio::test]
async fn only_a_token_of_the_operator_in_force_opens_them() {
    let office = Office::new().await;
    let app = &office.lab.app;
    let samples = samples(&office.lab).await;
    let revoked = admin_token(app, "leaver", None).await;
    app.administer(Command::AdminTokenRevoke { token: "leaver".to_owned() }).await;
    let expired = admin_token(app, "guest", Some(Timestamp(app.engine.now().0 + 60_000))).await;
    app.clock.advance(60_000);
    let (mine, api) = (&office.token, &office.lab.token);
    let swapped = [api.replace("cap-api-", "cap-admin-"), mine.replace("cap-admin-", "cap-api-")];
    let cut = mine[..mine.len() - 1].to_owned();
    let unknown = "cap-admin-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    let wrong = [api.clone(), revoked, expired, cut, unknown, "cap-admin-".to_owned()].into_iter().chain(swapped);
    for secret in wrong.map(Some).chain([None]) {
        for sample in &samples {
            let ask = asking(sample);
            let reply = app.send(if let Some(secret) = &secret { ask.token(secret) } else { ask }).await;
            reply.refusal(401, "cap_not_authenticated", "Missing or invalid access token");
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{sample:?}");
        }
    }
    for sample in &samples {
        assert!(is_success(&app.send(asking(sample).token(mine)).await), "a refusal did something: {sample:?}");
    }
}

#[tokio::test]
async fn a_token_of_the_operator_is_nobody_to_every_call_of_a_space() {
    let office = Office::new().await;
    nobody(&office.lab, Some(&format!("Bearer {}", office.token))).await;
}

#[tokio::test]
async fn conditions_and_keys_are_refused() {
    let office = Office::new().await;
    for sample in &samples(&office.lab).await {
        let headers = [("if-match", "*", "If-Match"), ("if-none-match", "*", "If-None-Match")];
        for (header, value, name) in headers.into_iter().chain([("idempotency-key", "once", "Idempotency-Key")]) {
            let reply = office.lab.app.send(asking(sample).token(&office.token).header(header, value)).await;
            assert_eq!((reply.status, &*reply.code()), (400, "cap_invalid_input"), "{sample:?}");
            assert!(reply.json()["message"].as_str().unwrap().ends_with(&format!("at {name}")), "{reply:?}");
        }
        assert!(is_success(&office.lab.app.send(asking(sample).token(&office.token)).await), "{sample:?}");
    }
}

#[tokio::test]
async fn what_has_no_effect_is_named_or_refused_before_anything_is_done() {
    let office = Office::new().await;
    let body = json!({"title": "New", "colour": "red"});
    let strict = office.ask(Method::POST, "/admin/spaces").header("prefer", "handling=strict").json(&body);
    let reply = office.lab.app.send(strict).await;
    reply.refusal(400, "cap_invalid_input", "✖ This would have no effect\n  → at colour");
    assert_eq!(office.get("/admin/spaces").await.ok()["results"].as_array().unwrap().len(), 1);
    let reply = office.post("/admin/spaces", &body).await;
    assert_eq!((reply.status, reply.header("palimpsest-ignored")), (200, Some("\"colour\"")));
}
