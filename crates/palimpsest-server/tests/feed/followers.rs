//! The promise of the feed: whoever follows from revision N sees every later revision exactly once, in order, whatever is
//! written meanwhile and however often the connection is lost.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::served::Served;
use crate::wire::Connection;

const WRITERS: u64 = 4;
/// How many writes each of them makes.
const WRITES: usize = 40;

/// How a follower goes on when its connection is lost.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Manner {
    /// A stream, taken up by the id of its last event.
    ByLastEvent,
    /// A stream, begun anew at the last change.
    BySince,
    /// Page after page, waiting for each.
    ByPages,
    /// Wrongly, at the head it was told of.
    AtTheHead,
}

use Manner::{AtTheHead, ByLastEvent, ByPages, BySince};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_follower_sees_every_revision_once_and_in_order() {
    let served = Arc::new(Served::new().await);
    let last = 1 + WRITERS * WRITES as u64;
    let followers: Vec<_> = [ByLastEvent, BySince, ByPages]
        .into_iter()
        .cycle()
        .take(9)
        .zip(1..)
        .map(|(manner, seed)| tokio::spawn(follow(Arc::clone(&served), manner, Dice(seed), last)))
        .collect();
    let writers: Vec<_> = (0..WRITERS).map(|seed| tokio::spawn(write(Arc::clone(&served), Dice(seed)))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let log = log(&served).await;
    assert!(is_whole(&log, last));
    let mut client = served.connect().await;
    let listed = client.json("GET", "/objects?limit=1000&include=objects", None).await;
    let rows = listed["results"].as_array().unwrap();
    let present: BTreeMap<_, _> = rows.iter().map(|row| (name(row), row["object"].clone())).collect();
    for id in present.keys() {
        assert_eq!(client.json("GET", &format!("/object?id={id}"), None).await, present[id]);
    }
    for follower in followers {
        let seen = follower.await.unwrap();
        assert_eq!(seen, log);
        assert_eq!(replica(&seen), present);
    }
}

#[tokio::test]
async fn a_follower_that_trusts_the_head_is_found_out() {
    let served = Arc::new(Served::new().await);
    write(Arc::clone(&served), Dice(1)).await;
    let last = 1 + WRITES as u64;
    for (manner, expected) in [(ByLastEvent, true), (AtTheHead, false)] {
        let seen = follow(Arc::clone(&served), manner, Dice(7), last).await;
        assert_eq!(is_whole(&seen, last), expected, "{manner:?}");
    }
}

/// Whether these are all changes until a revision, each once and in order.
fn is_whole(changes: &[Value], last: u64) -> bool {
    changes.iter().map(|change| change["revision"].as_u64().unwrap()).eq(1..=last)
}

/// What a follower has that keeps what each change shows.
fn replica(changes: &[Value]) -> BTreeMap<String, Value> {
    let mut replica = BTreeMap::new();
    for changed in changes.iter().flat_map(|change| change["objects"].as_array().unwrap()) {
        match changed.get("object") {
            Some(object) => replica.insert(name(changed), object.clone()),
            None => replica.remove(&name(changed)),
        };
    }
    replica
}

fn name(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

/// The whole log, in one go.
async fn log(served: &Served) -> Vec<Value> {
    let page = served.connect().await.json("GET", "/changes?limit=1000&include=objects", None).await;
    assert_eq!(page["hasMore"], json!(false));
    page["changes"].as_array().unwrap().clone()
}

/// Makes, changes, trashes, restores and deletes; every write takes a revision.
async fn write(served: Arc<Served>, mut dice: Dice) {
    let mut client = served.connect().await;
    // Those that can be seen, and those in the trash.
    let (mut live, mut trash) = (Vec::new(), Vec::new());
    for round in 0..WRITES {
        let title = json!({"title": {"type": "title", "title": {"value": format!("{round} of {}", dice.0)}}});
        let kind = dice.below(5);
        if kind == 0 && !live.is_empty() {
            let id: String = live.swap_remove(dice.below(live.len()));
            client.json("DELETE", &format!("/object?id={id}"), None).await;
            trash.push(id);
        } else if kind == 1 && !trash.is_empty() {
            let id = trash.swap_remove(dice.below(trash.len()));
            client.json("PATCH", "/object", Some(&json!({"id": id, "deleteRequested": false}))).await;
            live.push(id);
        } else if kind == 2 && !trash.is_empty() {
            let id = trash.swap_remove(dice.below(trash.len()));
            client.json("DELETE", &format!("/object?id={id}&hardDelete=true"), None).await;
        } else if kind > 2 && !live.is_empty() {
            let id = &live[dice.below(live.len())];
            client.json("PATCH", "/object", Some(&json!({"id": id, "properties": title}))).await;
        } else {
            let body = json!({"structureId": "RootPage", "properties": title});
            live.push(name(&client.json("POST", "/object", Some(&body)).await));
        }
    }
}

/// Follows until a revision, over connections that are lost after a few events.
async fn follow(served: Arc<Served>, manner: Manner, mut dice: Dice, last: u64) -> Vec<Value> {
    let mut seen: Vec<Value> = Vec::new();
    let mut position = "0".to_owned();
    let is_done = |position: &str| position.rsplit('.').next().unwrap().parse::<u64>().unwrap() >= last;
    while !is_done(&position) {
        let client = served.connect().await;
        if manner == ByPages {
            position = next_page(client, &position, &mut dice, &mut seen).await;
            continue;
        }
        let (uri, resumed) = match manner {
            BySince => (format!("/changes?include=objects&since={position}"), None),
            _ => ("/changes?include=objects".to_owned(), Some(position.as_str())),
        };
        let (head, mut events) = client.stream(&uri, resumed).await;
        assert_eq!(head.status, 200, "{head:?}");
        for _ in 0..dice.below(12) {
            let Some(event) = events.next().await.unwrap() else { break };
            position = event.id;
            if event.name == "change" {
                seen.push(event.data);
            }
            if is_done(&position) {
                break;
            }
        }
        if manner == AtTheHead {
            position = head.headers["palimpsest-revision"].clone();
        }
        // Dropped with whatever is on its way.
    }
    seen
}

/// Waits for a page; now and then leaves before it comes.
async fn next_page(mut client: Connection, position: &str, dice: &mut Dice, seen: &mut Vec<Value>) -> String {
    let limit = 1 + dice.below(9);
    let uri = format!("/changes?since={position}&wait=60&include=objects&limit={limit}");
    if dice.below(3) == 0 {
        client.send("GET", &uri, "", None).await.unwrap();
        return position.to_owned();
    }
    let page = client.json("GET", &uri, None).await;
    seen.extend(page["changes"].as_array().unwrap().iter().cloned());
    format!("{}.{}", page["log"].as_str().unwrap(), page["revision"])
}

/// Numbers that repeat from run to run (SplitMix64).
struct Dice(u64);

impl Dice {
    #[expect(clippy::cast_possible_truncation, reason = "the remainder is smaller than a usize")]
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % count as u64) as usize
    }
}
