//! The library that plays power loss and failing disks for tests, built from `conformance/powercut/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::process::{self, Deadline};
use crate::workspace::Workspace;

#[cfg(test)]
mod tests;

const SOURCE: &str = "conformance/powercut/powercut.c";

/// Where the library lies once it is built.
pub(crate) fn library(workspace: &Workspace) -> PathBuf {
    workspace.target.join("powercut/libpowercut.so")
}

/// Builds it; one C file, so there is nothing to keep.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    compile(&workspace.root.join(SOURCE), &library(workspace))
}

fn compile(source: &Path, library: &Path) -> Result<()> {
    if let Some(folder) = library.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut cc = Command::new("cc");
    cc.args(["-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o"]).arg(library).arg(source);
    process::must(cc.args(["-ldl", "-lpthread"]), Deadline::after(Duration::from_secs(120)))
}
