//! GET /health/live, GET /health/ready.

use std::sync::Arc;

use http::Method;
use palimpsest_store::StoreError;
use serde_json::json;

use crate::app::{App, Ask, unhurried};
use crate::faulty::{Fault, Faulty};

#[tokio::test]
async fn a_server_is_live_whatever_its_store_does_and_ready_when_it_takes_writes() {
    let store = Arc::new(Faulty::default());
    let app = App::over(Arc::clone(&store) as _, unhurried());
    let get = async |uri: &str| {
        let reply = app.send(Ask::new(Method::GET, uri)).await;
        (reply.status, reply.json())
    };
    assert_eq!(get("/health/live").await, (200, json!({"status": "live"})));
    assert_eq!(get("/health/ready").await, (200, json!({"status": "ready"})));
    store.breaks(Fault::Fails(StoreError::Unavailable("disk".to_owned())));
    assert_eq!(get("/health/live").await, (200, json!({"status": "live"})));
    assert_eq!(get("/health/ready").await, (503, json!({"status": "unavailable"})));
    store.heals();
    assert_eq!(get("/health/ready").await, (200, json!({"status": "ready"})));
}
