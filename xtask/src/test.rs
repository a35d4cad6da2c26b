//! `cargo xtask test`: everything that can be tested, in one go and within a bounded time.

use std::time::Duration;

use anyhow::Result;

use crate::process::Deadline;
use crate::report::Report;
use crate::workspace::Workspace;
use crate::{bench, node, powercut, release, rust_tests, suites, tidy, tools, venv};

/// For everything after the build.
const LONGEST: Duration = Duration::from_secs(12 * 60);
/// The same with `--long`.
const LONGEST_LONG: Duration = Duration::from_secs(90 * 60);

/// Prepares, builds and tests. What fails does not keep the rest from running, except where the rest needs it.
pub(crate) fn run(workspace: &Workspace, long: bool) -> Result<Report> {
    let mut report = Report::default();
    if !report.step("tools", || Ok(tools::check())) {
        return Ok(report);
    }
    tidy::check(workspace, &mut report);
    if !prepare(workspace, long, &mut report) {
        return Ok(report);
    }
    let deadline = Deadline::after(if long { LONGEST_LONG } else { LONGEST });
    report.step("Rust tests", || rust_tests::run(workspace, long, deadline));
    report.step("examples in documentation", || rust_tests::run_doc(workspace, deadline));
    for suite in suites::list(workspace)? {
        let name = suite.strip_prefix(&workspace.root).unwrap_or(&suite).display().to_string();
        report.step(&name, || suites::run(workspace, &suite, long, deadline));
    }
    report.step("bench --smoke", || bench::smoke(workspace, deadline));
    if long {
        report.step("the release binary knows no faults", || release::check(workspace));
    }
    Ok(report)
}

/// All that may take long without a test being to blame. True when everything is there.
fn prepare(workspace: &Workspace, long: bool, report: &mut Report) -> bool {
    let mut ready = report.prepare("Python environment", || venv::install(workspace));
    ready &= report.prepare("official SDK", || node::install(workspace));
    ready &= report.prepare("power-cut library", || powercut::build(workspace));
    ready &= report.prepare("build", || rust_tests::build(workspace));
    if long {
        ready &= report.prepare("release build", || release::build(workspace));
    }
    ready
}
