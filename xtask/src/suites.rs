//! The black-box suites: programs in `conformance/` that start the binary, drive it from outside and count for
//! themselves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::counts::{self, Counts};
use crate::node;
use crate::output::say;
use crate::process::{self, Deadline};
use crate::rust_tests::pass_long;
use crate::venv;
use crate::workspace::Workspace;

/// The suites of `conformance/`, by name.
pub(crate) fn list(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let folder = workspace.root.join("conformance");
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let name = path.to_string_lossy();
        if name.ends_with(".test.mjs") || name.ends_with(".test.py") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Runs one suite.
pub(crate) fn run(workspace: &Workspace, suite: &Path, long: bool, deadline: Deadline) -> Result<Counts> {
    let is_python = suite.extension().is_some_and(|extension| extension == "py");
    let mut command = if is_python { Command::new(venv::python(workspace)) } else { Command::new("node") };
    command
        .arg(suite)
        .current_dir(&workspace.root)
        .env("PALIMPSEST_BIN", workspace.debug_binary())
        .env("PALIMPSEST_SDK", node::sdk(workspace))
        .env("NODE_PATH", node::modules(workspace))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUNBUFFERED", "1");
    pass_long(&mut command, long);
    count(&mut command, deadline)
}

/// The counts stand in the suite's last line. A suite without that line has died, and one that checked nothing is
/// broken: both have failed.
fn count(command: &mut Command, deadline: Deadline) -> Result<Counts> {
    let mut last = String::new();
    let ended_well = process::run(command, deadline, |line| {
        if line.from_stdout && !line.text.trim().is_empty() {
            last.clone_from(&line.text);
        }
    })?;
    let counts = match counts::suite_line(&last) {
        Some(Counts::NONE) => {
            say("the suite checked nothing");
            Counts::ONE_FAILURE
        }
        Some(counts) => counts,
        None => {
            say("the suite's last line is not `N passed, N failed`");
            Counts::ONE_FAILURE
        }
    };
    Ok(counts.with_ending(ended_well))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_suite_is_counted_by_its_last_line_and_its_end() -> Result<()> {
        for (script, passed, failed) in [
            ("echo work; echo 3 passed, 0 failed; echo bye >&2", 3, 0),
            ("echo 3 passed, 1 failed; exit 1", 3, 1),
            ("echo 3 passed, 0 failed; exit 1", 3, 1),
            ("echo 3 passed, 0 failed; echo afterwards", 0, 1),
            ("echo 0 passed, 0 failed", 0, 1),
            ("exit 0", 0, 1),
        ] {
            let mut sh = Command::new("sh");
            let counts = count(sh.args(["-c", script]), Deadline::after(Duration::from_secs(30)))?;
            assert_eq!(counts, Counts { passed, failed }, "{script}");
        }
        Ok(())
    }
}
