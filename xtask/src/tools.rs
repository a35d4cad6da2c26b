//! The foreign tools that the tests need. A missing one is a failure that says what to install, never a silent skip.

use std::process::Command;

use crate::counts::Counts;
use crate::output::say;

struct Tool {
    program: &'static str,
    arguments: &'static [&'static str],
    /// The lowest version, where one matters.
    at_least: Option<(u32, u32)>,
    install: &'static str,
}

const TOOLS: [Tool; 6] = [
    Tool { program: "git", arguments: &["--version"], at_least: None, install: "git" },
    Tool {
        program: "cc",
        arguments: &["--version"],
        at_least: None,
        install: "a C compiler (Debian: apt-get install build-essential)",
    },
    Tool {
        program: "node",
        arguments: &["--version"],
        at_least: Some((20, 0)),
        install: "Node.js 20 or newer (Debian 13: apt-get install nodejs)",
    },
    Tool { program: "npm", arguments: &["--version"], at_least: None, install: "npm (Debian: apt-get install npm)" },
    Tool {
        program: "python3",
        arguments: &["--version"],
        at_least: Some((3, 11)),
        install: "Python 3.11 or newer (Debian: apt-get install python3)",
    },
    Tool {
        program: "python3",
        arguments: &["-c", "import venv, ensurepip, sqlite3"],
        at_least: None,
        install: "Python's venv and sqlite3 modules (Debian: apt-get install python3-venv)",
    },
];

/// One check for each tool.
pub(crate) fn check() -> Counts {
    let mut counts = Counts::NONE;
    for tool in &TOOLS {
        match tool.problem() {
            None => counts.passed += 1,
            Some(problem) => {
                say(format!("{}: {problem}; install {}", tool.program, tool.install));
                counts.failed += 1;
            }
        }
    }
    counts
}

impl Tool {
    fn problem(&self) -> Option<String> {
        let output = match Command::new(self.program).args(self.arguments).output() {
            Ok(output) if output.status.success() => output,
            Ok(_) => return Some(format!("`{} {}` fails", self.program, self.arguments.join(" "))),
            Err(error) => return Some(format!("cannot be started ({error})")),
        };
        let lowest = self.at_least?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match version(&said) {
            Some(found) if found >= lowest => None,
            _ => Some(format!("is `{said}`, but {}.{} is needed", lowest.0, lowest.1)),
        }
    }
}

/// Major and minor of the first version in a text such as `v20.20.2` or `Python 3.11.7`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim_start_matches(|c: char| !c.is_ascii_digit()).split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared_as_numbers() {
        assert_eq!(version("v20.20.2"), Some((20, 20)));
        assert_eq!(version("Python 3.11.7"), Some((3, 11)));
        assert_eq!(version("nothing"), None);
        assert!(version("Python 3.9.2") < Some((3, 11)));
    }

    #[test]
    fn a_missing_tool_is_told() {
        let tool = Tool { program: "no-such-program", arguments: &[], at_least: None, install: "it" };
        assert!(tool.problem().is_some());
        let old = Tool { program: "sh", arguments: &["-c", "echo v9.1.0"], at_least: Some((20, 0)), install: "it" };
        assert_eq!(old.problem().as_deref(), Some("is `v9.1.0`, but 20.0 is needed"));
    }
}
