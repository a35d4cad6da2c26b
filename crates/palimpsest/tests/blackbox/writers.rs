//! Clients that write at once, each to objects of its own and to shared ones.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::scope;
use std::time::Duration;

use crate::http::Client;
use crate::ledger::{Ledger, Shape, Write};
use crate::random::Random;
use crate::server::{Server, wait_for};

/// What became of a write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// It was acknowledged.
    Done,
    /// 503 `cap_service_unavailable`.
    Refused,
    /// No answer came.
    Broken,
}

/// A client that writes.
pub(crate) struct Writer {
    name: String,
    client: Client,
    random: Random,
    shared: Vec<String>,
    own: Option<String>,
    /// So many writes to an object of its own, then it makes another one.
    stays: u64,
    left: u64,
    shape: Shape,
    pub(crate) ledger: Ledger,
}

impl Writer {
    /// Names tell writers and rounds apart: no two of one folder have the same.
    pub(crate) fn new(name: String, client: Client, random: Random, shared: &[String]) -> Self {
        // Several paragraphs make one write: half of it would show. Objects are left alone before they become large.
        let shape = Shape { paragraphs: 3, padding: 0 };
        let shared = shared.to_vec();
        Self { name, client, random, shared, own: None, stays: 12, left: 0, shape, ledger: Ledger::default() }
    }

    /// Writes single paragraphs, for objects that become long enough as it is.
    pub(crate) fn sparing(mut self) -> Self {
        self.shape.paragraphs = 1;
        self
    }

    /// Makes an object of 1 MB each time.
    pub(crate) fn lavish(mut self) -> Self {
        self.shared.clear();
        self.shape.padding = 333_333;
        self.stays = 0;
        self
    }

    /// Makes an object of its own, or adds to that or to a shared one.
    pub(crate) fn write(&mut self) -> Outcome {
        if !self.shared.is_empty() && self.random.below(3) == 0 {
            let index = self.random.below(self.shared.len() as u64) as usize;
            return self.append(self.shared[index].clone());
        }
        match self.own.clone().filter(|_| self.left > 0) {
            Some(own) => {
                self.left -= 1;
                self.append(own)
            }
            None => self.create(),
        }
    }

    /// Makes an object, which is its own from now on if that is acknowledged.
    pub(crate) fn create(&mut self) -> Outcome {
        let object = self.random.uuid();
        let outcome = self.try_to(object.clone(), true);
        self.own = (outcome == Outcome::Done).then_some(object);
        self.left = self.stays;
        outcome
    }

    pub(crate) fn append(&mut self, object: String) -> Outcome {
        self.try_to(object, false)
    }

    /// The write it tried last.
    pub(crate) fn last(&self) -> &Write {
        self.ledger.writes.last().unwrap()
    }

    fn try_to(&mut self, object: String, creates: bool) -> Outcome {
        let label = format!("{}-{}", self.name, self.ledger.writes.len());
        let mut write = Write { object, label, shape: self.shape, creates, revision: None };
        let texts = write.paragraphs();
        let reply = match creates {
            true => self.client.create(&write.object, &write.label, &texts),
            false => self.client.append(&write.object, &texts),
        };
        let outcome = match reply {
            Ok(reply) if reply.status == 200 => {
                write.revision = Some(reply.revision.unwrap());
                Outcome::Done
            }
            Ok(reply) => {
                let code = reply.json()["code"].as_str().map(str::to_owned);
                assert_eq!((reply.status, code.as_deref()), (503, Some("cap_service_unavailable")), "{write:?}");
                Outcome::Refused
            }
            Err(_) => Outcome::Broken,
        };
        self.ledger.writes.push(write);
        outcome
    }
}

/// Makes two objects that everyone writes to.
pub(crate) fn shared_objects(round: &str, client: Client, random: &mut Random) -> (Vec<String>, Ledger) {
    let mut writer = Writer::new(format!("{round}-shared"), client, random.split(), &[]);
    let objects = [(); 2].map(|()| {
        assert_eq!(writer.create(), Outcome::Done);
        writer.last().object.clone()
    });
    (objects.to_vec(), writer.ledger)
}

/// All writers write so many times, beginning together.
pub(crate) fn at_once(writers: &mut [Writer], times: usize) -> Vec<Outcome> {
    let barrier = Barrier::new(writers.len());
    scope(|threads| {
        let running: Vec<_> = writers
            .iter_mut()
            .map(|writer| {
                let barrier = &barrier;
                threads.spawn(move || {
                    barrier.wait();
                    (0..times).map(|_| writer.write()).collect::<Vec<_>>()
                })
            })
            .collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

/// Eight clients that write until their server is ended.
pub(crate) struct Crowd<'a> {
    /// Tells this crowd's writes from those of others in the same folder.
    pub(crate) name: String,
    pub(crate) token: &'a str,
    /// So many acknowledgements are waited for.
    pub(crate) enough: u64,
}

impl Crowd<'_> {
    /// Lets them write; when that is enough, `end` ends the server at a random moment.
    pub(crate) fn write(self, server: Server, random: &mut Random, end: impl FnOnce(Server)) -> Ledger {
        let (shared, mut ledger) = shared_objects(&self.name, server.client(self.token), random);
        let moment = Duration::from_micros(random.below(15_000));
        let done = &AtomicU64::new(0);
        scope(|threads| {
            let running: Vec<_> = (0..8)
                .map(|index| {
                    let (name, client) = (format!("{}-{index}", self.name), server.client(self.token));
                    let mut writer = Writer::new(name, client, random.split(), &shared);
                    threads.spawn(move || {
                        while writer.write() == Outcome::Done {
                            done.fetch_add(1, Ordering::Relaxed);
                        }
                        writer.ledger
                    })
                })
                .collect();
            wait_for("enough acknowledgements", Duration::from_secs(60), || {
                (done.load(Ordering::Relaxed) >= self.enough).then_some(())
            });
            // Not for a condition: this draws where in the next commit the server is hit.
            std::thread::sleep(moment);
            end(server);
            running.into_iter().for_each(|thread| ledger.add(&thread.join().unwrap()));
        });
        ledger
    }
}
