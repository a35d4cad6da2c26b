//! The proof that guards cannot be switched off in what users run: the release binary does not know the switch.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::counts::Counts;
use crate::output::say;
use crate::process::{self, Deadline};
use crate::workspace::Workspace;

/// The environment variable that names the guards to switch off.
const SWITCH: &[u8] = b"PALIMPSEST_FAULTS";

/// Only a build that hangs takes longer than this.
const LONGEST_BUILD: Duration = Duration::from_secs(3600);

/// Builds what users run, without the feature `faults`.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "--locked", "--package", "palimpsest"]);
    process::must(&mut cargo, Deadline::after(LONGEST_BUILD))
}

/// Looks for the switch in both binaries. The debug one is the control: where the search finds nothing there, its
/// silence about the release binary means nothing.
pub(crate) fn check(workspace: &Workspace) -> Result<Counts> {
    let mut counts = Counts::NONE;
    for (binary, should_know) in [(workspace.debug_binary(), true), (workspace.release_binary(), false)] {
        let knows = contains(&binary, SWITCH)?;
        if knows == should_know {
            counts.passed += 1;
        } else {
            let word = if knows { "knows" } else { "does not know" };
            say(format!("{} {word} the switch for faults", binary.display()));
            counts.failed += 1;
        }
    }
    Ok(counts)
}

fn contains(file: &Path, wanted: &[u8]) -> Result<bool> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(bytes.windows(wanted.len()).any(|window| window == wanted))
}
