//! The table for people.

use std::io::Write as _;

use crate::outcome::Row;

/// Says a line.
pub(crate) fn say(line: &str) {
    // Nobody is left to be told when standard output is closed.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The heading of the table.
pub(crate) fn heading() {
    say(
        "| objects | job | server | conns | answers/s | p50 µs | p99 µs | p99.9 µs | CPU µs | MiB | written B | errors |",
    );
    say("|---:|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
}

/// One row of it.
pub(crate) fn row(row: &Row) {
    let Row { objects, job, server, connections, figures } = row;
    let f = figures;
    say(&format!(
        "| {objects} | {job} | {server} | {connections} | {:.0} | {:.0} | {:.0} | {:.0} | {:.1} | {:.0} | {:.0} | {} |",
        f.rate, f.p50, f.p99, f.p999, f.cpu, f.memory, f.written, f.errors
    ));
}
