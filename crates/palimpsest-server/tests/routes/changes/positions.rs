//! Where a follower may go on.

use http::Method;
use serde_json::json;

use crate::app::{Ask, BOTH, Lab};
use crate::wire::page;

const GONE: &str = "The position is of another log, or beyond the head of this one: start again";

#[tokio::test]
async fn a_position_is_a_revision_with_or_without_its_log() {
    let lab = Lab::new().await;
    lab.post("/object", &page("a")).await.ok();
    let log = lab.get("/changes").await.ok()["log"].as_str().unwrap().to_owned();
    for (since, expected) in
        [("0".to_owned(), 2), ("1".to_owned(), 1), (format!("{log}.0"), 2), (format!("{log}.2"), 0)]
    {
        let page = lab.get(&format!("/changes?since={since}")).await.ok();
        assert_eq!(page["changes"].as_array().unwrap().len(), expected, "{since}");
    }
}

#[tokio::test]
async fn a_position_beyond_the_head_or_of_another_log_is_gone() {
    let lab = Lab::new().await;
    let log = lab.get("/changes").await.ok()["log"].clone();
    let other = lab.app.space("Other").await;
    let stranger = lab.app.token(&other, "other", BOTH).await;
    let foreign = lab.app.send(Ask::new(Method::GET, "/changes").token(&stranger)).await.ok();
    let foreign = foreign["log"].as_str().unwrap();
    for since in ["2", "18446744073709551615", &format!("{foreign}.0"), &format!("{foreign}.1")] {
        for accept in ["application/json", "text/event-stream"] {
            for wait in ["", "&wait=60"] {
                let ask = lab.ask(Method::GET, &format!("/changes?since={since}{wait}"));
                let reply = lab.app.send(ask.header("accept", accept)).await;
                let details = reply.refusal(410, "cap_revision_unknown", GONE);
                assert_eq!(details, json!({"log": log, "revision": 1}), "{since}");
                assert_eq!(reply.revision(), Some(1));
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_position_is_invalid() {
    let lab = Lab::new().await;
    let expected = "✖ Invalid position: expected <log>.<revision> or a revision";
    for wrong in ["", "x", "-1", "1.", "abc.1", "%22abc.1%22"] {
        let reply = lab.get(&format!("/changes?since={wrong}")).await;
        reply.refusal(400, "cap_invalid_input", &format!("{expected}\n  → at since"));
        let stream = lab.ask(Method::GET, &format!("/changes?since={wrong}")).header("accept", "text/event-stream");
        assert_eq!(lab.app.send(stream).await.status, 400, "{wrong}");
    }
    let stream = lab.ask(Method::GET, "/changes").header("accept", "text/event-stream");
    let reply = lab.app.send(stream.header("last-event-id", "x")).await;
    reply.refusal(400, "cap_invalid_input", &format!("{expected}\n  → at Last-Event-ID"));
    lab.app.send(lab.ask(Method::GET, "/changes").header("last-event-id", "x")).await.ok();
}

#[tokio::test]
async fn limits_waits_and_inclusions_are_checked() {
    let lab = Lab::new().await;
    for wait in ["61", "-1", "1.5", "x", ""] {
        let message = "✖ Invalid input: expected a whole number of seconds from 0 to 60\n  → at wait";
        lab.get(&format!("/changes?wait={wait}")).await.refusal(400, "cap_invalid_input", message);
    }
    let message = "✖ Too big: expected number to be <=1000\n  → at limit";
    lab.get("/changes?limit=1001").await.refusal(400, "cap_invalid_input", message);
    let message = "✖ Invalid option: expected one of \"objects\"\n  → at include";
    lab.get("/changes?include=blocks").await.refusal(400, "cap_invalid_input", message);
    for fine in ["wait=0", "wait=60", "limit=1000", "limit=1", "include=objects"] {
        lab.get(&format!("/changes?{fine}")).await.ok();
    }
}
