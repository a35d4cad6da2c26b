//! The three-way merge.

mod laws;
mod places;
mod sets;
mod texts;
mod trees;

use palimpsest_model::arbitrary::Fork;
use palimpsest_model::{Merged, Object, merge};
use proptest::strategy::Strategy;
use proptest::test_runner::{TestCaseResult, TestRunner};

use crate::support::cases;

/// A merge, or something that pretends to be one.
type Merge = fn(&Fork) -> Merged;

fn real(fork: &Fork) -> Merged {
    merge(&fork.base, &fork.theirs, &fork.mine, &fork.structure)
}

/// A control: what would be no merge at all.
fn theirs_wins(fork: &Fork) -> Merged {
    Merged { object: fork.theirs.clone(), conflicts: Vec::new() }
}

/// A control: conflicts that nobody is told of.
fn never_a_conflict(fork: &Fork) -> Merged {
    Merged { conflicts: Vec::new(), ..real(fork) }
}

fn swapped(fork: &Fork) -> Fork {
    Fork { theirs: fork.mine.clone(), mine: fork.theirs.clone(), ..fork.clone() }
}

fn paths(merged: &Merged) -> Vec<&str> {
    merged.conflicts.iter().map(|conflict| conflict.path.as_str()).collect()
}

fn holds<S: Strategy>(count: u32, strategy: S, law: impl Fn(S::Value) -> TestCaseResult) {
    if let Err(error) = TestRunner::new(cases(count)).run(&strategy, law) {
        panic!("{error}");
    }
}

/// A law that cannot fail says nothing: the control has to break it.
fn is_broken<S: Strategy>(strategy: S, law: impl Fn(S::Value) -> TestCaseResult) {
    let config = proptest::test_runner::Config {
        cases: 5_000,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..Default::default()
    };
    assert!(TestRunner::new(config).run(&strategy, law).is_err(), "the control passed");
}

fn merged_page(base: &Object, theirs: &Object, mine: &Object) -> Merged {
    merge(base, theirs, mine, &crate::support::page_structure())
}
