//! Two objects as two lists. A transaction appends a new element to one of them or to both and reads what it left; a read
//! takes both at one revision.

use serde_json::{Value, json};
use stateright::semantics::SequentialSpec;

use crate::http::Client;
use crate::ledger::texts;
use crate::random::{Random, rounds};

use super::campaign::{Bench, CALLS, CLIENTS, assert_none_violates};
use super::history::{Actor, Verdict, observe};

#[test]
fn transactions_over_two_objects_are_linearizable() {
    assert_none_violates(rounds(300, 2_000), history);
}

/// The control: it rests on one commit for all operations.
#[cfg(feature = "faults")]
#[test]
fn transactions_that_are_split_are_found_out() {
    super::campaign::assert_one_violates("split-transactions", 100, history);
}

/// The elements of a list.
pub(super) type Elements = Vec<u64>;

/// Both lists at a revision.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Lists {
    pub(super) revision: i64,
    pub(super) elements: [Elements; 2],
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Op {
    Read,
    /// To these lists, one after another.
    Append {
        element: u64,
        to: Vec<usize>,
    },
}

/// The revision, and each list that is shown.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Ret {
    pub(super) revision: i64,
    pub(super) shown: [Option<Elements>; 2],
}

impl SequentialSpec for Lists {
    type Op = Op;
    type Ret = Ret;

    fn invoke(&mut self, op: &Op) -> Ret {
        let mut shown = [true; 2];
        if let Op::Append { element, to } = op {
            // Nobody else writes in this space.
            self.revision += 1;
            to.iter().for_each(|list| self.elements[*list].push(*element));
            shown = [0, 1].map(|list| to.contains(&list));
        }
        let shown = [0, 1].map(|list| shown[list].then(|| self.elements[list].clone()));
        Ret { revision: self.revision, shown }
    }
}

/// A client of two lists.
pub(super) struct Appender {
    pub(super) client: Client,
    pub(super) random: Random,
    pub(super) objects: [String; 2],
    /// No two clients ever name the same element.
    pub(super) next: u64,
}

impl Actor for Appender {
    type Op = Op;
    type Ret = Ret;

    fn decide(&mut self) -> Op {
        self.next += 1;
        let to: &[usize] = match self.random.below(10) {
            0..4 => return Op::Read,
            4..6 => &[0, 1],
            6..8 => &[1, 0],
            8 => &[0],
            _ => &[1],
        };
        Op::Append { element: self.next, to: to.to_vec() }
    }

    fn carry_out(&mut self, op: &Op) -> Ret {
        match op {
            Op::Read => {
                let reply = self.client.send("POST", "/objects/get", Some(&json!({ "ids": self.objects }))).unwrap();
                assert_eq!(reply.status, 200, "{}", reply.text());
                let body = reply.json();
                let shown = [0, 1].map(|list| Some(elements(&body["results"][list]["object"])));
                Ret { revision: body["revision"].as_i64().unwrap(), shown }
            }
            Op::Append { element, to } => {
                let append = |list: &usize| {
                    let body = json!({ "id": self.objects[*list], "markdown": element.to_string() });
                    json!({ "method": "POST", "path": "/blocks/append", "body": body })
                };
                let body = json!({ "operations": to.iter().map(append).collect::<Vec<_>>() });
                let prefer = "Prefer: return=representation\r\n";
                let reply = self.client.send_with("POST", "/transactions", Some(&body), prefer).unwrap();
                assert_eq!(reply.status, 200, "{}", reply.text());
                let body = reply.json();
                let mut shown = [None, None];
                for (index, list) in to.iter().enumerate() {
                    shown[*list] = Some(elements(&body["results"][index]["body"]));
                }
                Ret { revision: body["revision"].as_i64().unwrap(), shown }
            }
        }
    }
}

pub(super) fn elements(object: &Value) -> Elements {
    texts(object).iter().map(|text| text.parse().unwrap()).collect()
}

/// So many clients of two new objects, and the revision at which both are there.
pub(super) fn appenders(bench: &mut Bench, clients: usize) -> (Vec<Appender>, i64) {
    let pages = [(); 2].map(|()| bench.page("list"));
    let revision = pages[1].1;
    let objects = pages.map(|(id, _)| id);
    let appender = |index: u64| {
        let (client, random) = (bench.client(), bench.random.split());
        Appender { client, random, objects: objects.clone(), next: index * 1_000 }
    };
    ((1..=clients as u64).map(appender).collect(), revision)
}

fn history(bench: &mut Bench) -> Verdict {
    let (appenders, revision) = appenders(bench, CLIENTS);
    let actors = appenders.into_iter().map(|appender| {
        let calls = bench.random.within(1..CALLS + 1);
        (appender, calls)
    });
    observe(actors.collect()).judge(Lists { revision, ..Lists::default() })
}
