//! The Python environment of the black-box suites and of the tests of the bucket, made from `conformance/requirements.txt`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::prepare;
use crate::process::must;
use crate::workspace::Workspace;

/// The environment's interpreter, whether it is installed yet or not.
pub(crate) fn python(workspace: &Workspace) -> PathBuf {
    workspace.target.join("venv/bin/python")
}

/// The program that speaks S3, whether it is installed yet or not.
pub(crate) fn moto(workspace: &Workspace) -> PathBuf {
    workspace.target.join("venv/bin/moto_server")
}

/// Installs what `conformance/requirements.txt` names.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    let requirements = workspace.root.join("conformance/requirements.txt");
    let folder = workspace.target.join("venv");
    prepare::once(&folder, &prepare::read(&requirements)?, |deadline| {
        must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder), deadline)?;
        let mut pip = Command::new(python(workspace));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        must(pip.arg(&requirements), deadline)
    })
}
