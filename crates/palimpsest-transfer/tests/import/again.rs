//! Importing again.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use palimpsest_engine::admin::Command;
use palimpsest_engine::{Access, DeleteObject, Operation, Policy, UpdateObject};
use palimpsest_model::Value;
use palimpsest_transfer::import::Stage::Texts;
use palimpsest_transfer::import::{Import, Limits, Progress, import};

use crate::support::{Stage, folder};

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A vault of so many notes in folders, with links in a ring, to folders and names, tags, properties and images.
fn vault(notes: usize) -> tempfile::TempDir {
    let root = folder(&[(".obsidian/app.json", "{}")]);
    for image in 0..notes / 10 {
        write(root.path(), &format!("files/image {image}.png"), &format!("image {image}"));
    }
    for note in 0..notes {
        let (next, far) = ((note + 1) % notes, (note * 7 + 3) % notes);
        let mut text = format!("---\nnumber: {note}\nstate: {}\ntags: [t{}]\n---\n", ["a", "b"][note % 2], note % 13);
        let _ =
            writeln!(text, "# Note {note}\n\n[[Note {next}]] [far](../f{}/Note%20{far}.md) #i{}\n", far % 9, note % 5);
        let _ = writeln!(text, "- item\n  - ![[Note {far}]]\n\n![[image {}.png]]", note / 10 % (notes / 10));
        write(root.path(), &format!("f{}/Note {note}.md", note % 9), &text);
    }
    root
}

#[test]
fn a_vault_is_imported_whole_and_a_second_run_changes_nothing() {
    let notes = if std::env::var_os("PALIMPSEST_TEST_LONG").is_some() { 5_000 } else { 500 };
    let (stage, vault) = (Stage::new(), vault(notes));
    let report = stage.import(vault.path());
    assert_eq!((report.notes.made, report.media.made, report.tags.made), (notes, notes / 10, 18));
    assert_eq!((report.links, report.dangling), (notes * 4, 0));
    assert_eq!(report.problems, []);
    for note in [0, 7, notes - 1] {
        let (next, far) = ((note + 1) % notes, (note * 7 + 3) % notes);
        let image = note / 10 % (notes / 10);
        let expected = format!(
            "<Note {next}> <far|Note {far}> <#i{0}|i{0}>\nitem\nembed <Note {far}>\nembed <image {image}.png>",
            note % 5
        );
        assert_eq!(stage.text(&stage.object(&format!("Note {note}"))), expected);
    }
    let revision = stage.revision();
    let again = stage.import(vault.path());
    assert_eq!((again.before, again.revision, stage.revision()), (revision, revision, revision));
    assert_eq!(
        (again.notes.there, again.media.there, again.notes.made + again.notes.differing),
        (notes, notes / 10, 0)
    );
    assert_eq!((again.tags.there, again.tags.made), (18, 0));
}

#[test]
fn what_changed_on_either_side_is_told_and_left() {
    let (stage, vault) = (Stage::new(), folder(&[("a.md", "one"), ("b.md", "two"), ("c.md", "three"), ("p.png", "x")]));
    stage.import(vault.path());
    write(vault.path(), "a.md", "changed #new");
    write(vault.path(), "p.png", "longer");
    let update = UpdateObject {
        id: stage.object("b").id,
        properties: vec![("description".into(), Value::Text(Some("mine".to_owned())))],
        collections: None,
        blocks: [].into(),
        trashed: None,
    };
    let access = Access::operator(stage.space);
    stage.block_on(stage.engine.execute(&access, Operation::UpdateObject(update).into())).unwrap();
    let delete = DeleteObject { id: stage.object("c").id, hard: false };
    stage.block_on(stage.engine.execute(&access, Operation::DeleteObject(delete).into())).unwrap();
    let revision = stage.revision();
    let report = stage.import(vault.path());
    assert_eq!(report.revision, revision);
    // What was added to the second is no difference from the source.
    assert_eq!((report.notes.there, report.notes.differing, report.media.differing), (1, 2, 1));
    assert_eq!(stage.text(&stage.object("a")), "one");
    let told: Vec<_> = report.problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(told, ["p.png", "a.md"]);
}

#[test]
fn a_file_with_other_bytes_of_the_same_length_differs() {
    let (stage, vault) = (Stage::new(), folder(&[("p.png", "one")]));
    stage.import(vault.path());
    assert_eq!(stage.import(vault.path()).media.there, 1);
    write(vault.path(), "p.png", "two");
    let report = stage.import(vault.path());
    assert_eq!((report.media.there, report.media.differing), (0, 1));
    assert_eq!(report.problems[0].path, "p.png");
}

#[test]
fn long_notes_are_read_a_few_at_a_time() {
    let text = "word ".repeat(250_000);
    let (stage, vault) = (Stage::new(), folder(&[("1.md", &text), ("2.md", &text), ("3.md", "short"), ("4.md", "")]));
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = {
        let told = Arc::clone(&told);
        Arc::new(move |progress: Progress| {
            if progress.stage == Texts {
                told.lock().unwrap().push(progress.done);
            }
        })
    };
    let wanted = Import { path: vault.path().to_path_buf(), space: None, dry_run: true, limits: Limits::default() };
    stage.block_on(import(&stage.engine, wanted, tell)).unwrap();
    assert_eq!(*told.lock().unwrap(), [1, 4]);
}

#[test]
fn an_import_that_was_cut_off_is_completed() {
    let (whole, cut) = (Stage::new(), Stage::new());
    let vault = folder(&[("a.md", "[[b]] #t"), ("b.md", "---\nx: 1\n---\n[[a]]"), ("c.md", "")]);
    // What an import leaves that ends after the objects are made: objects without text.
    let empty = folder(&[("a.md", ""), ("b.md", ""), ("c.md", "")]);
    cut.import(empty.path());
    let report = cut.import(vault.path());
    assert_eq!((report.notes.made, report.notes.there), (2, 1));
    whole.import(vault.path());
    for title in ["a", "b", "c"] {
        assert_eq!(cut.text(&cut.object(title)), whole.text(&whole.object(title)));
    }
    let revision = cut.revision();
    assert_eq!(cut.import(vault.path()).revision, revision);
}

#[test]
fn a_space_that_asks_for_versions_takes_an_import() {
    let stage = Stage::new();
    let space = stage.space.to_string();
    stage.administer(Command::SpacePolicy { space, concurrency: Policy::RequireCondition });
    let report = stage.import(folder(&[("a.md", "[[b]]"), ("b.md", "[[a]]")]).path());
    assert_eq!((report.notes.made, report.notes.refused), (2, 0));
    assert_eq!(stage.text(&stage.object("a")), "<b>");
}

#[test]
fn what_was_taken_out_of_the_schema_can_be_imported_again() {
    let stage = Stage::new();
    let vault = folder(&[("a.md", "---\nx: 1\n---\n")]);
    let dry = stage.try_import(vault.path(), true, Limits::default()).unwrap();
    assert_eq!(dry.structures[0].properties.len(), 1);
    stage.import(vault.path());
    assert_eq!(stage.value(&stage.object("a"), "x"), "number 1");
}
