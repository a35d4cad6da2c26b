//! The files of the repository: which there are, which have to be, and how large they may be.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::Problems;
use crate::workspace::Workspace;

const REQUIRED: [&str; 7] = [
    "Cargo.lock",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "rust-toolchain.toml",
];

const SOURCE: [&str; 7] = [".rs", ".c", ".mjs", ".js", ".py", ".sh", ".sql"];

/// In bytes. A file that needs more holds more than one concept.
const LARGEST: usize = 45_000;

/// One file that is tracked, or would be.
pub(crate) struct File {
    /// Below the root.
    pub(crate) path: String,
    /// What is not UTF-8 is replaced.
    pub(crate) text: String,
}

/// Everything git tracks, and what is new and not ignored, so that a problem shows before it is committed.
pub(crate) fn list(workspace: &Workspace) -> Result<Vec<File>> {
    let mut git = Command::new("git");
    // A clone may belong to somebody else than who runs this.
    git.args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.current_dir(&workspace.root).output().context("cannot start git")?;
    if !output.status.success() {
        bail!("git ls-files: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let mut files = Vec::new();
    for path in String::from_utf8_lossy(&output.stdout).split_terminator('\0') {
        // Gone from the folder but not yet from the index: nothing to check.
        if let Ok(bytes) = fs::read(workspace.root.join(path)) {
            files.push(File { path: path.to_owned(), text: String::from_utf8_lossy(&bytes).into_owned() });
        }
    }
    Ok(files)
}

/// The files that every project of this kind has.
pub(super) fn missing(_: &Workspace, files: &[File]) -> Result<Problems> {
    let there = |required: &&str| files.iter().any(|file| file.path == *required);
    Ok(REQUIRED.iter().filter(|required| !there(required)).map(|name| format!("{name} is missing")).collect())
}

/// Source files only: documents and lock files may be long.
pub(super) fn too_large(_: &Workspace, files: &[File]) -> Result<Problems> {
    Ok(files
        .iter()
        .filter(|file| SOURCE.iter().any(|ending| file.path.ends_with(ending)) && file.text.len() > LARGEST)
        .map(|file| format!("{} has {} bytes, {LARGEST} are allowed", file.path, file.text.len()))
        .collect())
}
