//! The checked-in description of the API, which a test holds against the code.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::report::Report;
use crate::workspace::Workspace;

/// Writes `docs/openapi.json` as the binary prints it.
pub(crate) fn run(workspace: &Workspace) -> Result<Report> {
    let mut report = Report::default();
    report.prepare("docs/openapi.json", || write(workspace));
    Ok(report)
}

fn write(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    let output = cargo.args(["run", "--quiet", "--locked", "--package", "palimpsest", "--", "openapi"]).output();
    let output = output.context("cannot start cargo")?;
    if !output.status.success() {
        bail!("palimpsest openapi: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let path = workspace.root.join("docs/openapi.json");
    fs::write(&path, output.stdout).with_context(|| format!("cannot write {}", path.display()))
}
