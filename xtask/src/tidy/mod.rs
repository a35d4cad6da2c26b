//! `cargo xtask tidy`: the rules of the repository that a look at its files can check, in seconds.

mod arrows;
mod files;
mod licences;
mod names;
mod promises;
mod spdx;
mod text;

use anyhow::Result;

use crate::counts::Counts;
use crate::output::say;
use crate::report::Report;
use crate::workspace::Workspace;

/// What breaks a rule, one sentence each; none: the rule holds.
type Problems = Vec<String>;
/// A rule looks at the workspace and its files.
type Rule = fn(&Workspace, &[files::File]) -> Result<Problems>;

const RULES: [(&str, Rule); 8] = [
    ("the files every project has are there", files::missing),
    ("no source file is too large", files::too_large),
    ("no file names a registry host or a path of one machine", text::check),
    ("lock files name no host of their own", text::check_locks),
    ("every crate's licence is allowed", licences::check),
    ("dependencies between our crates follow the arrows", arrows::check),
    ("crates and modules are called by what they hold", names::check),
    ("every promise names tests that are there", promises::check),
];

/// Checks all rules by themselves.
pub(crate) fn run(workspace: &Workspace) -> Result<Report> {
    let mut report = Report::default();
    check(workspace, &mut report);
    Ok(report)
}

/// Checks all rules as one step of a run.
pub(crate) fn check(workspace: &Workspace, report: &mut Report) {
    report.step("tidy", || {
        let files = files::list(workspace)?;
        let mut counts = Counts::NONE;
        for (name, rule) in RULES {
            let problems = rule(workspace, &files)?;
            if problems.is_empty() {
                counts.passed += 1;
                continue;
            }
            counts.failed += 1;
            say(format!("not so: {name}"));
            for problem in problems {
                say(format!("  {problem}"));
            }
        }
        Ok(counts)
    });
}
