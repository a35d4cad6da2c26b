//! Automation of the repository, in Rust so that it runs wherever the code builds: `cargo xtask test`, `tidy`, `check`,
//! `openapi`, `bench`.

mod bench;
mod check;
mod counts;
mod node;
mod openapi;
mod output;
mod powercut;
mod prepare;
mod process;
mod release;
mod report;
mod rust_tests;
mod suites;
mod test;
mod tidy;
mod tools;
mod venv;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Automation of the repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and run all tests; the last line says `N passed, N failed`.
    Test {
        /// The long variants too, and the proof that the release binary knows no faults.
        #[arg(long)]
        long: bool,
    },
    /// The rules of the repository that a look at its files can check.
    Tidy,
    /// Formatting, lints and documentation.
    Check,
    /// Write docs/openapi.json anew, as the binary prints it.
    Openapi,
    /// Measure the server beside its peers: see docs/performance.md.
    Bench {
        /// Only look whether everything can still be measured.
        #[arg(long)]
        smoke: bool,
        /// A million objects too.
        #[arg(long)]
        large: bool,
        /// What else `palimpsest-bench run` takes.
        #[arg(last = true)]
        rest: Vec<String>,
    },
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    let report = Workspace::load().and_then(|workspace| match task {
        Task::Test { long } => test::run(&workspace, long),
        Task::Tidy => tidy::run(&workspace),
        Task::Check => check::run(&workspace),
        Task::Openapi => openapi::run(&workspace),
        Task::Bench { smoke, large, rest } => bench::run(&workspace, &bench::Options { smoke, large, rest }),
    });
    report::finish(report)
}
