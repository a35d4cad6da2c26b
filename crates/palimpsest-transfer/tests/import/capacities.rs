//! Exports of Capacities.

use palimpsest_engine::admin::Command;
use palimpsest_model::{BuiltIn, StructureId};
use palimpsest_transfer::import::Dialect;
use serde_json::json;

use crate::support::{Stage, archive, folder};

const ID: &str = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";

fn export() -> tempfile::TempDir {
    let dune = format!(
        "---\nid: {ID}\ntype: Book\ntitle: Dune\nauthor: \"[[Frank Herbert]]\"\npages: 412\nstatus: read\n\
         collections: [Shelf]\ntags: [sf]\ncreatedAt: 2012-11-27 12:23\n---\n\n# Dune\n\nBy [Frank](../People/Frank%20Herbert.md). ![cover](../Media/cover.png)\n"
    );
    archive(&[
        ("Export/Books/Dune.md", dune.as_bytes()),
        ("Export/Books/Emma.md", b"---\ntype: Book\ntitle: Emma\nstatus: open\npages: 300\n---\n"),
        ("Export/People/Frank Herbert.md", b"---\ntype: Person\ntitle: Frank Herbert\n---\nWrote [[Dune]].\n"),
        ("Export/Pages/Home.md", b"---\ntype: Page\ntitle: Home\n---\n[[Books/Dune]]\n"),
        ("Export/Daily/2026-11-22.md", b"---\ntype: Daily note\ntitle: 2026-11-22\n---\nHello\n"),
        ("Export/Books.csv", b"Title,Status,Pages\nDune,read,412\nNew one,open,7\n"),
        ("Export/Media/cover.png", b"png"),
    ])
}

#[test]
fn notes_become_objects_of_their_types() {
    let stage = Stage::new();
    let definition = json!({"title": "Book", "pluralName": "Books", "propertyDefinitions": [
        {"name": "Status", "type": "label", "labelSet": [{"name": "read"}]},
    ]});
    stage.administer(Command::StructureCreate { space: None, definition });
    let export = export();
    let report = stage.import(&export.path().join("a.zip"));
    assert_eq!(report.source, Dialect::Capacities);
    assert_eq!(report.problems, []);
    assert_eq!((report.notes.made, report.rows.made, report.media.made), (5, 1, 1));
    let dune = stage.object("Dune");
    assert_eq!(dune.id.to_string(), ID);
    let schema = stage.schema();
    let book = &schema.structure(dune.structure).unwrap().value;
    assert_eq!(schema.structures.iter().filter(|structure| structure.value.title == "Book").count(), 1);
    assert_eq!(book.title, "Book");
    assert_eq!(stage.value(&dune, "author"), "entity Frank Herbert");
    assert_eq!(stage.value(&dune, "pages"), "number 412");
    assert_eq!(stage.value(&dune, "Status"), "label read");
    assert_eq!(stage.value(&stage.object("Emma"), "Status"), "label open");
    assert_eq!(stage.value(&dune, "Tags"), "entity sf");
    assert_eq!(stage.value(&dune, "Created at"), "createdAt 2012-11-27T12:23:00.000Z");
    assert_eq!(stage.text(&dune), "By <Frank|Frank Herbert>. <cover|cover.png>");
    let shelf = schema.collections.iter().find(|collection| collection.value.title == "Shelf").unwrap();
    assert_eq!((shelf.value.structure, dune.collections.as_slice()), (dune.structure, &[shelf.value.id][..]));
    assert_eq!(stage.text(&stage.object("Frank Herbert")), "Wrote <Dune>.");
    assert_eq!(stage.text(&stage.object("Home")), "<Dune>");
    assert_eq!(stage.object("New one").structure, dune.structure);
    assert_eq!(stage.object("2026-11-22").structure, StructureId::BuiltIn(BuiltIn::RootPage));
    let person = schema.structure(stage.object("Frank Herbert").structure).unwrap();
    assert_eq!((person.value.title.as_str(), person.value.plural_name.as_str()), ("Person", "People"));
    let revision = stage.revision();
    let again = stage.import(&export.path().join("a.zip"));
    assert_eq!((again.revision, again.notes.there, again.rows.there), (revision, 5, 1), "{again}");
}

/// Imports twice into a space that knows no types; the second run finds all and changes nothing. Answers how many types of
/// one's own there are then.
fn twice(source: &std::path::Path) -> (Stage, usize) {
    let stage = Stage::new();
    let known = stage.schema().structures.len();
    let first = stage.import(source);
    let again = stage.import(source);
    assert_eq!((again.before, again.revision), (first.revision, first.revision), "{again}");
    assert_eq!((again.notes.made, again.notes.differing, again.rows.made, again.rows.differing), (0, 0, 0, 0));
    assert_eq!((again.notes.there, again.rows.there), (first.notes.made, first.rows.made));
    let types = stage.schema().structures.len() - known;
    (stage, types)
}

#[test]
fn a_new_type_is_found_again_by_its_plural() {
    let (stage, types) = twice(&export().path().join("a.zip"));
    // Book and Person.
    assert_eq!(types, 2);
    assert_eq!(stage.object("New one").structure, stage.object("Dune").structure);
    let cases: [(&[(&str, &str)], usize); 6] = [
        (&[("Chore.csv", "Title,A\nx,1\n"), ("Chores.csv", "Title,A\ny,2\n")], 1),
        (&[("a/Chores.csv", "Title,A\nx,1\n"), ("b/Chore.csv", "Title,A\ny,2\n")], 1),
        (&[("Books/A.md", "text"), ("Books/Dune.md", "---\ntype: Book\n---\n"), ("Books.csv", "Title,P\nDune,1\n")], 1),
        (&[("a/A.md", "---\ntype: Books\n---\n"), ("a/B.md", "---\ntype: Book\n---\n")], 1),
        (&[("Stuff/A.md", "---\ntype: Book\n---\n"), ("Stuff/B.md", "---\ntype: Stuff\n---\n")], 2),
        (&[("Pages/A.md", "---\ntype: Book\n---\n"), ("Pages/B.md", "text"), ("Pages.csv", "Title\nC\n")], 1),
    ];
    for (files, expected) in cases {
        assert_eq!(twice(folder(files).path()).1, expected, "{files:?}");
    }
}

#[test]
fn types_without_room_refuse_their_notes_and_the_rest_is_imported() {
    let stage = Stage::new();
    let room = palimpsest_model::MAX_STRUCTURES - stage.schema().structures.len();
    let files: Vec<_> =
        (0..=room).map(|at| (format!("n/{at:04}.md"), format!("---\ntype: T{at:04}x\n---\n"))).collect();
    let long = format!("---\ntype: {}\n---\n", "x".repeat(600));
    let mut files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("long.md", &long));
    let report = stage.import(folder(&files).path());
    assert_eq!((report.notes.made, report.notes.refused), (room, 2), "{:?}", report.problems);
    let told: Vec<_> = report.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert!(told.contains(&"the space has no room for another object type"), "{told:?}");
    assert!(told.contains(&"the name of its type is too long"), "{told:?}");
}
