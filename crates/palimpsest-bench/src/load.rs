//! The load: a closed loop on each of some connections, all on one thread.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use fastrand::Rng;
use hdrhistogram::Histogram;
use tokio::task::LocalSet;

use crate::connection::{Connection, Request, Response};
use crate::figures::histogram;

/// What one connection asks, one request after another.
pub(crate) trait Worker {
    /// Writes the next request.
    fn next(&mut self, rng: &mut Rng, to: &mut Prepared);

    /// Looks at its answer; whether it is as expected.
    fn seen(&mut self, response: &Response<'_>) -> bool;

    /// Whether it has nothing more to ask.
    fn is_done(&self) -> bool {
        false
    }
}

/// A request to be sent; its buffers are used again.
#[derive(Default)]
pub(crate) struct Prepared {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl Prepared {
    /// Begins another request.
    pub(crate) fn begin(&mut self, method: &'static str, path: &str) {
        self.method = method;
        for text in [&mut self.path, &mut self.headers] {
            text.clear();
        }
        self.path.push_str(path);
        self.body.clear();
    }
}

/// Where to, and for how long.
#[derive(Clone)]
pub(crate) struct Drive {
    pub(crate) address: SocketAddr,
    /// Header lines of every request.
    pub(crate) common: Rc<str>,
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
}

/// What a load came to: latencies in nanoseconds, and how many answers were not as expected.
pub(crate) struct Load {
    pub(crate) latencies: Histogram<u64>,
    pub(crate) errors: u64,
}

impl Drive {
    /// Drives all workers at once, each on a connection of its own. What is answered in the time for warming up does not count.
    pub(crate) async fn run(&self, workers: Vec<Box<dyn Worker>>, seed: u64) -> Result<Load> {
        let begin = Instant::now() + self.warm_up;
        let end = begin + self.time;
        let set = LocalSet::new();
        let mut tasks = Vec::new();
        for (number, worker) in workers.into_iter().enumerate() {
            let drive = self.clone();
            let rng = Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
            tasks.push(set.spawn_local(async move { drive.one(worker, rng, begin, end).await }));
        }
        let mut all = Load { latencies: histogram()?, errors: 0 };
        set.await;
        for task in tasks {
            let load = task.await??;
            all.latencies.add(&load.latencies)?;
            all.errors += load.errors;
        }
        Ok(all)
    }

    async fn one(&self, mut worker: Box<dyn Worker>, mut rng: Rng, begin: Instant, end: Instant) -> Result<Load> {
        let mut connection = Connection::open(self.address).await?;
        let (mut load, mut prepared) = (Load { latencies: histogram()?, errors: 0 }, Prepared::default());
        while !worker.is_done() {
            worker.next(&mut rng, &mut prepared);
            let Prepared { method, path, headers, body } = &prepared;
            let sent = Instant::now();
            if sent >= end {
                break;
            }
            let request = Request { method, path, headers, body };
            let response = connection.call(&self.common, &request).await?;
            let done = Instant::now();
            if !worker.seen(&response) {
                load.errors += 1;
            } else if sent >= begin && done <= end {
                load.latencies.record(u64::try_from((done - sent).as_nanos()).unwrap_or(u64::MAX))?;
            }
        }
        Ok(load)
    }
}
