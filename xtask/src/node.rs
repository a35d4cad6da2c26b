//! The official SDK for the black-box suites and the examples of CommonMark, installed from `conformance/package-lock.json`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::prepare;
use crate::process::must;
use crate::workspace::Workspace;

const FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("conformance-node")
}

/// Where the packages lie.
pub(crate) fn modules(workspace: &Workspace) -> PathBuf {
    folder(workspace).join("node_modules")
}

/// The SDK's module, to be imported by its path: `NODE_PATH` does not hold for ES modules.
pub(crate) fn sdk(workspace: &Workspace) -> PathBuf {
    modules(workspace).join("@capacities/api/dist/index.js")
}

/// The text of the CommonMark specification, whose examples the Markdown tests read.
pub(crate) fn commonmark(workspace: &Workspace) -> PathBuf {
    modules(workspace).join("commonmark-spec/spec.txt")
}

/// Installs exactly what the lock file names.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    let folder = folder(workspace);
    let mut content = String::new();
    for file in FILES {
        content += &prepare::read(&workspace.root.join("conformance").join(file))?;
    }
    prepare::once(&folder, &content, |deadline| {
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for file in FILES {
            prepare::write(&folder.join(file), &prepare::read(&workspace.root.join("conformance").join(file))?)?;
        }
        must(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder), deadline)?;
        for installed in [sdk(workspace), commonmark(workspace)] {
            ensure!(installed.exists(), "npm installed no {}", installed.display());
        }
        Ok(())
    })
}
