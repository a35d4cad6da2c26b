//! The workspace as cargo sees it, and cargo as it is called for it.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

/// What `cargo metadata` says.
#[derive(Deserialize)]
pub(crate) struct Workspace {
    /// The folder of the root manifest.
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    /// Where cargo builds; our own tools and environments go there too.
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
    /// Every crate, also the foreign ones.
    pub(crate) packages: Vec<Package>,
    workspace_members: Vec<String>,
}

/// One crate.
#[derive(Deserialize)]
pub(crate) struct Package {
    id: String,
    /// As in its manifest.
    pub(crate) name: String,
    /// As in its manifest.
    pub(crate) version: String,
    /// SPDX expression.
    pub(crate) license: Option<String>,
    /// What it depends on.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line under `[dependencies]`.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    /// Of the other crate.
    pub(crate) name: String,
    /// `None`: a normal one; else `dev` or `build`.
    pub(crate) kind: Option<String>,
}

impl Workspace {
    /// Asks cargo about the workspace around the current folder.
    pub(crate) fn load() -> Result<Workspace> {
        let output = bare_cargo()
            .args(["metadata", "--locked", "--format-version", "1"])
            .output()
            .context("cannot start cargo")?;
        if !output.status.success() {
            bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        serde_json::from_slice(&output.stdout).context("cannot read what cargo metadata says")
    }

    /// The crates of this repository.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }

    /// Cargo, called at the root of the workspace.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = bare_cargo();
        cargo.current_dir(&self.root);
        cargo
    }

    /// The debug binary, which knows the `faults`.
    pub(crate) fn debug_binary(&self) -> PathBuf {
        self.target.join("debug/palimpsest")
    }

    /// The release binary, which must not know them.
    pub(crate) fn release_binary(&self) -> PathBuf {
        self.target.join("release/palimpsest")
    }
}

/// Without what `cargo run` told us about ourselves: build scripts that look at it would be run again each time.
fn bare_cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}
