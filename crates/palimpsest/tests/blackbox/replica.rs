//! A copy of a space that is kept by following it: begun with the list of all objects, then moved by the feed alone, over
//! connections that are lost, and begun again where its place in the feed is none. It is gapless, and in the end the same.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;

use serde_json::{Value, json};

use crate::events::Events;
use crate::http::{Client, Reply, page};
use crate::random::{Random, rounds};
use crate::server::Server;

#[test]
fn followers_that_are_cut_off_have_the_same_objects_as_the_server_in_the_end() {
    follow_writers("", rounds(120, 2_000)).unwrap();
}

/// The control: it rests on pages that go on after their last change.
#[cfg(feature = "faults")]
#[test]
fn followers_of_a_feed_that_skips_find_out() {
    let found = (0..10).find_map(|_| follow_writers("follow-the-head", 60).err());
    println!("{}", found.expect("nobody missed anything"));
}

const WRITERS: usize = 4;
const FOLLOWERS: usize = 3;
/// A place that the feed has not come to.
const NOWHERE: &str = "9007199254740991";

/// Lets followers follow writers until nobody writes any more, and compares what they have with the server. An error when one
/// of them found a gap or has something else.
fn follow_writers(faults: &str, writes: u64) -> Result<(), String> {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let environment = [("PALIMPSEST_FAULTS", faults)];
    let (server, token) = Server::start_first_with(&folder.path().join("data"), environment);
    // So that there is something to begin with.
    Writer::new(server.client(&token), random.split()).write(30);
    let writing = &AtomicBool::new(true);
    let replicas = scope(|threads| {
        let followers = [(); FOLLOWERS].map(|()| {
            let mut replica = Replica::new(server.client(&token), random.split());
            threads.spawn(move || replica.follow_while(writing).map(|()| replica))
        });
        let writers = [(); WRITERS].map(|()| {
            let mut writer = Writer::new(server.client(&token), random.split());
            threads.spawn(move || writer.write(writes))
        });
        let ended = writers.map(|thread| thread.join());
        writing.store(false, Ordering::Relaxed);
        assert!(ended.iter().all(Result::is_ok));
        followers.map(|thread| thread.join().unwrap())
    });
    let mut server = Replica::new(server.client(&token), random.split());
    server.start();
    for replica in replicas {
        let replica = replica?;
        replica.compare(&server)?;
        println!("a follower started {} times", replica.begun);
        assert_eq!(replica.begun, 1 + replica.strayed, "nothing else makes a follower start again");
    }
    Ok(())
}

/// What a follower has.
struct Replica {
    client: Client,
    random: Random,
    /// Each object that can be seen, with its tag.
    objects: BTreeMap<String, (Value, Value)>,
    revision: i64,
    /// Where to go on.
    position: String,
    /// How often it started, and how often it lost its place.
    begun: u32,
    strayed: u32,
}

impl Replica {
    fn new(client: Client, random: Random) -> Self {
        Self { client, random, objects: BTreeMap::new(), revision: 0, position: String::new(), begun: 0, strayed: 0 }
    }

    /// Reads the list of all objects, all pages of which are of one revision.
    fn start(&mut self) {
        self.objects.clear();
        self.begun += 1;
        let limit = self.random.within(1..60);
        let first = format!("/objects?include=objects&limit={limit}");
        let mut page = self.client.get(&first).json();
        self.revision = page["revision"].as_i64().unwrap();
        self.position = self.revision.to_string();
        loop {
            assert_eq!(page["revision"], json!(self.revision));
            for row in page["results"].as_array().unwrap() {
                self.objects.insert(text(&row["id"]), (row["etag"].clone(), row["object"].clone()));
            }
            let Some(cursor) = page["nextCursor"].as_str() else { return };
            page = self.client.get(&format!("{first}&cursor={cursor}")).json();
        }
    }

    /// Follows until nobody writes any more and nothing is left to be read. Tells of a gap.
    fn follow_while(&mut self, writing: &AtomicBool) -> Result<(), String> {
        self.start();
        loop {
            // Asked first: what is written until then is before the end of the next page.
            let is_last = !writing.load(Ordering::Relaxed);
            if is_last {
                let page = self.page("limit=1000")?;
                if page.is_some_and(|page| page["hasMore"] == json!(false)) {
                    return Ok(());
                }
                continue;
            }
            match self.random.below(20) {
                0 => {
                    NOWHERE.clone_into(&mut self.position);
                    self.strayed += 1;
                    assert_eq!(self.page("limit=1")?, None);
                }
                1..5 => {
                    let limit = self.random.within(1..9);
                    self.page(&format!("limit={limit}"))?;
                }
                5..10 => {
                    let limit = self.random.within(1..9);
                    self.page(&format!("limit={limit}&wait=1"))?;
                }
                // Gone before the answer.
                10..13 => {
                    drop(self.client.ask("GET", &format!("/changes?since={}&wait=9", self.position), "").unwrap())
                }
                _ => self.stream()?,
            }
        }
    }

