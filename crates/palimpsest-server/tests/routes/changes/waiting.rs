//! Pages that are waited for.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use palimpsest_engine::admin::Command;
use palimpsest_server::Limits;
use serde_json::{Value, json};

use crate::app::{App, Ask, BOTH, Lab, Reply, unhurried};
use crate::faulty::{Fault, Faulty};
use crate::wire::page;

/// Waits at the head; `meanwhile` runs once the request waits.
async fn waited(lab: &Lab, since: u64, meanwhile: impl AsyncFnOnce()) -> Reply {
    let uri = format!("/changes?since={since}&wait=60");
    let wakes = async {
        // The request is polled first; a few turns later it has looked and waits.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        meanwhile().await;
    };
    let (reply, ()) = tokio::join!(lab.get(&uri), wakes);
    reply
}

fn revisions(page: &Value) -> Vec<u64> {
    page["changes"].as_array().unwrap().iter().map(|change| change["revision"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn what_is_there_already_is_not_waited_for() {
    let lab = Lab::new().await;
    let page = lab.get("/changes?since=0&wait=60").await.ok();
    assert_eq!(revisions(&page), [1]);
}

#[tokio::test]
async fn the_first_change_ends_the_wait() {
    let lab = Lab::new().await;
    let reply = waited(&lab, 1, async || _ = lab.post("/object", &page("a")).await.ok()).await;
    assert_eq!(reply.revision(), Some(2));
    let page = reply.ok();
    assert_eq!((revisions(&page), &page["revision"]), (vec![2], &json!(2)));
}

#[tokio::test]
async fn the_end_of_the_time_ends_the_wait_and_the_time_of_other_requests_does_not() {
    let limits = Limits { request_time: Duration::from_millis(200), ..unhurried() };
    let lab = Lab::in_app(App::new(limits)).await;
    let reply = lab.get("/changes?since=1&wait=1").await;
    assert_eq!(reply.revision(), Some(1));
    let page = reply.ok();
    assert_eq!((revisions(&page), &page["revision"], &page["hasMore"]), (vec![], &json!(1), &json!(false)));
}

#[tokio::test]
async fn a_write_in_another_space_wakes_nobody() {
    let lab = Lab::new().await;
    let other = lab.app.space("Other").await;
    let token = lab.app.token(&other, "other", BOTH).await;
    let reply = waited(&lab, 1, async || {
        lab.app.send(Ask::new(Method::POST, "/object").token(&token).json(&page("there"))).await.ok();
        lab.post("/object", &page("here")).await.ok();
    });
    let page = reply.await.ok();
    assert_eq!(revisions(&page), [2]);
}

#[tokio::test]
async fn who_is_no_longer_allowed_is_not_answered() {
    let lab = Lab::new().await;
    let writer = lab.app.token(&lab.space, "writer", BOTH).await;
    let reply = waited(&lab, 1, async || {
        lab.app.administer(Command::TokenRevoke { token: "all".to_owned() }).await;
        lab.app.send(Ask::new(Method::POST, "/object").token(&writer).json(&page("secret"))).await.ok();
    });
    reply.await.refusal(401, "cap_not_authenticated", "Missing or invalid access token");
}

#[tokio::test]
async fn the_end_of_the_space_ends_the_wait() {
    let lab = Lab::new().await;
    let space = lab.space.clone();
    let reply = waited(&lab, 1, async || _ = lab.app.administer(Command::SpaceDelete { space }).await).await;
    assert_eq!((reply.status, &*reply.code()), (401, "cap_not_authenticated"));
}

#[tokio::test]
async fn changes_come_also_where_nothing_tells_of_them() {
    for fault in [Fault::SaysNothing, Fault::SpeaksEarly] {
        let store = Arc::new(Faulty::default());
        let lab = Lab::in_app(App::over(Arc::clone(&store) as _, unhurried())).await;
        store.breaks(fault);
        let reply = waited(&lab, 1, async || _ = lab.post("/object", &page("a")).await.ok()).await;
        assert_eq!(revisions(&reply.ok()), [2]);
    }
}

#[tokio::test]
async fn a_store_that_fails_meanwhile_is_told_of() {
    let too_long = "The request took too long; whether a write took place is unknown until it is read back";
    for (fault, status, message) in
        [(Fault::Silent, 503, too_long), (Fault::LookupsPanic, 500, "Internal server error (request r-1)")]
    {
        let store = Arc::new(Faulty::default());
        let limits = Limits { request_time: Duration::from_millis(200), ..unhurried() };
        let lab = Lab::in_app(App::over(Arc::clone(&store) as _, limits)).await;
        let ask = lab.ask(Method::GET, "/changes?since=1&wait=1").header("x-request-id", "r-1");
        let breaks = async {
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            store.breaks(fault);
        };
        let (reply, ()) = tokio::join!(lab.app.send(ask), breaks);
        assert_eq!((reply.status, reply.json()["message"].as_str()), (status, Some(message)));
    }
}
