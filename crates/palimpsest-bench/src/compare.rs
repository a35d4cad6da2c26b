//! This run beside an earlier one, whose figures were kept.

use crate::outcome::{Outcome, Row};
use crate::table::say;

/// Says by how much each job has changed. Runs of different times are only roughly comparable: a bare server that has changed too
/// tells how roughly.
pub(crate) fn tell(before: &Outcome, now: &Outcome) {
    say(
        "\n| objects | job | server | conns | answers/s × | p50 × | p99 × | CPU × |\n|---:|---|---|---:|---:|---:|---:|---:|",
    );
    for Row { objects, job, server, connections, figures } in &now.rows {
        let Some(old) = before.figures(*objects, job, server, *connections) else { continue };
        let [rate, p50, p99, cpu] =
            [figures.rate / old.rate, figures.p50 / old.p50, figures.p99 / old.p99, figures.cpu / old.cpu];
        say(&format!("| {objects} | {job} | {server} | {connections} | {rate:.2} | {p50:.2} | {p99:.2} | {cpu:.2} |"));
    }
}
