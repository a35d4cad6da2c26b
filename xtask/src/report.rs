//! The steps of a run, each with its counts and its duration, and the last line that sums them up.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::counts::Counts;
use crate::output::say;

/// What was done so far.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
}

struct Step {
    name: String,
    counts: Counts,
    took: Duration,
}

impl Report {
    /// Does one step under its heading. True when nothing in it failed; an error is one failure, and the run goes on.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Counts>) -> bool {
        say(format!("\n== {name}"));
        let started = Instant::now();
        let counts = work().unwrap_or_else(|error| {
            say(format!("error: {error:#}"));
            Counts::ONE_FAILURE
        });
        let took = started.elapsed();
        say(format!("== {name}: {counts} ({:.1} s)", took.as_secs_f64()));
        self.steps.push(Step { name: name.to_owned(), counts, took });
        counts.failed == 0
    }

    /// [`Report::step`] for work that checks nothing by itself.
    pub(crate) fn prepare(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> bool {
        self.step(name, || work().map(|()| Counts::NONE))
    }

    fn total(&self) -> Counts {
        let mut total = Counts::NONE;
        for step in &self.steps {
            total += step.counts;
        }
        total
    }
}

/// Prints the steps and, as the very last line, `N passed, N failed`; failure when anything failed.
pub(crate) fn finish(report: Result<Report>) -> ExitCode {
    let total = match &report {
        Ok(report) => {
            say("");
            for step in &report.steps {
                let verdict = if step.counts.failed == 0 { "ok  " } else { "FAIL" };
                say(format!("{verdict} {:>7.1} s  {}: {}", step.took.as_secs_f64(), step.name, step.counts));
            }
            report.total()
        }
        Err(error) => {
            say(format!("error: {error:#}"));
            Counts::ONE_FAILURE
        }
    };
    say(total.to_string());
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_a_step_is_one_failure_and_the_run_goes_on() {
        let mut report = Report::default();
        assert!(!report.step("bad", || anyhow::bail!("no")));
        assert!(report.step("good", || Ok(Counts { passed: 2, failed: 0 })));
        assert!(report.prepare("ready", || Ok(())));
        assert_eq!(report.total(), Counts { passed: 2, failed: 1 });
    }
}
