//! How fast the server is: every job beside bare peers and PocketBase, in turns, in one run on one machine. Figures of different
//! runs or machines are not to be compared; the ratios of one run are.

mod bare;
mod connection;
mod corpus;
mod figures;
mod job;
mod load;
mod palimpsest;
mod pocketbase;
mod process;
mod raw;
mod run;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

use crate::job::Job;
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
    Run(Settings),
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
    /// Where the figures go as JSON
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match Arguments::parse().task {
        Task::Run(settings) => runtime.block_on(measure(settings)),
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
        peers: !settings.no_peers,
        scratch: settings.scratch,
        sizes: settings.sizes,
        connections: settings.connections,
        jobs,
        warm_up: time / 4,
        time,
        rounds: settings.rounds,
    };
    let outcome = plan.run().await?;
    if let Some(file) = settings.json {
        std::fs::write(&file, serde_json::to_vec_pretty(&outcome)?).with_context(|| file.display().to_string())?;
    }
    Ok(())
}
