//! What is sent again, and what never is.

use std::time::{Duration, Instant};

use palimpsest_client::{Code, NewObject, Retry, Search};
use serde_json::json;

use crate::scripted::{Line, Scripted, answer};

fn busy(status: u16) -> Line {
    answer(status, &["Retry-After: 0"], json!({"code": "cap_service_unavailable", "message": "Later"}))
}

fn space() -> Line {
    answer(200, &[], json!({"id": "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11", "title": "Lab"}))
}

#[tokio::test]
async fn a_read_is_sent_again_until_it_is_answered() {
    let server = Scripted::new(vec![busy(503), busy(429), space()]).await;
    assert_eq!(server.hasty_client(3).space().await.unwrap().value.title, "Lab");
    assert_eq!(server.heard().len(), 3);
}

#[tokio::test]
async fn a_search_is_a_read_although_it_is_a_post() {
    let server = Scripted::new(vec![busy(503), answer(200, &[], json!({"results": []}))]).await;
    assert_eq!(server.hasty_client(3).search(&Search::of("a")).await.unwrap().value, []);
    assert_eq!(server.heard().len(), 2);
}

#[tokio::test]
async fn a_write_is_sent_again_after_429_only() {
    let server = Scripted::new(vec![busy(429), busy(503), space()]).await;
    let error = server.hasty_client(3).create_object(&NewObject::page("a")).await.unwrap_err();
    assert_eq!((error.status, error.code.clone()), (Some(503), Code::ServiceUnavailable));
    assert!(error.outcome_is_unknown());
    let heard = server.heard();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0].body, heard[1].body, "the same request");
}

#[tokio::test]
async fn after_so_many_times_the_answer_stands() {
    let server = Scripted::new(vec![busy(503), busy(503), busy(503), space()]).await;
    assert_eq!(server.hasty_client(2).space().await.unwrap_err().status, Some(503));
    assert_eq!(server.heard().len(), 3);
}

#[tokio::test]
async fn a_wait_beyond_ones_patience_is_not_begun() {
    let line = || answer(429, &["RateLimit: limit=30, remaining=0, reset=58"], "{}");
    let server = Scripted::new(vec![line(), space()]).await;
    let begun = Instant::now();
    let error = server.hasty_client(3).space().await.unwrap_err();
    assert_eq!(error.code, Code::RateLimitExceeded);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn one_call_may_be_less_patient_than_its_client() {
    let server = Scripted::new(vec![busy(503), space()]).await;
    assert_eq!(server.hasty_client(3).space().retry(Retry::never()).await.unwrap_err().status, Some(503));
    assert_eq!(server.heard().len(), 1);
}
