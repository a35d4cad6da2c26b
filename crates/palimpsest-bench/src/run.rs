//! A whole run: for each size a filled server and its peers, then every job in turns, so that what disturbs the machine disturbs
//! all alike.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;

use crate::bare::{Asking, Bare};
use crate::corpus::Corpus;
use crate::figures::Figures;
use crate::job::{Client, Job};
use crate::load::{Drive, Worker};
use crate::outcome::{Outcome, Row};
use crate::palimpsest::Palimpsest;
use crate::pocketbase::{self, PocketBase};
use crate::process::Server;
use crate::{edits, growth, raw, table};

/// What is to be measured.
pub(crate) struct Plan {
    pub(crate) binary: PathBuf,
    /// Nothing leaves PocketBase out.
    pub(crate) pocketbase: Option<PathBuf>,
    /// PocketBase is filled with at most so many records.
    pub(crate) pocketbase_up_to: usize,
    /// Whether the bare servers are measured.
    pub(crate) peers: bool,
    pub(crate) scratch: PathBuf,
    /// Where filled data folders are kept for the next run.
    pub(crate) filled: Option<PathBuf>,
    pub(crate) sizes: Vec<usize>,
    pub(crate) connections: Vec<usize>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
    pub(crate) rounds: usize,
    /// Whether large objects and what an edit leaves on disk are measured too.
    pub(crate) objects: bool,
}

/// So many connections write while others read.
const WRITERS: usize = 16;
/// Raw SQLite is filled with at most so many rows.
const ROWS: usize = 100_000;

/// The servers of one size.
struct Servers {
    objects: usize,
    corpus: Rc<Corpus>,
    ours: Palimpsest,
    bare: Option<Bare>,
    pocketbase: Option<PocketBase>,
}

/// Who is measured.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Peer {
    Ours,
    Alone,
    Bare,
    Raw,
    PocketBase,
}

impl Peer {
    const ALL: [Self; 5] = [Self::Ours, Self::Alone, Self::Bare, Self::Raw, Self::PocketBase];

    fn name(self) -> &'static str {
        match self {
            Self::Ours => "palimpsest",
            Self::Alone => "one commit per request",
            Self::Bare => "bare axum",
            Self::Raw => "raw SQLite",
            Self::PocketBase => "PocketBase",
        }
    }
}

impl Plan {
    /// Measures all of it.
    pub(crate) async fn run(&self) -> Result<Outcome> {
        let mut outcome = Outcome { fdatasync: raw::fdatasync(&self.scratch, 200)?, ..Outcome::default() };
        table::say(&format!("one fdatasync of 4 KB: {:.0} µs (median)", outcome.fdatasync));
        outcome.empty = self.empty().await?;
        table::say(&format!("an empty space: {:.0} MiB resident", outcome.empty));
        for size in &self.sizes {
            self.size(*size, &mut outcome).await?;
        }
        if self.objects {
            growth::measure_all(self, &mut outcome).await?;
            outcome.edits = Some(edits::measure(self).await?);
        }
        Ok(outcome)
    }

    async fn empty(&self) -> Result<f64> {
        let mut server = Palimpsest::start(&self.binary, &self.scratch)?;
        server.head().await?;
        let used = server.server.used()?;
        server.server.stop()?;
        Ok(used.resident)
    }

    async fn size(&self, objects: usize, outcome: &mut Outcome) -> Result<()> {
        let corpus = Rc::new(Corpus::new(objects));
        let ours = Palimpsest::filled(&self.binary, &self.scratch, self.filled.as_deref(), &corpus).await?;
        outcome.sizes.insert(objects, crate::process::size_of(ours.folder.path())?);
        let pocketbase = match &self.pocketbase {
            Some(binary) if objects <= self.pocketbase_up_to => {
                Some(PocketBase::start(binary, &self.scratch, &corpus).await?)
            }
            _ => None,
        };
        let bare = if self.peers { Some(Bare::start()?) } else { None };
        table::say(&format!("\n{objects} objects: {} bytes on disk\n", outcome.sizes[&objects]));
        table::heading();
        let mut servers = Servers { objects, corpus, ours, bare, pocketbase };
        for job in &self.jobs {
            for connections in &self.connections {
                self.job(*job, *connections, &mut servers, outcome).await?;
            }
        }
        outcome.memory.insert(objects, servers.ours.server.used()?.memory);
        servers.ours.server.stop()
    }

