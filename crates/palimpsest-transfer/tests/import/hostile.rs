//! Files that mean no good, and names that mean nothing.

use std::fmt::Write as _;

use palimpsest_transfer::import::Limits;
use proptest::prelude::*;

use crate::support::{Stage, folder};

#[test]
fn hostile_notes_are_told_and_the_rest_is_imported() {
    let mut bomb = "---\na: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (letter, before) in ('b'..'k').zip('a'..) {
        let list = vec![format!("*{before}"); 9].join(", ");
        let _ = writeln!(bomb, "{letter}: &{letter} [{list}]");
    }
    bomb.push_str("---\nbody");
    let deep = format!("---\na: {}{}\n---\n", "[".repeat(500), "]".repeat(500));
    let huge = format!("---\na: {}\n---\n", "x".repeat(70_000));
    let long = "word\n\n".repeat(20_000);
    let nested = format!("{}x", "> ".repeat(2_000));
    let root = folder(&[
        ("good.md", "fine"),
        ("bomb.md", &bomb),
        ("deep.md", &deep),
        ("huge.md", &huge),
        ("long.md", &long),
        ("nested.md", &nested),
    ]);
    std::fs::write(root.path().join("latin.md"), b"caf\xe9").unwrap();
    let stage = Stage::new();
    let report = stage.import(root.path());
    let told: Vec<_> = report.problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(told, ["huge.md", "latin.md", "bomb.md", "deep.md", "long.md"], "{:?}", report.problems);
    assert_eq!((report.notes.made, report.notes.refused), (5, 2));
    assert_eq!(stage.text(&stage.object("good")), "fine");
    let revision = stage.revision();
    assert_eq!(stage.import(root.path()).revision, revision);
}

#[cfg(unix)]
#[test]
fn links_of_the_file_system_are_not_followed() {
    let outside = folder(&[("secret.md", "secret")]);
    let root = folder(&[("good.md", "fine")]);
    std::os::unix::fs::symlink(outside.path(), root.path().join("folder")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.md"), root.path().join("file.md")).unwrap();
    std::os::unix::fs::symlink(root.path(), root.path().join("round")).unwrap();
    let stage = Stage::new();
    let report = stage.import(root.path());
    assert_eq!((report.notes.made, report.problems.len()), (1, 3));
    assert_eq!(stage.objects().len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_told() {
    use std::os::unix::ffi::OsStrExt;
    let root = folder(&[("good.md", "fine")]);
    std::fs::write(root.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.md")), "x").unwrap();
    let report = Stage::new().import(root.path());
    assert_eq!((report.notes.made, report.problems.len()), (1, 1));
}

#[test]
fn an_id_that_two_files_have_is_that_of_the_first() {
    let front = "---\nid: 3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11\n---\n";
    let root = folder(&[("a.md", front), ("b.md", front), ("c.md", "---\nid: nothing\n---\n")]);
    let stage = Stage::new();
    let report = stage.import(root.path());
    assert_eq!((report.notes.made, report.problems.len()), (3, 1));
    assert_ne!(stage.object("a").id, stage.object("b").id);
    assert_eq!(stage.value(&stage.object("c"), "id"), "text nothing");
}

#[test]
fn what_is_nowhere_is_refused() {
    let stage = Stage::new();
    assert!(stage.try_import(std::path::Path::new("/nowhere/at/all"), false, Limits::default()).is_err());
    let file = folder(&[("a.txt", "no archive")]);
    assert!(stage.try_import(&file.path().join("a.txt"), false, Limits::default()).is_err());
    assert!(!stage.import(folder(&[]).path()).has_any());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_notes_say_a_second_run_changes_nothing(
        texts in prop::collection::vec(r"(---\n([a-c]: (\[\[[A-C]\]\]|[0-9]|true|x y|\[a, b\]|'\[\[A\]\], q'|\{\}|!)\n){0,4}---\n)?([#\[\]!|(A-C.md) `*>_\n\-x/é]{0,40})", 1..4),
    ) {
        let names = ["A.md", "d/B.md", "d/e/C.md"];
        let files: Vec<_> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
        let root = folder(&files);
        let stage = Stage::new();
        let dry = stage.try_import(root.path(), true, Limits::default()).unwrap();
        let first = stage.import(root.path());
        prop_assert_eq!(first.notes.made, files.len());
        prop_assert_eq!((dry.notes, dry.tags, dry.links, &dry.problems), (first.notes, first.tags, first.links, &first.problems));
        let again = stage.import(root.path());
        prop_assert_eq!((again.revision, again.notes.there), (first.revision, files.len()), "{}", again);
    }
}
