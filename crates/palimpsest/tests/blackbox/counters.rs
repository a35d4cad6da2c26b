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
    let bench = Bench::without("");
    let times = rounds(6, 60);
    let counter = bench.counter(&mut Random::new());
    let written = bench.increment(&counter, times, Manner::Conditional);
    assert_eq!(written.len() as u64, CLIENTS * times);
    assert_eq!(bench.count(&counter), CLIENTS * times);
    assert_eq!(bench.lost(&counter, &written), Vec::<String>::new());
}

/// The control, and what is left to those who ask for nothing: the last write wins, and what it overwrote can be read.
#[test]
fn increments_without_a_condition_get_lost_but_no_value_does() {
    let (bench, mut random) = (Bench::without(""), Random::new());
    let (times, mut lost) = (10, 0);
    for _ in 0..rounds(3, 30) {
        let counter = bench.counter(&mut random);
        let written = bench.increment(&counter, times, Manner::Blind);
        assert_eq!(written.len() as u64, CLIENTS * times);
        lost += CLIENTS * times - bench.count(&counter);
        assert_eq!(bench.lost(&counter, &written), Vec::<String>::new());
    }
    assert!(lost > 0, "nobody overwrote anything");
    println!("{lost} increments were lost");
}

/// The control: it rests on the way back that each commit keeps.
#[cfg(feature = "faults")]
#[test]
fn values_that_nobody_keeps_are_missed() {
    let bench = Bench::without("forget-versions");
    let counter = bench.counter(&mut Random::new());
    let written = bench.increment(&counter, 3, Manner::Blind);
    assert!(!bench.lost(&counter, &written).is_empty());
}

/// What was written, by the revision that was told.
type Written = BTreeMap<i64, String>;

struct Bench {
    server: Server,
    token: String,
    _folder: tempfile::TempDir,
}

impl Bench {
    /// With the guards that are named switched off.
    fn without(faults: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = [("PALIMPSEST_FAULTS", faults)];
        let (server, token) = Server::start_first_with(&folder.path().join("data"), environment);
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

    /// Everything that was written and that the history does not have, or otherwise.
    fn lost(&self, counter: &str, written: &Written) -> Vec<String> {
        let mut client = self.client();
        let answer = client.send("GET", &format!("/object/history?id={counter}&limit=1000"), None).unwrap();
        if answer.status != 200 {
            return vec![format!("the history is answered {}", answer.status)];
        }
        let page = answer.json();
        assert_eq!(page["hasMore"], json!(false));
        let entries = page["results"].as_array().unwrap();
        let updates = entries.iter().rev().filter(|entry| entry["kind"] == "updated");
        let revisions: Vec<_> = updates.map(|entry| entry["revision"].as_i64().unwrap()).collect();
        let mut lost = Vec::new();
        if !revisions.iter().eq(written.keys()) {
            lost.push(format!("{revisions:?} are not those of {written:?}"));
        }
        for (revision, value) in written {
            let path = format!("/object?id={counter}&revision={revision}");
            let then = client.send("GET", &path, None).unwrap();
            if then.status != 200 || title(&then.json()) != *value {
                lost.push(format!("{value} at {revision} is {}", then.text()));
            }
        }
        lost
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
