//! The tests in the crates, by nextest where it is present and by plain `cargo test` where not.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Result;

use crate::counts::{self, Counts};
use crate::node;
use crate::powercut;
use crate::process::{self, Deadline};
use crate::venv;
use crate::workspace::Workspace;

/// The features of the one debug build that all tests share.
pub(crate) const FEATURES: [&str; 2] = ["--features", "palimpsest/faults"];

/// Only a build that hangs takes longer than this.
const LONGEST_BUILD: Duration = Duration::from_secs(3600);

/// Builds binaries and tests together, so that the features of all dependencies are chosen once.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--workspace", "--lib", "--bins", "--tests", "--locked"]).args(FEATURES);
    process::must(&mut cargo, Deadline::after(LONGEST_BUILD))
}

/// Runs all tests but those in documentation.
pub(crate) fn run(workspace: &Workspace, long: bool, deadline: Deadline) -> Result<Counts> {
    let mut cargo = workspace.cargo();
    let read = if has_nextest(workspace) {
        // The profiles say after how long a test counts as hung (.config/nextest.toml).
        cargo.args(["nextest", "run", "--profile", if long { "long" } else { "default" }]);
        counts::nextest_line
    } else {
        // `--tests` leaves out those in documentation, which have a step of their own.
        cargo.args(["test", "--tests"]);
        counts::cargo_line
    };
    cargo.args(["--workspace", "--locked", "--no-fail-fast"]).args(FEATURES);
    cargo.env("PALIMPSEST_TEST_POWERCUT", powercut::library(workspace));
    cargo.env("PALIMPSEST_COMMONMARK", node::commonmark(workspace));
    cargo.env("PALIMPSEST_TEST_MOTO", venv::moto(workspace));
    pass_long(&mut cargo, long);
    count(&mut cargo, deadline, read)
}

/// Runs the examples in documentation.
pub(crate) fn run_doc(workspace: &Workspace, deadline: Deadline) -> Result<Counts> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--doc", "--workspace", "--locked", "--no-fail-fast"]).args(FEATURES);
    count(&mut cargo, deadline, counts::cargo_line)
}

/// Tells tests whether their long variants are wanted, whatever the caller's environment says.
pub(crate) fn pass_long(command: &mut Command, long: bool) {
    if long {
        command.env("PALIMPSEST_TEST_LONG", "1");
    } else {
        command.env_remove("PALIMPSEST_TEST_LONG");
    }
}

fn count(cargo: &mut Command, deadline: Deadline, read: fn(&str) -> Option<Counts>) -> Result<Counts> {
    let mut counts = Counts::NONE;
    let ended_well = process::run(cargo, deadline, |line| counts += read(&line.text).unwrap_or_default())?;
    Ok(counts.with_ending(ended_well))
}

fn has_nextest(workspace: &Workspace) -> bool {
    let mut cargo = workspace.cargo();
    cargo.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    cargo.status().is_ok_and(|status| status.success())
}
