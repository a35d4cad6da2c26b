//! What becomes of refusals, lost answers and answers that are not the contract's.

use std::time::Duration;

use palimpsest_client::{Client, Code, Error, NewObject, Retry, Revision};
use serde_json::json;

use crate::scripted::{Line, Scripted, answer};

async fn failed(line: Line) -> Error {
    let server = Scripted::new(vec![line]).await;
    server.client().create_object(&NewObject::page("a")).retry(Retry::never()).await.unwrap_err()
}

#[tokio::test]
async fn a_refusal_tells_everything_the_answer_tells() {
    let body = json!({"code": "cap_already_exists", "message": "Taken", "details": {"id": "x"}});
    let error = failed(answer(409, &["X-Request-Id: r1", "Palimpsest-Revision: 7"], body)).await;
    assert_eq!((error.status, &error.code, error.message.as_str()), (Some(409), &Code::AlreadyExists, "Taken"));
    assert_eq!(error.details, Some(json!({"id": "x"})));
    assert_eq!((error.request_id.as_deref(), error.revision), (Some("r1"), Some(Revision(7))));
    assert!(!error.outcome_is_unknown());
}

#[tokio::test]
async fn a_refusal_of_something_in_between_is_read_by_its_status() {
    let error = failed(answer(502, &[], "Bad gateway")).await;
    assert_eq!((error.code, error.message.as_str()), (Code::ServerError, "Bad gateway"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let error = failed(answer(307, &["Location: http://127.0.0.1:1/"], "")).await;
    assert_eq!(error.status, Some(307));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_leaves_the_outcome_unknown() {
    let error = failed(answer(200, &["X-Request-Id: r1"], json!({"id": "no uuid"}))).await;
    assert_eq!((&error.code, error.request_id.as_deref()), (&Code::Unreadable, Some("r1")));
    assert!(error.outcome_is_unknown());
    assert_eq!(failed(answer(200, &[], "<html>")).await.code, Code::Unreadable);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_outcome_unknown() {
    let error = failed(Line::HangUp).await;
    assert_eq!((error.status, &error.code), (None, &Code::Lost));
    assert!(error.outcome_is_unknown());
}

#[tokio::test]
async fn no_answer_in_time_is_an_error_of_its_own() {
    let server = Scripted::new(vec![Line::Silence, Line::Silence]).await;
    let client = Client::builder(&server.base).timeout(Duration::from_millis(50)).build().unwrap();
    let error = client.space().await.unwrap_err();
    assert_eq!(error.code, Code::TimedOut);
    assert!(error.outcome_is_unknown());
    let error = server.client().space().timeout(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error.code, Code::TimedOut);
}

#[tokio::test]
async fn without_a_server_nothing_happened() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = Client::new(base, "t").unwrap().space().await.unwrap_err();
    assert_eq!(error.code, Code::Unreachable);
    assert!(error.message.contains("refused"), "{}", error.message);
    assert!(!error.outcome_is_unknown());
}
