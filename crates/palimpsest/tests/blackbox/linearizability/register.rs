//! One object that is read and written under a condition: a register with compare-and-set.

use serde_json::{Value, json};
use stateright::semantics::SequentialSpec;

use crate::http::Client;
use crate::random::{Random, rounds};

use super::campaign::{Bench, CALLS, CLIENTS, assert_none_violates};
use super::history::{Actor, Verdict, observe};

#[test]
fn reads_and_conditional_writes_of_an_object_are_linearizable() {
    assert_none_violates(rounds(300, 2_000), history);
}

/// The control: it rests on the compare inside the commit.
#[cfg(feature = "faults")]
#[test]
fn a_compare_before_the_commit_is_found_out() {
    super::campaign::assert_one_violates("compare-before-commit", 100, history);
}

/// The object: its value, and the revision that wrote it.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Register {
    value: u64,
    version: i64,
}

#[derive(Clone, Copy, Debug)]
enum Op {
    Read,
    WriteIf { version: i64, value: u64 },
    Write { value: u64 },
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Ret {
    Is(Register),
    Written { version: i64 },
    Mismatch { current: i64 },
}

impl SequentialSpec for Register {
    type Op = Op;
    type Ret = Ret;

    fn invoke(&mut self, op: &Op) -> Ret {
        let value = match *op {
            Op::Read => return Ret::Is(*self),
            Op::WriteIf { version, .. } if version != self.version => return Ret::Mismatch { current: self.version },
            Op::WriteIf { value, .. } | Op::Write { value } => value,
        };
        // Nobody else writes in this space, and nobody writes a value twice.
        *self = Self { value, version: self.version + 1 };
        Ret::Written { version: self.version }
    }
}

/// A client with the version it saw last.
struct Writer {
    client: Client,
    random: Random,
    object: String,
    log: String,
    seen: i64,
    next: u64,
}

impl Writer {
    fn patch(&mut self, value: u64, condition: &str) -> Ret {
        let title = json!({ "type": "title", "title": { "value": value.to_string() } });
        let body = json!({ "id": self.object, "properties": { "title": title } });
        let reply = self.client.send_with("PATCH", "/object", Some(&body), condition).unwrap();
        match reply.status {
            200 => {
                let version = revision_of(reply.etag.as_ref().unwrap());
                assert_eq!(reply.revision, Some(version), "a write is shown at its own revision");
                assert_eq!(title_of(&reply.json()), value);
                Ret::Written { version }
            }
            412 => Ret::Mismatch { current: revision_of(reply.json()["details"]["current"].as_str().unwrap()) },
            status => panic!("{status} {}", reply.text()),
        }
    }
}

impl Actor for Writer {
    type Op = Op;
    type Ret = Ret;

    fn decide(&mut self) -> Op {
        self.next += 1;
        let value = self.next;
        match self.random.below(10) {
            0..3 => Op::Read,
            3..9 => Op::WriteIf { version: self.seen, value },
            _ => Op::Write { value },
        }
    }

    fn carry_out(&mut self, op: &Op) -> Ret {
        let ret = match *op {
            Op::Read => {
                let reply = self.client.get(&format!("/object?id={}", self.object));
                let version = revision_of(reply.etag.as_ref().unwrap());
                Ret::Is(Register { value: title_of(&reply.json()), version })
            }
            Op::WriteIf { version, value } => self.patch(value, &format!("If-Match: \"{}.{version}\"\r\n", self.log)),
            Op::Write { value } => self.patch(value, ""),
        };
        self.seen = match ret {
            Ret::Is(Register { version, .. }) | Ret::Written { version } | Ret::Mismatch { current: version } => {
                version
            }
        };
        ret
    }
}

/// Four clients, which know the first version of a new object.
fn history(bench: &mut Bench) -> Verdict {
    let (object, version) = bench.page("0");
    let etag = bench.client().get(&format!("/object?id={object}")).etag.unwrap();
    let log = etag.trim_matches('"').split('.').next().unwrap().to_owned();
    let actors = (1..=CLIENTS as u64).map(|index| {
        let (client, mut random) = (bench.client(), bench.random.split());
        let calls = random.within(1..CALLS + 1);
        let (object, log) = (object.clone(), log.clone());
        (Writer { client, random, object, log, seen: version, next: index * 100 }, calls)
    });
    observe(actors.collect()).judge(Register { value: 0, version })
}

/// The revision that an entity tag names, with a digest or without.
fn revision_of(etag: &str) -> i64 {
    let (_, revision) = etag.trim_matches('"').split_once('.').unwrap();
    revision.split('-').next().unwrap().parse().unwrap()
}

fn title_of(object: &Value) -> u64 {
    object.pointer("/properties/title/title/value").and_then(Value::as_str).unwrap().parse().unwrap()
}
