//! Every input of every corpus is replayed: what the fuzz targets begin with, and what once broke a law.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use palimpsest_laws::LAWS;

fn fuzz(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(folder)
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The names of what lies in a folder, without extensions.
fn names(folder: &Path) -> BTreeSet<String> {
    paths(folder).iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn replay(law: &str) {
    let (_, holds_for) = LAWS.iter().find(|(name, _)| *name == law).unwrap();
    let inputs = paths(&fuzz("corpus").join(law));
    assert!(!inputs.is_empty(), "the corpus of {law} is empty");
    let broken: Vec<_> = inputs
        .iter()
        .filter(|path| {
            let input = fs::read(path).unwrap();
            catch_unwind(|| holds_for(&input)).is_err()
        })
        .collect();
    assert!(broken.is_empty(), "broken by {broken:?}");
}

#[test]
fn the_corpus_of_blocks() {
    replay("blocks");
}

#[test]
fn the_corpus_of_front_matter() {
    replay("front_matter");
}

#[test]
fn the_corpus_of_markdown() {
    replay("markdown");
}

#[test]
fn the_corpus_of_query_strings() {
    replay("query");
}

#[test]
fn every_law_has_a_target_and_a_corpus() {
    let laws: BTreeSet<_> = LAWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&fuzz("fuzz_targets")), laws);
    assert_eq!(names(&fuzz("corpus")), laws);
}
