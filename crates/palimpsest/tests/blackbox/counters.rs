//! Counters that many clients raise at once: what reading, adding one and writing comes to, with a condition and without.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread::scope;

use serde_json::{Value, json};

use crate::http::Client;
use crate::random::{Random, rounds};
use crate::server::Server;

const CLIENTS: u64 = 8;

/// Whether a write names what was read.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Manner {
    Conditional,
    Blind,
}

#[test]
fn increments_under_a_condition_are_all_counted() {
    let bench = Bench::new();
    let times = rounds(6, 60);
    let counter = bench.counter(&mut Random::new());
    let written = bench.increment(&counter, times, Manner::Conditional);
    assert_eq!(written.len() as u64, CLIENTS * times);
    assert_eq!(bench.count(&counter), CLIENTS * times);
    bench.assert_kept(&counter, &written);
}

/// The control, and what is left to those who ask for nothing: the last write wins, and what it overwrote can be read.
#[test]
fn increments_without_a_condition_get_lost_but_no_value_does() {
    let (bench, mut random) = (Bench::new(), Random::new());
    let (times, mut lost) = (10, 0);
    for _ in 0..rounds(3, 30) {
        let counter = bench.counter(&mut random);
        let written = bench.increment(&counter, times, Manner::Blind);
        assert_eq!(written.len() as u64, CLIENTS * times);
        lost += CLIENTS * times - bench.count(&counter);
        bench.assert_kept(&counter, &written);
    }
    assert!(lost > 0, "nobody overwrote anything");
    println!("{lost} increments were lost");
}

/// What was written, by the revision that was told.
type Written = BTreeMap<i64, String>;

struct Bench {
    server: Server,
    token: String,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (server, token) = Server::start_first(&folder.path().join("data"));
        Self { server, token, _folder: folder }
    }

    fn client(&self) -> Client {
        self.server.client(&self.token)
    }

    /// A page that counts in its title.
    fn counter(&self, random: &mut Random) -> String {
        let id = random.uuid();
        assert_eq!(self.client().create(&id, "0", &[]).unwrap().status, 200);
        id
    }

    fn count(&self, counter: &str) -> u64 {
        count(&title(&self.client().object(counter).unwrap()))
    }

    /// All clients count at once.
    fn increment(&self, counter: &str, times: u64, manner: Manner) -> Written {
        let barrier = Barrier::new(usize::try_from(CLIENTS).unwrap());
        scope(|threads| {
            let running: Vec<_> = (0..CLIENTS)
                .map(|client| {
                    let mut counting = Counting { client: self.client(), counter, name: format!("client {client}") };
                    let barrier = &barrier;
                    threads.spawn(move || {
                        barrier.wait();
                        (0..times).map(|time| counting.increment(time, manner)).collect::<Vec<_>>()
                    })
                })
                .collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        })
    }

    /// Asserts that the history has every value that was ever written, and no other.
    fn assert_kept(&self, counter: &str, written: &Written) {
        let mut client = self.client();
        let page = client.get(&format!("/object/history?id={counter}&limit=1000")).json();
        assert_eq!(page["hasMore"], json!(false));
        let entries = page["results"].as_array().unwrap();
        let updates = entries.iter().filter(|entry| entry["kind"] == "updated");
        let mut revisions: Vec<_> = updates.map(|entry| entry["revision"].as_i64().unwrap()).collect();
        revisions.reverse();
        assert!(revisions.iter().eq(written.keys()), "{revisions:?} are not those of {written:?}");
        for (revision, value) in written {
            let then = client.get(&format!("/object?id={counter}&revision={revision}")).json();
            assert_eq!(title(&then), *value, "at {revision}");
        }
    }
}

/// A client that counts.
struct Counting<'c> {
    client: Client,
    counter: &'c str,
    name: String,
}

impl Counting<'_> {
    /// Reads, adds one and writes, until that is accepted; the revision, and what it wrote, which nobody else writes.
    fn increment(&mut self, time: u64, manner: Manner) -> (i64, String) {
        loop {
            let read = self.client.get(&format!("/object?id={}", self.counter));
            let value = format!("{} by {} at {time}", count(&title(&read.json())) + 1, self.name);
            let condition = match manner {
                Manner::Conditional => format!("If-Match: {}\r\n", read.etag.unwrap()),
                Manner::Blind => String::new(),
            };
            let title = json!({ "type": "title", "title": { "value": value } });
            let body = json!({ "id": self.counter, "properties": { "title": title } });
            let reply = self.client.send_with("PATCH", "/object", Some(&body), &condition).unwrap();
            match (reply.status, manner) {
                (200, _) => return (reply.revision.unwrap(), value),
                (412, Manner::Conditional) => {}
                (status, _) => panic!("{status} {}", reply.text()),
            }
        }
    }
}

fn title(object: &Value) -> String {
    object.pointer("/properties/title/title/value").and_then(Value::as_str).unwrap().to_owned()
}

/// The number that a title begins with.
fn count(title: &str) -> u64 {
    title.split(' ').next().unwrap().parse().unwrap()
}
