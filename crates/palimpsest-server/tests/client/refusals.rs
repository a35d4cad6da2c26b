//! What is refused, and how the client tells.

use std::time::Duration;

use palimpsest_client::{Client, Code, NewObject, ObjectChanges, ObjectId, Retry, Revision, parse_uuid};
use palimpsest_engine::Scope;
use palimpsest_server::{Limits, RateLimits};
use serde_json::json;

use crate::served::Served;

fn nobody() -> ObjectId {
    ObjectId(parse_uuid("11111111-1111-4111-8111-111111111111").unwrap())
}

#[tokio::test]
async fn refusals_are_typed() {
    let served = Served::new(Limits { body: 1000, ..Limits::default() }).await;
    let client = served.client().await;
    let error = client.object(nobody()).await.unwrap_err();
    assert_eq!((error.status, error.is_not_found(), error.revision), (Some(404), true, Some(Revision(1))));
    assert!(error.request_id.is_some());
    let error = client.update_object(nobody(), &ObjectChanges::new()).await.unwrap_err();
    assert_eq!((error.status, &error.code), (Some(400), &Code::InvalidInput));
    assert!(error.message.starts_with("✖ Provide at least one of"), "{}", error.message);
    let page = NewObject::page("a").id(nobody());
    client.create_object(&page).await.unwrap();
    let error = client.create_object(&page).await.unwrap_err();
    assert_eq!((error.status, &error.code), (Some(409), &Code::AlreadyExists));
    assert_eq!(error.details, Some(json!({"id": nobody()})));
    let error = client.create_object(&NewObject::page("x".repeat(1000))).await.unwrap_err();
    assert_eq!((error.status, &error.code), (Some(413), &Code::InvalidInput));
}

#[tokio::test]
async fn a_token_that_may_not_tells_what_it_lacks() {
    let served = Served::new(Limits::default()).await;
    let reader = Client::new(&served.base, served.token(&[Scope::Read]).await).unwrap();
    let error = reader.trash_object(nobody()).await.unwrap_err();
    assert_eq!((&error.code, error.missing_scopes()), (&Code::ScopeInsufficient, vec!["api:write"]));
    let nobody = Client::builder(&served.base).build().unwrap();
    assert_eq!(nobody.space().await.unwrap_err().code, Code::NotAuthenticated);
}

#[tokio::test]
async fn a_rate_limit_beyond_ones_patience_is_an_error() {
    let served = Served::new(Limits { rates: RateLimits::Fixed(1), ..Limits::default() }).await;
    let client = served.client().await;
    client.space().await.unwrap();
    let retry = Retry { times: 3, patience: Duration::from_secs(1) };
    let error = client.space().retry(retry).await.unwrap_err();
    assert_eq!((error.status, error.code), (Some(429), Code::RateLimitExceeded));
}

#[tokio::test]
async fn a_connection_that_was_refused_an_answer_serves_the_next_call() {
    let served = Served::new(Limits { body: 1000, ..Limits::default() }).await;
    let client = served.client().await;
    for _ in 0..3 {
        assert_eq!(client.create_object(&NewObject::page("x".repeat(100_000))).await.unwrap_err().status, Some(413));
        client.space().await.unwrap();
    }
}
