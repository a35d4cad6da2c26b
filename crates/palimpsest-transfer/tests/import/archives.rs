//! Archives that mean no good.

use std::io::Write;

use palimpsest_transfer::import::{Dialect, ImportError, Limits};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Stage, archive};

fn refused(stage: &Stage, root: &tempfile::TempDir, limits: Limits) -> String {
    match stage.try_import(&root.path().join("a.zip"), false, limits) {
        Err(ImportError::Unreadable(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_outside_and_links_are_refused_one_by_one() {
    let root = tempfile::tempdir().unwrap();
    let mut zip = ZipWriter::new(std::fs::File::create(root.path().join("a.zip")).unwrap());
    let names = ["../evil.md", "/etc/evil.md", "a/../../evil.md", "C:/evil.md", "..\\evil.md", "good.md"];
    for name in names {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(b"text").unwrap();
    }
    zip.add_symlink("link.md", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    let stage = Stage::new();
    let report = stage.import(&root.path().join("a.zip"));
    assert_eq!((report.notes.made, report.problems.len()), (1, 6), "{:?}", report.problems);
    assert_eq!(stage.objects().len(), 1);
    assert!(!root.path().join("evil.md").exists() && !root.path().parent().unwrap().join("evil.md").exists());
}

#[test]
fn bombs_are_refused() {
    let stage = Stage::new();
    let noughts = vec![0; 8 << 20];
    let report = stage.import(&archive(&[("bomb.md", &noughts), ("good.md", b"text")]).path().join("a.zip"));
    assert_eq!(report.notes.made, 1);
    assert_eq!(report.problems[0].message, "packed too tightly, as a zip bomb is");
    let limits = Limits { total: 1 << 20, ..Limits::default() };
    assert!(refused(&stage, &archive(&[("bomb.md", &noughts)]), limits).contains("unpacked it is longer"));
    let limits = Limits { entries: 1, ..Limits::default() };
    assert!(refused(&stage, &archive(&[("a.md", b""), ("b.md", b"")]), limits).contains("more than 1 files"));
}

#[test]
fn files_that_share_their_bytes_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let mut zip = ZipWriter::new(std::fs::File::create(root.path().join("a.zip")).unwrap());
    zip.start_file("a.md", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"text").unwrap();
    zip.shallow_copy_file("a.md", "b.md").unwrap();
    zip.finish().unwrap();
    assert!(refused(&Stage::new(), &root, Limits::default()).contains("share their bytes"));
}

#[test]
fn a_broken_archive_never_panics() {
    let stage = Stage::new();
    let root = archive(&[("a.md", b"some text"), ("b/c.md", b"[[a]]")]);
    let path = root.path().join("a.zip");
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0xff;
        std::fs::write(&path, &broken).unwrap();
        let _ = stage.try_import(&path, true, Limits::default());
        std::fs::write(&path, &whole[..at]).unwrap();
        assert!(stage.try_import(&path, true, Limits::default()).is_err(), "cut at {at}");
    }
}

#[test]
fn bytes_that_are_not_those_of_the_list_are_refused() {
    let stage = Stage::new();
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("a.zip");
    let mut zip = ZipWriter::new(std::fs::File::create(&path).unwrap());
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("a.md", stored).unwrap();
    zip.write_all(b"the very text").unwrap();
    zip.finish().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(8).position(|window| window == b"the very").unwrap();
    bytes[at] = b'T';
    std::fs::write(&path, bytes).unwrap();
    let report = stage.import(&path);
    assert_eq!((report.notes.made, report.notes.refused), (0, 1));
    assert!(!report.has_any());
}

#[test]
fn files_of_one_name_are_told() {
    let root = archive(&[("a.md", b"text one"), ("b.md", b"text two")]);
    let path = root.path().join("a.zip");
    let mut bytes = std::fs::read(&path).unwrap();
    for at in 0..bytes.len() - 4 {
        if bytes[at..].starts_with(b"b.md") {
            bytes[at] = b'a';
        }
    }
    std::fs::write(&path, bytes).unwrap();
    let stage = Stage::new();
    let report = stage.import(&path);
    assert!(report.problems.iter().any(|problem| problem.message.contains("one name")), "{:?}", report.problems);
    assert_eq!(report.notes.made, 1);
}

#[test]
fn the_one_folder_is_the_top_unless_something_hidden_lies_beside_it() {
    let note: (&str, &[u8]) = ("notes/a.md", b"text");
    let check = |beside: &str, is_vault: bool| {
        let stage = Stage::new();
        let root = archive(&[note, (beside, b"{}")]);
        let report = stage.import(&root.path().join("a.zip"));
        assert_eq!(report.source == Dialect::Obsidian, is_vault, "{beside}");
        let has_folder = stage.schema().collections.iter().any(|collection| collection.value.title == "notes");
        assert_eq!(has_folder, !beside.starts_with("notes/") && is_vault, "{beside}");
    };
    check(".obsidian/app.json", true);
    check("notes/.obsidian/app.json", true);
    check("__MACOSX/notes/._a.md", false);
    check(".DS_Store", false);
}
