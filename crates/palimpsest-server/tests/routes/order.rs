//! Which of two faults is told: the order of the checks, pair by pair.

use http::Method;
use palimpsest_engine::Scope;
use palimpsest_server::{Limits, RateLimits};
use serde_json::{Value, json};

use crate::app::{App, Ask, Lab, unhurried};
use crate::wire::{NOBODY, chosen, page, titled};

/// What may be wrong with a request, in the order in which it is told.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
enum Fault {
    Token,
    Rate,
    Version,
    Scope,
    Size,
    Form,
    Absent,
    Required,
    Failed,
    State,
}

use Fault::{Absent, Failed, Form, Rate, Required, Size, State, Token, Version};

const ALL: [Fault; 10] = [Token, Rate, Version, Fault::Scope, Size, Form, Absent, Required, Failed, State];

const LIMIT: usize = 600;

impl Fault {
    /// The status and the beginning of the message.
    fn told(self) -> (u16, &'static str) {
        match self {
            Token => (401, "Missing or invalid access token"),
            Rate => (429, "Too many requests"),
            Version => (400, "✖ Invalid version"),
            Fault::Scope => (403, "This token lacks the scope api:write"),
            Size => (413, "The body is larger"),
            Form => (400, "✖ Invalid input: expected array, received number\n  → at collections"),
            Absent => (404, "Object not found"),
            Required => (428, "This space or token asks for a version"),
            Failed => (412, "The condition does not hold"),
            State => (400, "✖ Unknown property"),
        }
    }
}

/// A PATCH /object with these faults and no others.
async fn told_of(faults: &[Fault]) -> (u16, String) {
    let has = |fault: Fault| faults.contains(&fault);
    let rates = if has(Rate) { RateLimits::Fixed(1) } else { RateLimits::Off };
    let lab = Lab::in_app(App::new(Limits { rates, body: LIMIT, ..Limits::default() })).await;
    let id = if has(Absent) { NOBODY.to_owned() } else { lab.make(page("a")).await };
    let scopes: &[Scope] = if has(Fault::Scope) { &[Scope::Read] } else { &[Scope::Write] };
    let token = match has(Required) && !has(Fault::Scope) {
        true => lab.app.careful(&lab.space, "tester").await,
        false => lab.app.token(&lab.space, "tester", scopes).await,
    };
    let mut body = json!({"id": id, "properties": {"title": titled("b")}});
    if has(State) {
        body["properties"]["height"] = json!({"type": "text", "text": {"value": null}});
    }
    if has(Form) {
        body["collections"] = json!(3);
    }
    if has(Size) {
        body["padding"] = json!("x".repeat(LIMIT));
    }
    let ask = |body: &Value| {
        let ask = Ask::new(Method::PATCH, "/object").token(if has(Token) { "nobody" } else { &token }).json(body);
        let ask = if has(Version) { ask.header("x-capacities-api-version", "new") } else { ask };
        if has(Failed) { ask.header("if-none-match", "*") } else { ask }
    };
    if has(Rate) {
        lab.app.send(ask(&json!({}))).await;
    }
    let reply = lab.app.send(ask(&body)).await;
    (reply.status, reply.json()["message"].as_str().unwrap_or_default().to_owned())
}

async fn check(faults: &[Fault], first: Fault) {
    let (status, message) = told_of(faults).await;
    let (expected, beginning) = first.told();
    assert!(status == expected && message.starts_with(beginning), "{faults:?} is answered {status}: {message}");
}

#[tokio::test]
async fn a_request_without_a_fault_succeeds() {
    assert_eq!(told_of(&[]).await.0, 200);
}

#[tokio::test]
async fn of_two_faults_the_earlier_is_told() {
    for first in ALL {
        check(&[first], first).await;
        for second in ALL.into_iter().filter(|second| first < *second) {
            check(&[first, second], first).await;
        }
    }
}

#[tokio::test]
async fn of_all_faults_the_first_is_told() {
    for from in 0..ALL.len() {
        check(&ALL[from..], ALL[from]).await;
    }
}

#[tokio::test]
async fn path_and_method_come_before_the_token() {
    let app = App::new(unhurried());
    app.send(Ask::new(Method::GET, "/nowhere")).await.refusal(404, "cap_not_found", "Not found");
    assert_eq!(app.send(Ask::new(Method::PUT, "/object")).await.status, 405);
}

#[tokio::test]
async fn what_the_space_does_not_allow_comes_before_an_id_that_is_taken() {
    let lab = Lab::new().await;
    let mut body = page("a");
    body["id"] = json!(chosen(1));
    lab.create(body.clone()).await;
    body["collections"] = json!([NOBODY]);
    let message = "✖ Unknown collection\n  → at collections[0]";
    lab.refuses(Method::POST, "/object", body.clone(), message).await;
    body["structureId"] = json!("RootDailyNote");
    let message = "This object type cannot be created via this endpoint.";
    lab.refuses(Method::POST, "/object", body, message).await;
}
