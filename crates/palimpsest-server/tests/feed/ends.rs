//! How streams and waits end: by the token, by the client, by the server; and what they hold until then.

use std::time::Duration;

use palimpsest_engine::admin::Command;
use palimpsest_model::Timestamp;
use palimpsest_server::{Limits, RateLimits};
use serde_json::json;
use tokio::time::timeout;

use crate::served::{PATIENCE, Served, unhurried};
use crate::wire::Connection;

#[tokio::test]
async fn a_revoked_token_ends_its_stream_and_sees_nothing_more() {
    let served = Served::new().await;
    let token = served.token("leaver", None).await;
    let (_, mut events) = Connection::open(served.address, &token).await.stream("/changes?since=1", None).await;
    served.make("seen").await;
    assert!(events.next_of("change").await.is_some());
    served.engine.administer(Command::TokenRevoke { token: "leaver".to_owned() }).await.unwrap();
    served.make("secret").await;
    let rest = events.rest().await;
    assert!(rest.iter().all(|event| event.name == "bookmark" && event.data["revision"] == json!(2)), "{rest:?}");
}

#[tokio::test]
async fn an_expired_token_ends_a_quiet_stream() {
    let served = Served::new().await;
    let end = Timestamp(served.engine.now().0 + 60_000);
    let token = served.token("guest", Some(end)).await;
    let (_, mut events) = Connection::open(served.address, &token).await.stream("/changes?since=1", None).await;
    assert!(events.next_of("bookmark").await.is_some());
    served.clock.advance(60_000);
    assert!(events.rest().await.len() < 100, "it ended");
}

#[tokio::test]
async fn when_the_server_stops_streams_end_after_a_bookmark_and_waits_are_answered() {
    // Only the end of the server brings a bookmark here.
    let served = Served::within(quiet(100)).await;
    served.make("a").await;
    let mut events = served.stream("?since=1").await;
    assert_eq!(events.next().await.unwrap().unwrap().name, "change");
    let mut waits = served.connect().await;
    waits.send("GET", "/changes?since=2&wait=60", "", None).await.unwrap();
    Counting::new(&served).await.until(2).await;
    served.stop.send(()).unwrap();
    let rest = events.rest().await;
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert_eq!((&*rest[0].name, &rest[0].data), ("bookmark", &json!({"revision": 2})));
    let head = waits.head().await.unwrap();
    let page = waits.body(&head).await.unwrap();
    assert_eq!((head.status, &page["changes"], &page["revision"]), (200, &json!([]), &json!(2)));
    timeout(PATIENCE, served.done).await.unwrap().unwrap();
}

/// A connection that knows how many have called.
struct Counting {
    connection: Connection,
    calls: u64,
}

const CALLS: u32 = 1000;

impl Counting {
    async fn new(served: &Served) -> Self {
        Self { connection: served.connect().await, calls: 0 }
    }

    /// Waits until so many other calls to the feed have come.
    async fn until(&mut self, others: u64) {
        let counted = async {
            loop {
                let (head, _) = self.connection.ask("GET", "/changes", None).await.unwrap();
                self.calls += 1;
                let left = u64::from(CALLS) - self.calls - others;
                if head.headers["ratelimit"].contains(&format!("remaining={left},")) {
                    return;
                }
            }
        };
        timeout(PATIENCE, counted).await.unwrap();
    }
}

/// Limits with which only the end of the server brings a bookmark, and every call is counted.
fn quiet(connections: usize) -> Limits {
    let bookmark_time = Duration::from_secs(3600);
    Limits { bookmark_time, rates: RateLimits::Fixed(CALLS), connections, ..unhurried() }
}

/// Connects again and again until there is a place.
async fn place(served: &Served) -> Connection {
    let again = async {
        loop {
            let mut connection = served.connect().await;
            if connection.ask("GET", "/health/live", None).await.is_ok_and(|(head, _)| head.status == 200) {
                return connection;
            }
        }
    };
    timeout(PATIENCE, again).await.unwrap()
}

#[tokio::test]
async fn a_client_that_leaves_frees_its_place() {
    let served = Served::within(quiet(2)).await;
    let mut counting = Counting::new(&served).await;
    counting.until(0).await;
    for (others, query, accept) in [(1, "?since=1", "Accept: text/event-stream\r\n"), (2, "?since=1&wait=60", "")] {
        let mut client = place(&served).await;
        client.send("GET", &format!("/changes{query}"), accept, None).await.unwrap();
        counting.until(others).await;
        let refused = served.connect().await.ask("GET", "/health/live", None).await;
        assert!(refused.is_err() || refused.is_ok_and(|(head, _)| head.status == 503), "both places are taken");
        drop(client);
        place(&served).await;
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_its_stream_is_closed() {
    let write_time = Duration::from_millis(200);
    let served = Served::within(Limits { connections: 1, write_time, ..unhurried() }).await;
    let large = "x".repeat(1_000_000);
    let mut writer = served.connect().await;
    for _ in 0..20 {
        let body = json!({"structureId": "RootPage", "blocks": {"RootPage_content": [
            {"type": "TextBlock", "tokens": [{"type": "TextToken", "text": large, "style": {}}]}]}});
        writer.json("POST", "/object", Some(&body)).await;
    }
    drop(writer);
    let mut silent = place(&served).await;
    silent.send("GET", "/changes?include=objects", "Accept: text/event-stream\r\n", None).await.unwrap();
    assert_eq!(silent.head().await.unwrap().status, 200);
    place(&served).await;
    drop(silent);
}

#[tokio::test]
async fn who_waits_holds_no_reader_and_no_place_in_a_queue() {
    let served = Served::new().await;
    let (mut streams, mut polls) = (Vec::new(), Vec::new());
    for _ in 0..50 {
        streams.push(served.stream("?since=1").await);
        let mut poll = served.connect().await;
        poll.send("GET", "/changes?since=1&wait=60", "", None).await.unwrap();
        polls.push(poll);
    }
    // There is one reader thread, and room for 32 that wait for it: fewer than the next commit wakes.
    served.connect().await.json("GET", "/objects?include=objects", None).await;
    served.make("for all").await;
    for mut events in streams {
        assert_eq!(events.next_of("change").await.unwrap().data["revision"], json!(2));
    }
    for mut poll in polls {
        let head = poll.head().await.unwrap();
        assert_eq!(poll.body(&head).await.unwrap()["revision"], json!(2));
    }
}
