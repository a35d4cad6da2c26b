//! Writes with a key, single ones and transactions, of several clients across the death of the server, just before a COMMIT,
//! just after it and in the middle of a compaction, while somebody follows: what was acknowledged is there, a transaction wholly or not at all; sent again, each
//! write has had one effect and is answered as it would have been; and whoever follows sees each revision once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::thread::scope;
use std::time::Duration;

use serde_json::{Value, json};

use crate::follower::Follower;
use crate::http::{Client, Reply, page};
use crate::ledger::texts;
use crate::random::{Random, rounds};
use crate::server::Server;
use crate::stored::Stored;

/// So many clients write at once.
const CLIENTS: usize = 3;
/// So many objects of a round are written to by all of them.
const SHARED: usize = 3;

/// When the server dies.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Dies {
    BeforeCommit,
    AfterCommit,
    /// Where there is enough to take out, else after a COMMIT.
    DuringCompaction,
}

/// A request with its key.
struct Keyed {
    /// Also what it writes.
    key: String,
    method: &'static str,
    path: &'static str,
    body: Value,
    /// The objects in which its key stands afterwards, as a paragraph, where that can be told.
    objects: Vec<String>,
}

impl Keyed {
    /// One of another kind each time. `own` is an object that nobody else writes to.
    fn draw(key: String, shared: &[String], own: &str, random: &mut Random) -> Self {
        let append = |object: &String| json!({"id": object, "markdown": key});
        let object = shared[random.below(shared.len() as u64) as usize].clone();
        let (method, path, body, objects) = match random.below(8) {
            0 => {
                let id = random.uuid();
                ("POST", "/object", page(&id, &key, std::slice::from_ref(&key)), vec![id])
            }
            1 => ("POST", "/blocks/daily-note/append", json!({"markdown": key}), vec![]),
            2 => ("PATCH", "/object/markdown", json!({"id": own, "markdown": format!("# {key}")}), vec![]),
            3 => ("POST", "/blocks/append", append(&object), vec![object]),
            _ => {
                // All of them, or all but one.
                let left_out = random.below(2 * shared.len() as u64) as usize;
                let objects = shared.iter().enumerate().filter(|(index, _)| *index != left_out);
                let objects: Vec<_> = objects.map(|(_, object)| object.clone()).collect();
                ("POST", "/transactions", transaction(objects.iter().map(append)), objects)
            }
        };
        Self { key, method, path, body, objects }
    }

    fn send(&self, client: &mut Client) -> std::io::Result<Reply> {
        let reply = client.send_once(&self.key, self.method, self.path, &self.body)?;
        assert_eq!(reply.status, 200, "{} {}: {}", self.method, self.path, reply.text());
        Ok(reply)
    }

    /// How often it stands in each of its objects.
    fn stands(&self, client: &mut Client, read: &mut BTreeMap<String, Vec<String>>) -> Vec<usize> {
        let mut count = |object: &String| {
            let read = read.entry(object.clone());
            let texts = read.or_insert_with(|| client.object(object).map(|object| texts(&object)).unwrap_or_default());
            texts.iter().filter(|text| **text == self.key).count()
        };
        self.objects.iter().map(&mut count).collect()
    }
}

fn transaction(appends: impl Iterator<Item = Value>) -> Value {
    let operation = |body| json!({"method": "POST", "path": "/blocks/append", "body": body});
    json!({"operations": appends.map(operation).collect::<Vec<_>>()})
}

/// A request, and its answer if one came.
type Sent = (Keyed, Option<Reply>);

/// What of an answer has to be the same whenever it is given.
fn said(reply: &Reply) -> (u16, Option<i64>, &Option<String>, String) {
    (reply.status, reply.revision, &reply.etag, reply.text())
}

/// A folder with a token and somebody who follows.
struct Bench {
    folder: tempfile::TempDir,
    token: String,
    follower: Follower,
    head: i64,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (server, token) = Server::start_first(&folder.path().join("data"));
        let head = head(&mut server.client(&token));
        Self { folder, token, follower: Follower::default(), head }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts with a fault, or with none.
    fn start(&self, fault: &str) -> (Server, Client) {
        let server = Server::start_with(&self.data(), [("PALIMPSEST_FAULTS", fault)]);
        let client = server.client(&self.token).having_seen(self.head);
        (server, client)
    }

