//! Vaults and plain folders.

use palimpsest_model::{BuiltIn, StructureId};
use palimpsest_transfer::import::{Dialect, Limits};

use crate::support::{Stage, folder};

#[test]
fn a_vault_becomes_pages_with_properties() {
    let vault = folder(&[
        (".obsidian/app.json", "{}"),
        (
            "One.md",
            "---\ntags: [work, idea]\naliases: [Uno]\nstatus: open\npages: 12\ndone: true\ndue: 2026-01-02\nsite: https://a.example\n\
             related: \"[[Two]]\"\nauthor: \"[[Nobody]]\"\ncreated: 2020-05-06\ntopics:\n  - a\n  - b\nempty:\ntype: note\n---\n\
             # One\n\nSee [[Two]] and #inline.\n",
        ),
        ("sub/Two.md", "---\nstatus: open\npages: 3.5\ndone: false\n---\n- [x] done\n- [[One|first]]\n"),
        ("sub/Three.md", "---\nstatus: closed\n---\nText\n"),
        ("sub/Four.md", "---\nstatus: Closed\n---\n"),
    ]);
    let stage = Stage::new();
    let report = stage.import(vault.path());
    assert_eq!(report.source, Dialect::Obsidian);
    assert_eq!((report.notes.made, report.notes.refused, report.tags.made), (4, 0, 3));
    assert_eq!(report.problems, []);
    let one = stage.object("One");
    assert_eq!(stage.structure(&one), StructureId::BuiltIn(BuiltIn::RootPage));
    for (name, expected) in [
        ("Tags", "entity work, idea"),
        ("Aliases", "aliases Uno"),
        ("status", "label open"),
        ("pages", "number 12"),
        ("done", "boolean true"),
        ("due", "date 2026-01-02"),
        ("site", "url https://a.example"),
        ("related", "entity Two"),
        ("author", "richText [[Nobody]]"),
        ("topics", "label a, b"),
        ("Type", "text note"),
        ("Created at", "createdAt 2020-05-06T00:00:00.000Z"),
    ] {
        assert_eq!(stage.value(&one, name), expected, "{name}");
    }
    assert_eq!(stage.text(&one), "See <Two> and <#inline|inline>.");
    let two = stage.object("Two");
    assert_eq!(stage.text(&two), "done\n<first|One>");
    assert_eq!(stage.value(&stage.object("Four"), "status"), "label Closed");
    assert_eq!(stage.value(&stage.object("Three"), "status"), "label Closed");
    let schema = stage.schema();
    let collection = schema.collections.iter().find(|collection| collection.value.title == "sub").unwrap();
    assert_eq!(two.collections, [collection.value.id]);
    assert!(!schema.structures.iter().any(|it| it.value.properties.iter().any(|property| property.name == "empty")));
}

#[test]
fn a_first_heading_is_a_title_outside_of_vaults() {
    let notes = folder(&[
        ("a.md", "# Alpha\n\nText"),
        ("b.md", "Text\n\n# Not the title"),
        ("c.md", "---\ntitle: Gamma\n---\n# Other"),
    ]);
    let stage = Stage::new();
    assert_eq!(stage.import(notes.path()).source, Dialect::Markdown);
    assert_eq!(stage.text(&stage.object("Alpha")), "Text");
    assert_eq!(stage.text(&stage.object("b")), "Text\nNot the title");
    assert_eq!(stage.text(&stage.object("Gamma")), "Other");
}

#[test]
fn a_dry_run_tells_the_same_and_changes_nothing() {
    let vault = folder(&[
        (".obsidian/app.json", "{}"),
        ("a/One.md", "---\nrating: 5\ntags: x\n---\n[[Two]] [[Nowhere]] #y ![[pic.png]]"),
        ("Two.md", "==marked== [[One#part]]"),
        ("pic.png", "not really"),
        ("books.csv", "Title,Pages\nA,1\nB,2\n"),
        ("bad.csv", "a,a\n1,2\n"),
    ]);
    let stage = Stage::new();
    let before = stage.revision();
    let mut dry = stage.try_import(vault.path(), true, Limits::default()).unwrap();
    assert_eq!(stage.revision(), before);
    assert!(dry.dry_run && dry.before == before && dry.revision == before);
    let wet = stage.import(vault.path());
    (dry.dry_run, dry.revision) = (false, wet.revision);
    assert_eq!(dry, wet);
    assert_eq!((wet.notes.made, wet.rows.made, wet.media.made, wet.tags.made), (2, 2, 1, 2));
    assert_eq!((wet.links, wet.dangling), (3, 1));
    let text = wet.to_string();
    assert!(text.contains("2 objects → Page") && text.contains("rating: number, new"), "{text}");
    assert!(text.contains("2 objects → books (new type)") && text.contains("Pages: number"), "{text}");
}

#[test]
fn days_become_pages_and_are_told() {
    let vault = folder(&[(".obsidian/app.json", "{}"), ("daily/2026-11-22.md", "Today [[2026-11-22]]")]);
    let stage = Stage::new();
    let report = stage.import(vault.path());
    assert!(report.notices.iter().any(|notice| notice.what.contains("daily notes become pages")), "{report}");
    assert_eq!(stage.text(&stage.object("2026-11-22")), "Today <2026-11-22>");
}

#[test]
fn without_a_place_for_files_the_rest_is_imported() {
    let vault = folder(&[("a.md", "![x](pic.png)"), ("pic.png", "x")]);
    let stage = Stage::with(|engine| engine);
    let report = stage.import(vault.path());
    assert_eq!((report.notes.made, report.media.refused, report.dangling), (1, 1, 1));
    assert!(report.has_any());
}

#[test]
fn collections_without_room_are_told() {
    let mut files: Vec<_> = (0..=2_000).map(|at| (format!("f{at:04}/n{at}.md"), "")).collect();
    files.push((format!("{}n.md", format!("{}/", "x".repeat(99)).repeat(6)), ""));
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let report = Stage::new().import(folder(&files).path());
    assert_eq!(report.notes.made, 2_002);
    let told: Vec<_> = report.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("too many of them") && told[1].contains("too long"), "{told:?}");
}

#[test]
fn a_first_heading_that_is_too_long_stays_text() {
    let text = format!("# {}\n", "x".repeat(501));
    let stage = Stage::new();
    stage.import(folder(&[("a.md", &text)]).path());
    assert_eq!(stage.text(&stage.object("a")).len(), 501);
}
