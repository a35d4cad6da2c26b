//! How fast the server is: every job beside bare peers and PocketBase, in turns, in one run on one machine. Figures of different
//! runs or machines are not to be compared; the ratios of one run are.

mod bare;
mod compare;
mod connection;
mod corpus;
mod edits;
mod figures;
mod goals;
mod growth;
mod job;
mod load;
mod outcome;
mod palimpsest;
mod pocketbase;
mod process;
mod raw;
mod run;
mod table;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, Subcommand};

use crate::job::Job;
use crate::outcome::Outcome;
use crate::run::Plan;

/// Measures the server beside its peers.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure
    Run(Box<Settings>),
    /// Be the bare server that others are measured beside
    Bare,
}

#[derive(clap::Args)]
struct Settings {
    /// The server's binary
    #[arg(long)]
    binary: PathBuf,
    /// The binary of PocketBase; without it, it is left out
    #[arg(long)]
    pocketbase: Option<PathBuf>,
    /// Leave the bare peers out
    #[arg(long)]
    no_peers: bool,
    /// Where the data folders are made: on the disk that is meant
    #[arg(long)]
    scratch: PathBuf,
    /// Where filled data folders are kept for the next run: to fill a large one takes longer than to copy it
    #[arg(long)]
    filled: Option<PathBuf>,
    /// Numbers of objects
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000])]
    sizes: Vec<usize>,
    /// Numbers of connections
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64])]
    connections: Vec<usize>,
    /// Only these jobs
    #[arg(long, value_delimiter = ',')]
    jobs: Vec<String>,
    /// Seconds for each job, each round
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Rounds, of which the medians are told
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Fill PocketBase with at most so many records
    #[arg(long, default_value_t = 100_000)]
    pocketbase_up_to: usize,
    /// Leave out what depends on the size of one object
    #[arg(long)]
    no_objects: bool,
    /// End with how many jobs were answered as expected: `N passed, N failed`
    #[arg(long)]
    count: bool,
    /// Where the figures go as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// The JSON of an earlier run to compare with
    #[arg(long)]
    compare: Option<PathBuf>,
}

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match Arguments::parse().task {
        Task::Run(settings) => runtime.block_on(measure(*settings)),
        Task::Bare => tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(bare::serve()),
    }
}

async fn measure(settings: Settings) -> Result<()> {
    let named = |name: &String| {
        Job::ALL.into_iter().find(|job| job.name() == name).with_context(|| format!("there is no job {name}"))
    };
    let jobs = if settings.jobs.is_empty() {
        Job::ALL.to_vec()
    } else {
        settings.jobs.iter().map(named).collect::<Result<_>>()?
    };
    let time = Duration::from_secs_f64(settings.seconds);
    let plan = Plan {
        binary: settings.binary,
        pocketbase: settings.pocketbase,
        pocketbase_up_to: settings.pocketbase_up_to,
        peers: !settings.no_peers,
        scratch: settings.scratch,
        filled: settings.filled,
        sizes: settings.sizes,
        connections: settings.connections,
        jobs,
        warm_up: time / 4,
        time,
        rounds: settings.rounds,
        objects: !settings.no_objects,
    };
    let before = settings.compare.as_deref().map(read).transpose()?;
    let outcome = plan.run().await?;
    goals::tell(&outcome);
    if let Some(before) = before {
        compare::tell(&before, &outcome);
    }
    if settings.count {
        let failed = outcome.rows.iter().filter(|row| row.figures.errors > 0 || row.figures.rate == 0.0).count();
        table::say(&format!("{} passed, {failed} failed", outcome.rows.len() - failed));
    }
    if let Some(file) = settings.json {
        std::fs::write(&file, serde_json::to_vec_pretty(&outcome)?).with_context(|| file.display().to_string())?;
    }
    let wrong: Vec<_> = outcome.rows.iter().filter(|row| row.figures.errors > 0).map(|row| &*row.job).collect();
    ensure!(wrong.is_empty(), "not answered as expected: {}", wrong.join(", "));
    Ok(())
}

fn read(file: &Path) -> Result<Outcome> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is no earlier run", file.display()))
}
