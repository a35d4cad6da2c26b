//! Which crate may depend on which: the arrows of ARCHITECTURE.md. A new one is a decision, made there and here.

use std::collections::BTreeSet;

use anyhow::Result;

use super::Problems;
use super::files::File;
use crate::workspace::{Package, Workspace};

const MODEL: &str = "palimpsest-model";
const MARKDOWN: &str = "palimpsest-markdown";
const STORE: &str = "palimpsest-store";
const SQLITE: &str = "palimpsest-store-sqlite";
const ENGINE: &str = "palimpsest-engine";
const SERVER: &str = "palimpsest-server";
const CLIENT: &str = "palimpsest-client";
const FETCH: &str = "palimpsest-fetch";
const FILES: &str = "palimpsest-files";
const TRANSFER: &str = "palimpsest-transfer";
const LAWS: &str = "palimpsest-laws";

/// Every crate of the workspace, and which others it may use.
const ALLOWED: [(&str, &[&str]); 13] = [
    (MODEL, &[]),
    (MARKDOWN, &[MODEL]),
    (STORE, &[MODEL]),
    (SQLITE, &[STORE, MODEL]),
    (ENGINE, &[STORE, MARKDOWN, MODEL]),
    (SERVER, &[ENGINE, STORE, MODEL]),
    (CLIENT, &[MODEL]),
    (FETCH, &[]),
    (FILES, &[STORE, MODEL]),
    (TRANSFER, &[ENGINE, STORE, MARKDOWN, MODEL]),
    ("palimpsest", &[MODEL, MARKDOWN, STORE, SQLITE, ENGINE, SERVER, CLIENT, FETCH, FILES, TRANSFER]),
    // Nothing uses it but the fuzz targets.
    (LAWS, &[MODEL, MARKDOWN, STORE, ENGINE, SERVER]),
    ("xtask", &[]),
];

/// Tests may use what they like: an arrow is what ships.
pub(super) fn check(workspace: &Workspace, _: &[File]) -> Result<Problems> {
    let ours: BTreeSet<&str> = workspace.members().map(|package| package.name.as_str()).collect();
    Ok(workspace.members().flat_map(|package| problems(package, &ours)).collect())
}

fn problems(package: &Package, ours: &BTreeSet<&str>) -> Problems {
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
        return vec![format!("{} has no row in the table of arrows", package.name)];
    };
    let shipped = package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
    shipped
        .map(|dependency| dependency.name.as_str())
        .filter(|name| ours.contains(name) && !allowed.contains(name))
        .map(|name| format!("{} -> {name}", package.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use anyhow::Result;

    use super::*;

    fn check(name: &str, dependencies: &str) -> Result<Problems> {
        let json = format!(
            r#"{{"id": "x", "name": "{name}", "version": "1.0.0", "license": null, "dependencies": {dependencies}}}"#
        );
        let ours = ALLOWED.iter().map(|(name, _)| *name).collect();
        Ok(problems(&serde_json::from_str(&json)?, &ours))
    }

    #[test]
    fn only_arrows_of_the_table_are_allowed() -> Result<()> {
        let model = r#"[{"name": "palimpsest-model", "kind": null}, {"name": "serde", "kind": null}]"#;
        assert!(check(STORE, model)?.is_empty());
        assert_eq!(check("xtask", model)?, ["xtask -> palimpsest-model"]);
        let sqlite = r#"[{"name": "palimpsest-store-sqlite", "kind": "build"}]"#;
        assert_eq!(check(ENGINE, sqlite)?, ["palimpsest-engine -> palimpsest-store-sqlite"]);
        assert!(check(ENGINE, &sqlite.replace("build", "dev"))?.is_empty(), "tests are free");
        assert_eq!(check("new", "[]")?, ["new has no row in the table of arrows"]);
        Ok(())
    }
}