    /// Makes objects without a key, so that they are there whatever happens next.
    fn make(&mut self, count: usize, random: &mut Random) -> Vec<String> {
        let (server, mut client) = self.start("");
        let made: Vec<_> = (0..count).map(|_| random.uuid()).collect();
        made.iter().for_each(|id| assert_eq!(client.create(id, "made", &[]).unwrap().status, 200));
        self.head = head(&mut client);
        self.follower.catch_up(&mut client);
        server.kill();
        made
    }

    /// Clients write, and somebody follows, until the server dies at one of its first commits.
    fn write_until_death(&mut self, round: &str, dies: Dies, objects: &[String], random: &mut Random) -> Vec<Sent> {
        let commits = random.within(1..25);
        let fault = match dies {
            Dies::BeforeCommit => format!("die-before-commit:{commits}"),
            Dies::AfterCommit => format!("die-after-commit:{commits}"),
            Dies::DuringCompaction => format!("during-compaction:{},die-after-commit:24", random.within(1..300)),
        };
        // What is taken out is of the rounds before: what this one writes is younger than the server.
        let history = if dies == Dies::DuringCompaction { "1s" } else { "forever" };
        let faulty = [("PALIMPSEST_FAULTS", fault.as_str()), ("PALIMPSEST_HISTORY", history)];
        let mut server = Server::start_with(&self.data(), faulty);
        let mut following = server.client(&self.token).having_seen(self.head);
        let (shared, own) = objects.split_at(SHARED);
        let sent = scope(|threads| {
            threads.spawn(|| self.follower.follow(&mut following));
            let writing = own.iter().enumerate().map(|(index, own)| {
                let (mut client, mut random) = (server.client(&self.token).having_seen(self.head), random.split());
                threads.spawn(move || {
                    let mut sent: Vec<Sent> = Vec::new();
                    while sent.last().is_none_or(|(_, answer)| answer.is_some()) {
                        let key = format!("{round}-{index}-{}", sent.len());
                        let keyed = Keyed::draw(key, shared, own, &mut random);
                        let answer = keyed.send(&mut client).ok();
                        sent.push((keyed, answer));
                    }
                    sent
                })
            });
            let writing: Vec<_> = writing.collect();
            writing.into_iter().flat_map(|client| client.join().unwrap()).collect()
        });
        assert!(!server.ended(Duration::from_secs(20)).success());
        sent
    }

    /// Starts again and sends everything again, twice. Checks what was there before that and what is there after it.
    fn check(&mut self, dies: Dies, sent: &[Sent]) {
        let (server, mut client) = self.start("");
        let at_start = head(&mut client);
        assert!(self.follower.seen <= at_start, "{} was seen, {at_start} is kept", self.follower.seen);
        let mut read = BTreeMap::new();
        let stood: Vec<_> = sent.iter().map(|(keyed, _)| keyed.stands(&mut client, &mut read)).collect();
        let (mut done, mut revisions, mut without_answer) = (0, BTreeSet::new(), BTreeSet::new());
        for ((keyed, answer), stood) in sent.iter().zip(stood) {
            let what = format!("{} {} {}", keyed.method, keyed.path, keyed.body);
            assert!(stood.iter().all(|count| *count == stood[0] && *count <= 1), "{what} stands {stood:?} times");
            let again = keyed.send(&mut client).unwrap();
            if let Some(answer) = answer {
                assert!(again.replayed, "{what} was acknowledged");
                assert_eq!(said(&again), said(answer), "{what}");
            } else {
                without_answer.insert(again.replayed);
            }
            if let Some(count) = stood.first() {
                assert_eq!(again.replayed, *count == 1, "{what}");
            }
            let third = keyed.send(&mut client).unwrap();
            assert!(third.replayed, "{what}");
            assert_eq!(said(&third), said(&again), "{what}");
            done += i64::from(again.replayed);
            assert!(revisions.insert(again.revision), "{what}: its revision is that of another");
        }
        assert_eq!(at_start, self.head + done, "{dies:?}: the log has what nobody wrote, or lacks what somebody did");
        let met = match dies {
            Dies::BeforeCommit => without_answer.contains(&false),
            Dies::AfterCommit => without_answer.contains(&true),
            Dies::DuringCompaction => !without_answer.is_empty(),
        };
        assert!(met, "{dies:?}: nobody met it");
        self.head += i64::try_from(sent.len()).unwrap();
        assert_eq!(head(&mut client), self.head, "something was done twice");
        self.check_stands(&mut client, sent.iter().map(|(keyed, _)| keyed));
        self.follower.catch_up(&mut client);
        assert_eq!(self.follower.seen, self.head);
        server.kill();
    }

