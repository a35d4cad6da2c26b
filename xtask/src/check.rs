//! Formatting, lints and documentation: what has to be clean before anything is run.

use std::time::Duration;

use anyhow::Result;

use crate::counts::Counts;
use crate::process::{self, Deadline};
use crate::report::Report;
use crate::rust_tests::FEATURES;
use crate::workspace::Workspace;

/// Only a step that hangs takes longer than this.
const LONGEST: Duration = Duration::from_secs(3600);

/// Runs all three, also when one fails.
pub(crate) fn run(workspace: &Workspace) -> Result<Report> {
    let mut report = Report::default();
    report.step("fmt", || step(workspace, &["fmt", "--all", "--check"]));
    let mut clippy = vec!["clippy", "--workspace", "--all-targets", "--locked"];
    clippy.extend(FEATURES);
    clippy.extend(["--", "-D", "warnings"]);
    report.step("clippy", || step(workspace, &clippy));
    report.step("doc", || step(workspace, &["doc", "--workspace", "--no-deps", "--locked"]));
    Ok(report)
}

fn step(workspace: &Workspace, arguments: &[&str]) -> Result<Counts> {
    let mut cargo = workspace.cargo();
    cargo.args(arguments).env("RUSTDOCFLAGS", "-D warnings");
    let ended_well = process::run(&mut cargo, Deadline::after(LONGEST), |_| {})?;
    Ok(if ended_well { Counts { passed: 1, failed: 0 } } else { Counts::ONE_FAILURE })
}
