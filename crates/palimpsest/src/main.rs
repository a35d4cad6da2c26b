//! The palimpsest binary: command line, configuration, wiring. Only this crate names a backend.

mod backup;
mod cli;
mod commits;
mod control;
mod duration;
mod export;
mod files;
mod import;
mod offline;
mod print;
mod progress;
mod restore;
mod run;
mod settings;
mod size;
mod telemetry;
mod verify;
mod world;

use std::process::ExitCode;

use clap::Parser;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::error(&error);
            ExitCode::FAILURE
        }
    }
}
