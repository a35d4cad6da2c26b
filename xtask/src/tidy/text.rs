//! What no file may say: names of package registries and paths that exist on one machine only. A clone builds with
//! the registries its user has configured, wherever it lies.

use anyhow::Result;

use super::Problems;
use super::files::File;
use crate::workspace::Workspace;

/// Written in two pieces, so that this file does not break its own rule.
const FORBIDDEN: [(&str, &str); 11] = [
    ("registry.", "npmjs.org"),
    ("registry.", "yarnpkg.com"),
    ("files.", "pythonhosted.org"),
    ("pypi.", "org/simple"),
    ("index.", "crates.io"),
    ("static.", "crates.io"),
    ("deb.", "debian.org"),
    ("archive.", "ubuntu.com"),
    ("/work", "/"),
    ("/root", "/"),
    ("/tmp/", "target"),
];

/// Looks at every line of every file.
pub(super) fn check(_: &Workspace, files: &[File]) -> Result<Problems> {
    let patterns: Vec<String> = FORBIDDEN.iter().map(|(head, tail)| format!("{head}{tail}")).collect();
    let mut problems = Problems::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            for pattern in patterns.iter().filter(|pattern| occurs(line, pattern)) {
                problems.push(format!("{}:{} says {pattern}", file.path, number + 1));
            }
        }
    }
    Ok(problems)
}

/// A path counts only where it begins: in the middle of a URL, or after `..`, it is no path of a machine.
fn occurs(line: &str, pattern: &str) -> bool {
    line.match_indices(pattern).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        !pattern.starts_with('/') || !before.is_some_and(|c| c.is_alphanumeric() || "._-~/$}*".contains(c))
    })
}

/// Cargo's default registry has one name for everybody; npm's lock file may leave its host out, and does.
pub(super) fn check_locks(_: &Workspace, files: &[File]) -> Result<Problems> {
    let mut problems = Problems::new();
    for file in files {
        let allowed: fn(&str) -> bool = match file.path.rsplit('/').next() {
            Some("Cargo.lock") => |line| {
                !line.starts_with("source = ")
                    || line == "source = \"registry+https://github.com/rust-lang/crates.io-index\""
            },
            Some("package-lock.json") => |line| !line.trim_start().starts_with("\"resolved\":"),
            _ => continue,
        };
        for (number, line) in file.text.lines().enumerate().filter(|(_, line)| !allowed(line)) {
            problems.push(format!("{}:{} says {}", file.path, number + 1, line.trim()));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_one_machine_is_found_only_where_it_begins() {
        let path = format!("/{}/", "work");
        for line in [format!("cd {path}main"), format!("{path}x"), format!("a=\"{path}b\""), format!("({path})")] {
            assert!(occurs(&line, &path), "{line}");
        }
        for line in [format!("https://example.org{path}x"), format!("..{path}x"), format!("$HOME{path}x")] {
            assert!(!occurs(&line, &path), "{line}");
        }
    }

    #[test]
    fn a_host_is_found_anywhere() {
        let host = format!("registry.{}", "npmjs.org");
        assert!(occurs(&format!("https://{host}/zod"), &host));
        assert!(!occurs("https://www.npmjs.com/package/zod", &host));
    }

    #[test]
    fn this_file_keeps_its_own_rule() {
        for (head, tail) in FORBIDDEN {
            assert!(!include_str!("text.rs").lines().any(|line| occurs(line, &format!("{head}{tail}"))), "{tail}");
        }
    }
}
