//! Names that say nothing: a module called `util` takes in everything, and nobody finds it there again.

use anyhow::Result;

use super::Problems;
use super::files::File;
use crate::workspace::Workspace;

const EMPTY: [&str; 7] = ["util", "utils", "common", "helper", "helpers", "types", "misc"];

/// Looks at the names of crates, of files and folders below `crates/`, and of modules within a file.
pub(super) fn check(workspace: &Workspace, files: &[File]) -> Result<Problems> {
    let mut problems = Problems::new();
    for package in workspace.members() {
        if package.name.split(['-', '_']).any(is_empty) {
            problems.push(format!("crate {}", package.name));
        }
    }
    for file in files.iter().filter(|file| file.path.starts_with("crates/") && file.path.ends_with(".rs")) {
        if file.path.split('/').any(|part| is_empty(part.trim_end_matches(".rs"))) {
            problems.push(file.path.clone());
        }
        for module in file.text.lines().filter_map(module).filter(|name| is_empty(name)) {
            problems.push(format!("module {module} in {}", file.path));
        }
    }
    Ok(problems)
}

fn is_empty(name: &str) -> bool {
    EMPTY.contains(&name)
}

/// The name of the module that a line declares.
fn module(line: &str) -> Option<&str> {
    let line = line.trim();
    let (before, after) = line.split_once("mod ")?;
    let is_declaration = before.is_empty() || before.starts_with("pub");
    let name = after.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (is_declaration && (line.ends_with(';') || line.contains('{'))).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_declarations_are_read() {
        assert_eq!(module("mod util;"), Some("util"));
        assert_eq!(module("    pub(crate) mod types {"), Some("types"));
        assert_eq!(module("// a mod util; in words"), None);
        assert_eq!(module("let x = 3;"), None);
    }
}
