//! docs/promises.md: every promise names tests, and every test it names is there.

use anyhow::Result;

use super::Problems;
use super::files::File;
use crate::workspace::Workspace;

const PAGE: &str = "docs/promises.md";

/// Looks at the links that lead to code, and at the rows of the tables.
pub(super) fn check(_: &Workspace, files: &[File]) -> Result<Problems> {
    let Some(page) = files.iter().find(|file| file.path == PAGE) else {
        return Ok(vec![format!("{PAGE} is missing")]);
    };
    let mut problems = Problems::new();
    for (number, line) in page.text.lines().enumerate() {
        let place = format!("{PAGE}:{}", number + 1);
        let named: Vec<_> = links(line).collect();
        if is_promise(line) && !named.iter().any(|(_, path)| path.ends_with(".rs")) {
            problems.push(format!("{place} names no test"));
        }
        for (name, path) in named {
            match files.iter().find(|file| file.path == path) {
                None => problems.push(format!("{place}: there is no {path}")),
                Some(file) if path.ends_with(".rs") && !has_test(file, name) => {
                    problems.push(format!("{place}: {path} has no test {name}"));
                }
                Some(_) => {}
            }
        }
    }
    Ok(problems)
}

/// A row of a table that is neither its head nor the line below.
fn is_promise(line: &str) -> bool {
    line.starts_with("| ") && !line.starts_with("| promise |")
}

/// The texts of the links that lead out of `docs/`, and the files they lead to.
fn links(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split("](../").zip(line.split("](../").skip(1)).filter_map(|(before, after)| {
        let (_, name) = before.rsplit_once('[')?;
        let (path, _) = after.split_once(')')?;
        Some((name, path))
    })
}

/// Whether a file has a test of this name. The checks of the storage contract are functions that each backend makes tests of.
fn has_test(file: &File, name: &str) -> bool {
    let is_contract = file.path.contains("/src/conformance/");
    let declared = format!("fn {name}(");
    let mut is_marked = is_contract;
    for line in file.text.lines().map(str::trim) {
        if line.contains(&declared) && !line.starts_with("//") {
            return is_marked;
        }
        // Attributes and comments may stand between a mark and its function.
        let is_between = line.starts_with("#[") || line.starts_with("//") || line.starts_with(')');
        is_marked = is_contract || line.starts_with("#[") && line.contains("test") || is_marked && is_between;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_files_are_read_from_links() {
        let line = "| It holds. | [a_b](../crates/x/tests/y.rs), [c](../z.mjs) | [here](other.md) |";
        assert_eq!(links(line).collect::<Vec<_>>(), [("a_b", "crates/x/tests/y.rs"), ("c", "z.mjs")]);
        assert!(is_promise(line));
        assert!(!is_promise("|---|---|---|") && !is_promise("| promise | held by | control |"));
    }

    #[test]
    fn a_test_is_a_function_that_is_marked_as_one() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let marked = "#[tokio::test]\n#[expect(clippy::x)]\nasync fn it_holds() {\n}\n\nfn helps() {}\n// fn said()\n";
        assert!(has_test(&file("a.rs", marked), "it_holds"));
        assert!(!has_test(&file("a.rs", marked), "it"));
        assert!(!has_test(&file("a.rs", marked), "helps"));
        assert!(!has_test(&file("a.rs", marked), "said"));
        let contract = "pub fn it_holds(store: &Store) {}";
        assert!(has_test(&file("crates/x/src/conformance/y.rs", contract), "it_holds"));
        assert!(!has_test(&file("crates/x/src/y.rs", contract), "it_holds"));
    }
}
