//! Licences of everything we build from, against the list in `deny.toml`. It is the list of cargo-deny, which looks
//! deeper where it is installed; this look needs nothing.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::files::File;
use super::{Problems, spdx};
use crate::prepare;
use crate::workspace::Workspace;

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

/// Licences that are allowed for one crate only.
#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: BTreeSet<String>,
}

impl Licenses {
    fn allowed_for(&self, name: &str) -> BTreeSet<String> {
        let exceptions = self.exceptions.iter().filter(|exception| exception.name == name);
        exceptions.fold(self.allow.clone(), |allowed, exception| &allowed | &exception.allow)
    }
}

/// Looks at every crate of `cargo metadata`, for all platforms.
pub(super) fn check(workspace: &Workspace, _: &[File]) -> Result<Problems> {
    let text = prepare::read(&workspace.root.join("deny.toml"))?;
    let deny: Deny = toml::from_str(&text).context("cannot read deny.toml")?;
    let mut problems = Problems::new();
    for package in &workspace.packages {
        let id = format!("{} {}", package.name, package.version);
        let Some(license) = &package.license else {
            problems.push(format!("{id} names no licence"));
            continue;
        };
        match spdx::satisfied(license, &deny.licenses.allowed_for(&package.name)) {
            Ok(true) => {}
            Ok(false) => problems.push(format!("{id}: {license} is not allowed by deny.toml")),
            Err(error) => problems.push(format!("{id}: cannot read `{license}`: {error}")),
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_holds_for_its_crate_only() -> Result<()> {
        let text = r#"licenses = { allow = ["MIT"], exceptions = [{ crate = "a", allow = ["MPL-2.0"] }] }"#;
        let deny: Deny = toml::from_str(text)?;
        assert!(spdx::satisfied("MPL-2.0 AND MIT", &deny.licenses.allowed_for("a"))?);
        assert!(!spdx::satisfied("MPL-2.0 AND MIT", &deny.licenses.allowed_for("b"))?);
        Ok(())
    }
}
