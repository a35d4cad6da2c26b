//! What the parts of a request cost, on objects of 10, 1,000 and 10,000 blocks: `cargo bench -p palimpsest-bench`. How they grow
//! is of interest, and how a change compares with what was before it on the same machine.

#![expect(clippy::unwrap_used, reason = "what fails here is the benchmark")]

mod commits;
mod edits;
mod forms;
mod samples;
mod texts;

/// Numbers of blocks.
const BLOCKS: [usize; 3] = [10, 1_000, 10_000];
/// The same of pages that have room for more.
const GROWING: [usize; 3] = [10, 1_000, 8_000];

fn main() {
    divan::main();
}