    /// Each stands once in each of its objects.
    fn check_stands<'k>(&self, client: &mut Client, all: impl Iterator<Item = &'k Keyed>) {
        let mut read = BTreeMap::new();
        for keyed in all {
            assert!(keyed.stands(client, &mut read).iter().all(|count| *count == 1), "{}", keyed.key);
        }
    }
}

fn head(client: &mut Client) -> i64 {
    client.get("/space").revision.unwrap()
}

#[test]
fn whenever_the_server_dies_each_write_has_one_effect_and_one_answer() {
    let mut random = Random::new();
    let mut bench = Bench::new();
    let (mut all, mut checked) = (Vec::new(), 0);
    for round in 0..rounds(20, 200) {
        let dies = [Dies::BeforeCommit, Dies::AfterCommit, Dies::DuringCompaction][random.below(3) as usize];
        let objects = bench.make(SHARED + CLIENTS, &mut random);
        let sent = bench.write_until_death(&format!("r{round}"), dies, &objects, &mut random);
        // Before the server looks at it again, and may repair what it should not have to.
        let stored = Stored::open(&bench.data());
        stored.check_versions(checked);
        checked = stored.revision;
        bench.check(dies, &sent);
        all.extend(sent.into_iter().map(|(keyed, _)| keyed));
    }
    let stored = Stored::open(&bench.data());
    println!("{} writes, history from {}", all.len(), stored.oldest);
    stored.check_versions(0);
    let (_server, mut client) = bench.start("");
    bench.check_stands(&mut client, all.iter());
}

/// The server dies of a transaction over two objects; the request, and how often it stands in each of them when it is back.
fn die_of_a_transaction(faults: &str) -> (Bench, Keyed, Vec<usize>) {
    let mut random = Random::new();
    let mut bench = Bench::new();
    let objects = bench.make(2, &mut random);
    let body = transaction(objects.iter().map(|object| json!({"id": object, "markdown": "once"})));
    let keyed = Keyed { key: "once".to_owned(), method: "POST", path: "/transactions", body, objects };
    let (mut server, mut client) = bench.start(faults);
    assert!(keyed.send(&mut client).is_err());
    server.ended(Duration::from_secs(20));
    let (_server, mut client) = bench.start("");
    let stands = keyed.stands(&mut client, &mut BTreeMap::new());
    (bench, keyed, stands)
}

/// The control: it rests on the lookup in the commit.
#[test]
fn without_the_lookup_a_retry_has_a_second_effect() {
    let (bench, keyed, stands) = die_of_a_transaction("die-after-commit");
    assert_eq!(stands, [1, 1]);
    let (_server, mut client) = bench.start("forget-answers");
    assert!(!keyed.send(&mut client).unwrap().replayed);
    assert_eq!(head(&mut client), bench.head + 2);
    assert_eq!(keyed.stands(&mut client, &mut BTreeMap::new()), [2, 2]);
}

/// The control: it rests on the one commit.
#[test]
fn a_transaction_of_several_commits_is_there_by_half() {
    // The first commit is that of the key alone.
    assert_eq!(die_of_a_transaction("split-transactions,die-after-commit:2").2, [1, 0]);
}