    /// Reads a page; nothing when it had to start again.
    fn page(&mut self, how: &str) -> Result<Option<Value>, String> {
        let path = format!("/changes?since={}&include=objects&{how}", self.position);
        let Reply { status, body, .. } = self.client.send("GET", &path, None).unwrap();
        let page: Value = serde_json::from_slice(&body).unwrap();
        if status == 410 {
            self.start();
            return Ok(None);
        }
        assert_eq!(status, 200, "{path}: {page}");
        for change in page["changes"].as_array().unwrap() {
            self.take(change)?;
        }
        self.position = format!("{}.{}", page["log"].as_str().unwrap(), page["revision"]);
        Ok(Some(page))
    }

    /// Reads some events of a stream, and cuts it off.
    fn stream(&mut self) -> Result<(), String> {
        // One that cannot be had is looked into by a page.
        let Ok(mut events) = Events::since(&self.client, &self.position) else { return self.page("").map(|_| ()) };
        for _ in 0..self.random.below(20) {
            let Ok(event) = events.next() else { return Ok(()) };
            self.position = event.id;
            if event.name == "change" {
                self.take(&event.data)?;
            }
        }
        Ok(())
    }

    /// Moves by one change, which has to be the next.
    fn take(&mut self, change: &Value) -> Result<(), String> {
        if change["revision"] != json!(self.revision + 1) {
            return Err(format!("after {} came {}", self.revision, change["revision"]));
        }
        self.revision += 1;
        for changed in change["objects"].as_array().unwrap() {
            let id = text(&changed["id"]);
            match changed.get("object") {
                Some(object) => self.objects.insert(id, (changed["etag"].clone(), object.clone())),
                None => self.objects.remove(&id),
            };
        }
        Ok(())
    }

    fn compare(&self, server: &Self) -> Result<(), String> {
        if self.revision != server.revision {
            return Err(format!("a follower stopped at {}, the server stands at {}", self.revision, server.revision));
        }
        for id in self.objects.keys().chain(server.objects.keys()) {
            let (own, other) = (self.objects.get(id), server.objects.get(id));
            if own != other {
                return Err(format!("{id} is {own:?} for a follower and {other:?} for the server"));
            }
        }
        Ok(())
    }
}

/// Makes, changes, trashes, restores and deletes objects of its own, alone and several at once.
struct Writer {
    client: Client,
    random: Random,
    live: Vec<String>,
    trash: Vec<String>,
}

impl Writer {
    fn new(client: Client, random: Random) -> Self {
        Self { client, random, live: Vec::new(), trash: Vec::new() }
    }

    fn write(&mut self, times: u64) {
        for _ in 0..times {
            if self.random.below(4) > 0 {
                let (method, path, body) = self.operation();
                self.must(method, &path, &body);
                continue;
            }
            let operations = (0..self.random.within(1..6)).map(|_| {
                let (method, path, body) = self.operation();
                json!({ "method": method, "path": path, "body": body })
            });
            let operations = json!({ "operations": operations.collect::<Vec<_>>() });
            self.must("POST", "/transactions", &operations);
        }
    }

    fn must(&mut self, method: &str, path: &str, body: &Value) {
        let reply = self.client.send(method, path, Some(body).filter(|body| !body.is_null())).unwrap();
        assert!(matches!(reply.status, 200 | 204), "{method} {path} {body}: {}", reply.text());
    }

    /// The next thing to do, as if it were done.
    fn operation(&mut self) -> (&'static str, String, Value) {
        let word = format!("word {}", self.random.below(1_000_000));
        let kind = self.random.below(10);
        if kind < 2 && !self.live.is_empty() {
            let id = self.draw(|writer| &mut writer.live);
            self.trash.push(id.clone());
            return ("DELETE", format!("/object?id={id}"), Value::Null);
        }
        if kind < 4 && !self.trash.is_empty() {
            let id = self.draw(|writer| &mut writer.trash);
            self.live.push(id.clone());
            return ("PATCH", "/object".to_owned(), json!({ "id": id, "deleteRequested": false }));
        }
        if kind == 4 && !self.trash.is_empty() {
            let id = self.draw(|writer| &mut writer.trash);
            return ("DELETE", format!("/object?id={id}&hardDelete=true"), Value::Null);
        }
        if kind < 7 || self.live.is_empty() {
            let id = self.random.uuid();
            self.live.push(id.clone());
            return ("POST", "/object".to_owned(), page(&id, &word, std::slice::from_ref(&word)));
        }
        let id = self.draw(|writer| &mut writer.live);
        self.live.push(id.clone());
        if kind == 7 {
            return ("POST", "/blocks/append".to_owned(), json!({ "id": id, "markdown": word }));
        }
        let title = json!({ "type": "title", "title": { "value": word } });
        ("PATCH", "/object".to_owned(), json!({ "id": id, "properties": { "title": title } }))
    }

    /// Takes out one of a list.
    fn draw(&mut self, list: fn(&mut Self) -> &mut Vec<String>) -> String {
        let word = self.random.below(u64::MAX);
        let list = list(self);
        let place = word % list.len() as u64;
        list.swap_remove(usize::try_from(place).unwrap())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
