//! What a stream tells.

use palimpsest_server::{Limits, RateLimits};
use serde_json::json;

use crate::served::{Served, unhurried};

#[tokio::test]
async fn a_stream_begins_as_every_answer_does() {
    let served = Served::within(Limits { rates: RateLimits::Fixed(10), ..unhurried() }).await;
    let (head, mut events) = served.connect().await.stream("/changes?since=1&limit=5&x=y", None).await;
    let header = |name: &str| head.headers.get(name).map(String::as_str);
    assert_eq!((head.status, header("content-type")), (200, Some("text/event-stream")));
    assert_eq!(
        (header("palimpsest-revision"), header("ratelimit")),
        (Some("1"), Some("limit=10, remaining=9, reset=60"))
    );
    assert_eq!(header("palimpsest-ignored"), Some("\"limit\", \"x\""));
    assert!(
        header("x-request-id").is_some() && header("content-length").is_none() && header("content-encoding").is_none()
    );
    served.make("a").await;
    assert_eq!(events.next_of("change").await.unwrap().data["revision"], json!(2));
    let counted = served.connect().await.ask("GET", "/changes", None).await.unwrap().0;
    assert_eq!(counted.headers["ratelimit"], "limit=10, remaining=8, reset=60", "a stream counts once");
}

#[tokio::test]
async fn a_change_comes_as_pages_show_it_and_its_id_is_the_position_after_it() {
    let served = Served::new().await;
    served.make("early").await;
    let mut plain = served.stream("").await;
    let mut whole = served.stream("?since=1&include=objects").await;
    let late = served.make("late").await;
    let page = served.connect().await.json("GET", "/changes?include=objects", None).await;
    let log = page["log"].as_str().unwrap();
    for expected in &page["changes"].as_array().unwrap()[1..] {
        let event = whole.next_of("change").await.unwrap();
        assert_eq!((&event.data, event.id), (expected, format!("{log}.{}", expected["revision"])));
        if expected["revision"] == json!(3) {
            assert_eq!(event.data["objects"][0]["object"], late);
        }
    }
    for revision in 1..=3 {
        let event = plain.next_of("change").await.unwrap();
        assert_eq!(event.data["revision"], json!(revision));
        assert!(event.data["objects"].as_array().unwrap().iter().all(|object| object.get("object").is_none()));
    }
}

#[tokio::test]
async fn bookmarks_tell_where_a_quiet_stream_is() {
    let served = Served::new().await;
    let log = served.connect().await.json("GET", "/changes", None).await["log"].as_str().unwrap().to_owned();
    let mut events = served.stream(&format!("?since={log}.1")).await;
    for _ in 0..3 {
        let event = events.next().await.unwrap().unwrap();
        assert_eq!((&*event.name, &event.data), ("bookmark", &json!({"revision": 1})));
        assert_eq!(event.id, format!("{log}.1"));
    }
    served.make("a").await;
    let change = events.next_of("change").await.unwrap();
    let bookmark = events.next_of("bookmark").await.unwrap();
    assert_eq!((change.id, bookmark.id), (format!("{log}.2"), format!("{log}.2")));
}

#[tokio::test]
async fn the_last_event_counts_before_the_parameter() {
    let served = Served::new().await;
    for title in ["a", "b", "c"] {
        served.make(title).await;
    }
    let first = served.stream("?since=0").await.next_of("change").await.unwrap();
    let resumed = |last: Option<String>| {
        let served = &served;
        async move {
            let (_, mut events) = served.connect().await.stream("/changes?since=3", last.as_deref()).await;
            events.next_of("change").await.unwrap().data["revision"].clone()
        }
    };
    assert_eq!(resumed(Some(first.id)).await, json!(2));
    assert_eq!(resumed(Some("1".to_owned())).await, json!(2));
    assert_eq!(resumed(None).await, json!(4));
}

#[tokio::test]
async fn a_position_of_another_log_is_refused_before_the_stream_begins() {
    let served = Served::new().await;
    for last in ["0123456789abcdef.1", "2"] {
        let (head, _) = served.connect().await.stream("/changes", Some(last)).await;
        assert_eq!((head.status, &*head.headers["content-type"]), (410, "application/json"), "{last}");
    }
}