    async fn job(&self, job: Job, connections: usize, servers: &mut Servers, outcome: &mut Outcome) -> Result<()> {
        let most = self.connections.iter().max() == Some(&connections);
        let peers = Peer::ALL.into_iter().filter(|peer| match peer {
            Peer::Ours => true,
            Peer::Alone => self.peers && most && job == Job::PatchProperty,
            Peer::Bare => servers.bare.is_some() && matches!(job, Job::GetHot | Job::GetUniform | Job::NotModified),
            Peer::Raw => self.peers && job == Job::PatchProperty,
            Peer::PocketBase => servers.pocketbase.is_some() && pocketbase::Client::knows(job),
        });
        let peers: Vec<Peer> = peers.collect();
        let mut rounds: BTreeMap<Peer, Vec<Figures>> = BTreeMap::new();
        for round in 0..self.rounds {
            for peer in &peers {
                let figures = self.round(*peer, job, connections, servers, round as u64 + 1).await?;
                rounds.entry(*peer).or_default().push(figures);
            }
        }
        for (peer, rounds) in rounds {
            let (job, server) = (job.name().to_owned(), peer.name().to_owned());
            let figures = Figures::median(&rounds);
            let row = Row { objects: servers.objects, job, server, connections, figures };
            table::row(&row);
            outcome.rows.push(row);
        }
        Ok(())
    }

    async fn round(
        &self,
        peer: Peer,
        job: Job,
        connections: usize,
        servers: &mut Servers,
        seed: u64,
    ) -> Result<Figures> {
        let Servers { objects, corpus, ours, bare, pocketbase } = servers;
        match (peer, bare, pocketbase) {
            (Peer::Alone, ..) => {
                ours.restart(&self.binary, &["--commits-per-sync", "1"])?;
                let figures = self.ours(job, connections, corpus, ours, seed).await;
                ours.restart(&self.binary, &[])?;
                figures
            }
            (Peer::Raw, ..) => raw_updates(&self.scratch, (*objects).min(ROWS), connections, self.time, seed).await,
            (Peer::Bare, Some(bare), _) => {
                let condition = job == Job::NotModified;
                let workers = (0..connections).map(|_| Box::new(Asking { condition }) as Box<dyn Worker>).collect();
                measure(&bare.server, &bare.drive(self.warm_up, self.time), workers, None, seed).await
            }
            (Peer::PocketBase, _, Some(theirs)) => {
                let one = |_| {
                    let corpus = Rc::clone(corpus);
                    Box::new(pocketbase::Client { job, corpus }) as Box<dyn Worker>
                };
                let workers = (0..connections).map(one).collect();
                measure(&theirs.server, &theirs.drive(self.warm_up, self.time), workers, None, seed).await
            }
            _ => self.ours(job, connections, corpus, ours, seed).await,
        }
    }

    async fn ours(
        &self,
        job: Job,
        connections: usize,
        corpus: &Rc<Corpus>,
        ours: &Palimpsest,
        seed: u64,
    ) -> Result<Figures> {
        let workers = Client::all(job, corpus, connections, ours.head().await?);
        let beside = (job == Job::ReadsBesideWrites).then(|| Client::all(Job::PatchProperty, corpus, WRITERS, 0));
        measure(&ours.server, &ours.drive(self.warm_up, self.time), workers, beside, seed).await
    }
}

async fn raw_updates(scratch: &Path, rows: usize, writers: usize, time: Duration, seed: u64) -> Result<Figures> {
    let scratch = scratch.to_owned();
    tokio::task::spawn_blocking(move || raw::updates(&scratch, rows, writers, time, seed)).await?
}

/// One round: what the load came to, and what it cost the server.
pub(crate) async fn measure(
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
