//! How many checks passed and failed, read from what the test tools print.

use std::fmt;
use std::ops::AddAssign;

/// Checks that passed and that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Checks that held.
    pub(crate) passed: u64,
    /// Checks that did not hold, or could not be run.
    pub(crate) failed: u64,
}

impl Counts {
    /// A step that checks nothing by itself.
    pub(crate) const NONE: Counts = Counts { passed: 0, failed: 0 };
    /// A step that could not do its work.
    pub(crate) const ONE_FAILURE: Counts = Counts { passed: 0, failed: 1 };

    /// These counts of a process that ended well or not: a bad end without a counted failure is one by itself.
    pub(crate) fn with_ending(mut self, ended_well: bool) -> Counts {
        if !ended_well && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Reads the last line of one of our own suites: `N passed, N failed`.
pub(crate) fn suite_line(line: &str) -> Option<Counts> {
    let (passed, failed) = line.trim().split_once(", ")?;
    Some(Counts {
        passed: passed.strip_suffix(" passed")?.parse().ok()?,
        failed: failed.strip_suffix(" failed")?.parse().ok()?,
    })
}

/// Reads a result line of `cargo test`, of which each test binary prints one.
pub(crate) fn cargo_line(line: &str) -> Option<Counts> {
    let (_verdict, rest) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let mut counts = Counts::NONE;
    for part in rest.split("; ") {
        match part.split_once(' ') {
            Some((n, "passed")) => counts.passed = n.parse().ok()?,
            Some((n, "failed")) => counts.failed = n.parse().ok()?,
            _ => {}
        }
    }
    Some(counts)
}

/// Reads the summary line of `cargo nextest run`. Whatever is neither passed nor skipped has failed.
pub(crate) fn nextest_line(line: &str) -> Option<Counts> {
    let (_duration, rest) = line.trim().strip_prefix("Summary [")?.split_once(']')?;
    let (_run, outcomes) = rest.split_once(" run: ")?;
    let mut counts = Counts::NONE;
    for outcome in without_parentheses(outcomes).split(',') {
        let (n, what) = outcome.trim().split_once(' ')?;
        let n: u64 = n.parse().ok()?;
        match what.trim() {
            "passed" => counts.passed += n,
            "skipped" => {}
            _ => counts.failed += n,
        }
    }
    Some(counts)
}

/// Nextest explains a number in parentheses: `2 passed (1 slow, 1 flaky)`.
fn without_parentheses(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64) -> Option<Counts> {
        Some(Counts { passed, failed })
    }

    #[test]
    fn suite_lines_are_read_and_nothing_else() {
        assert_eq!(suite_line("12 passed, 0 failed\n"), counts(12, 0));
        assert_eq!(suite_line("0 passed, 3 failed"), counts(0, 3));
        for other in ["", "12 passed", "12 passed, failed", "a passed, 0 failed", "ok: 12 passed, 0 failed, 1 skipped"]
        {
            assert_eq!(suite_line(other), None, "{other}");
        }
        assert_eq!(suite_line(&Counts { passed: 7, failed: 1 }.to_string()), counts(7, 1));
    }

    #[test]
    fn cargo_lines_are_read() {
        let ok = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(cargo_line(ok), counts(12, 0));
        let failed = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(cargo_line(failed), counts(3, 2));
        assert_eq!(cargo_line("test something ... ok"), None);
    }

    #[test]
    fn nextest_summaries_are_read() {
        for (line, expected) in [
            ("     Summary [   4.567s] 120 tests run: 119 passed, 1 failed, 0 skipped", counts(119, 1)),
            ("     Summary [   0.004s] 1 test run: 1 passed, 0 skipped", counts(1, 0)),
            (
                "     Summary [   9.1s] 5 tests run: 3 passed (1 slow, 2 flaky), 1 timed out, 1 exec failed, 2 skipped",
                counts(3, 2),
            ),
            (
                "     Summary [   1.0s] 2/9 tests run: 1 passed, 1 failed (1 due to being leaky), 0 skipped",
                counts(1, 1),
            ),
            ("        PASS [   0.004s] xtask counts::tests::nextest", None),
        ] {
            assert_eq!(nextest_line(line), expected, "{line}");
        }
    }

    #[test]
    fn a_bad_end_is_a_failure_but_not_counted_twice() {
        assert_eq!(Counts::NONE.with_ending(false), Counts::ONE_FAILURE);
        assert_eq!(Counts { passed: 4, failed: 2 }.with_ending(false), Counts { passed: 4, failed: 2 });
        assert_eq!(Counts { passed: 4, failed: 0 }.with_ending(true), Counts { passed: 4, failed: 0 });
    }
}
