//! Writes with a key across the death of the server, just before the COMMIT and just after it: sent again, they have had one
//! effect and are answered as they would have been.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Client, Reply};
use crate::random::{Random, rounds};
use crate::server::Server;

/// When the server dies.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Dies {
    BeforeCommit,
    AfterCommit,
}

/// A request with its key.
struct Keyed {
    key: String,
    method: &'static str,
    path: &'static str,
    body: Value,
}

impl Keyed {
    fn send(&self, client: &mut Client) -> std::io::Result<Reply> {
        client.send_once(&self.key, self.method, self.path, &self.body)
    }
}

/// A folder with one object, and a token.
struct Bench {
    folder: tempfile::TempDir,
    token: String,
    object: String,
    written: u64,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (server, token) = Server::start_first(&folder.path().join("data"));
        let made = server.client(&token).send("POST", "/object", Some(&json!({"structureId": "RootPage"}))).unwrap();
        let object = made.json()["id"].as_str().unwrap().to_owned();
        server.stop();
        Self { folder, token, object, written: 0 }
    }

    /// Starts with a fault, or with none.
    fn start(&self, fault: &str) -> (Server, Client) {
        let data = self.folder.path().join("data");
        let server = Server::start_with(Path::new(&data), [("PALIMPSEST_FAULTS", fault)]);
        let client = server.client(&self.token);
        (server, client)
    }

    /// The next request, each of another kind, each with a key of its own.
    fn next(&mut self) -> Keyed {
        self.written += 1;
        let (number, object) = (self.written, &self.object);
        let (method, path, body) = match number % 4 {
            0 => ("POST", "/object", json!({"structureId": "RootPage"})),
            1 => ("POST", "/blocks/append", json!({"id": object, "markdown": format!("line {number}")})),
            2 => ("POST", "/blocks/daily-note/append", json!({"markdown": format!("note {number}")})),
            _ => ("PATCH", "/object/markdown", json!({"id": object, "markdown": format!("# Line {number}")})),
        };
        Keyed { key: format!("key-{number}"), method, path, body }
    }

    /// Writes until the server dies of the last of some writes; what was sent, and the answers that came.
    fn write_until_death(&mut self, dies: Dies, writes: u64) -> (Vec<Keyed>, Vec<Reply>, i64) {
        let point = if dies == Dies::BeforeCommit { "die-before-commit" } else { "die-after-commit" };
        let (mut server, mut client) = self.start(&format!("{point}:{writes}"));
        let before = head(&mut client);
        let sent: Vec<_> = (0..writes).map(|_| self.next()).collect();
        let mut answers: Vec<_> = sent.iter().map(|keyed| keyed.send(&mut client)).collect();
        assert!(answers.pop().is_some_and(|last| last.is_err()), "the server was to die of the last one");
        let answers = answers.into_iter().map(|answer| answer.unwrap()).collect();
        assert!(!server.ended(Duration::from_secs(20)).success());
        (sent, answers, before)
    }
}

fn head(client: &mut Client) -> i64 {
    client.get("/space").revision.unwrap()
}

#[test]
fn a_write_whose_answer_was_lost_is_sent_again_and_has_one_effect() {
    let mut random = Random::new();
    let mut bench = Bench::new();
    for round in 0..rounds(10, 100) {
        let dies = if round % 2 == 0 { Dies::BeforeCommit } else { Dies::AfterCommit };
        let writes = random.within(1..6);
        let (sent, mut answers, before) = bench.write_until_death(dies, writes);
        let (server, mut client) = bench.start("");
        let (lost, all) = (sent.last().unwrap(), before + i64::try_from(writes).unwrap());
        let there = if dies == Dies::AfterCommit { all } else { all - 1 };
        assert_eq!(head(&mut client), there, "{dies:?}");
        let retried = lost.send(&mut client).unwrap();
        assert_eq!(retried.status, 200, "{}", retried.text());
        assert_eq!((retried.replayed, retried.revision), (dies == Dies::AfterCommit, Some(all)), "{dies:?}");
        answers.push(retried);
        for (number, (keyed, first)) in (1..).zip(sent.iter().zip(&answers)) {
            let again = keyed.send(&mut client).unwrap();
            assert!(again.replayed, "{} {}", keyed.method, keyed.path);
            assert_eq!((again.status, again.revision), (200, Some(before + number)));
            assert_eq!((again.revision, again.text()), (first.revision, first.text()));
        }
        assert_eq!(head(&mut client), all, "something was done twice");
        server.kill();
    }
}

/// The control: it rests on the lookup in the commit.
#[test]
fn without_the_lookup_a_retry_has_a_second_effect() {
    let mut bench = Bench::new();
    let (sent, _, before) = bench.write_until_death(Dies::AfterCommit, 1);
    let (_server, mut client) = bench.start("forget-answers");
    let retried = sent[0].send(&mut client).unwrap();
    assert_eq!((retried.status, retried.replayed), (200, false));
    assert_eq!(head(&mut client), before + 2);
}
