//! A whole run: for each size a filled server and its peers, then every job in turns, so that what disturbs the machine disturbs
//! all alike.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, bail};
use serde::Serialize;

use crate::bare::{Asking, Bare};
use crate::corpus::Corpus;
use crate::figures::Figures;
use crate::job::{Client, Job};
use crate::load::{Drive, Worker};
use crate::palimpsest::Palimpsest;
use crate::pocketbase::{self, PocketBase};
use crate::process::Server;
use crate::{raw, table};

/// What is to be measured.
pub(crate) struct Plan {
    pub(crate) binary: PathBuf,
    /// Nothing leaves PocketBase out.
    pub(crate) pocketbase: Option<PathBuf>,
    /// Whether the bare servers are measured.
    pub(crate) peers: bool,
    pub(crate) scratch: PathBuf,
    pub(crate) sizes: Vec<usize>,
    pub(crate) connections: Vec<usize>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
    pub(crate) rounds: usize,
}

/// One line of the result.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) objects: usize,
    pub(crate) job: String,
    pub(crate) server: String,
    pub(crate) connections: usize,
    pub(crate) figures: Figures,
}

/// Everything that was measured.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    /// One `fdatasync` of 4 KB, the median in microseconds.
    pub(crate) fdatasync: f64,
    /// Bytes of the data folder after filling, by number of objects.
    pub(crate) sizes: BTreeMap<usize, u64>,
    /// Resident memory in MiB after filling and a restart, by number of objects.
    pub(crate) idle: BTreeMap<usize, f64>,
    pub(crate) rows: Vec<Row>,
}

/// So many connections write while others read.
const WRITERS: usize = 16;
/// So many objects are read again and again.
const HOT: usize = 100;

impl Plan {
    /// Measures all of it.
    pub(crate) async fn run(&self) -> Result<Outcome> {
        let mut outcome = Outcome { fdatasync: raw::fdatasync(&self.scratch, 200)?, ..Outcome::default() };
        table::say(&format!("one fdatasync of 4 KB: {:.0} µs (median)", outcome.fdatasync));
        for size in &self.sizes {
            self.size(*size, &mut outcome).await?;
        }
        Ok(outcome)
    }

    async fn size(&self, objects: usize, outcome: &mut Outcome) -> Result<()> {
        let corpus = Rc::new(Corpus::new(objects));
        let mut ours = Palimpsest::start(&self.binary, &self.scratch)?;
        ours.fill(&corpus).await?;
        ours.restart(&self.binary)?;
        outcome.idle.insert(objects, ours.server.used()?.memory);
        outcome.sizes.insert(objects, crate::process::size_of(ours.folder.path())?);
        let theirs = match &self.pocketbase {
            Some(binary) => Some(PocketBase::start(binary, &self.scratch, &corpus).await?),
            None => None,
        };
        let bare = if self.peers { Some(Bare::start()?) } else { None };
        table::say(&format!("{objects} objects: {} bytes on disk", outcome.sizes[&objects]));
        table::heading();
        for job in &self.jobs {
            for connections in &self.connections {
                let mut rounds: BTreeMap<&str, Vec<Figures>> = BTreeMap::new();
                for round in 0..self.rounds {
                    let seed = round as u64 + 1;
                    let drive = ours.drive(self.warm_up, self.time);
                    let workers = Client::all(*job, &corpus, *connections, ours.head().await?);
                    let beside =
                        (*job == Job::ReadsBesideWrites).then(|| Client::all(Job::PatchProperty, &corpus, WRITERS, 0));
                    let figures = measure(&ours.server, &drive, workers, beside, seed).await?;
                    rounds.entry("palimpsest").or_default().push(figures);
                    if let Some(bare) = bare.as_ref().filter(|_| matches!(job, Job::GetHot | Job::NotModified)) {
                        let condition = *job == Job::NotModified;
                        let workers = (0..*connections).map(|_| Box::new(Asking { condition }) as Box<dyn Worker>);
                        let drive = bare.drive(self.warm_up, self.time);
                        let figures = measure(&bare.server, &drive, workers.collect(), None, seed).await?;
                        rounds.entry("bare axum").or_default().push(figures);
                    }
                    if self.peers && *job == Job::PatchProperty {
                        let figures = raw_updates(&self.scratch, objects, *connections, self.time, seed).await?;
                        rounds.entry("raw SQLite").or_default().push(figures);
                    }
                    if let Some(theirs) = theirs.as_ref().filter(|_| pocketbase::Client::knows(*job)) {
                        let one = |_| {
                            let corpus = Rc::clone(&corpus);
                            Box::new(pocketbase::Client { job: *job, corpus, hot: HOT }) as Box<dyn Worker>
                        };
                        let workers = (0..*connections).map(one).collect();
                        let drive = theirs.drive(self.warm_up, self.time);
                        let figures = measure(&theirs.server, &drive, workers, None, seed).await?;
                        rounds.entry("PocketBase").or_default().push(figures);
                    }
                }
                for (server, rounds) in rounds {
                    let figures = Figures::median(&rounds);
                    let server = server.to_owned();
                    let row = Row { objects, job: job.name().to_owned(), server, connections: *connections, figures };
                    table::row(&row);
                    outcome.rows.push(row);
                }
            }
        }
        ours.server.stop()?;
        let failed: Vec<_> = outcome.rows.iter().filter(|row| row.figures.errors > 0).map(|row| &*row.job).collect();
        if !failed.is_empty() {
            bail!("not answered as expected: {}", failed.join(", "));
        }
        Ok(())
    }
}

async fn raw_updates(scratch: &Path, rows: usize, writers: usize, time: Duration, seed: u64) -> Result<Figures> {
    let scratch = scratch.to_owned();
    tokio::task::spawn_blocking(move || raw::updates(&scratch, rows.min(100_000), writers, time, seed)).await?
}

/// One round: what the load came to, and what it cost the server.
async fn measure(
    server: &Server,
    drive: &Drive,
    workers: Vec<Box<dyn Worker>>,
    beside: Option<Vec<Box<dyn Worker>>>,
    seed: u64,
) -> Result<Figures> {
    let before = server.used()?;
    let other = async {
        match beside {
            Some(workers) => drive.run(workers, seed + 100).await.map(Some),
            None => Ok(None),
        }
    };
    let (load, other) = tokio::join!(drive.run(workers, seed), other);
    let (load, other, after) = (load?, other?, server.used()?);
    let errors = load.errors + other.as_ref().map_or(0, |load| load.errors);
    let mut figures = Figures::of(&load.latencies, drive.time.as_secs_f64(), errors);
    // What was answered while it warmed up has cost as much.
    let share = drive.time.as_secs_f64() / (drive.time + drive.warm_up).as_secs_f64();
    let answers = (load.latencies.len() + other.map_or(0, |load| load.latencies.len())) as f64;
    figures.cpu = (after.cpu - before.cpu) * share / answers.max(1.0);
    figures.written = (after.written - before.written) * share / answers.max(1.0);
    figures.memory = after.memory;
    Ok(figures)
}
