//! Tables.

use crate::support::{Stage, folder};

#[test]
fn rows_become_objects_of_the_type_of_the_table() {
    let source = folder(&[
        (
            "Films.csv",
            "Year;Name;Seen;Note\n1982;Tron;true;\"a; b\"\n1999;Matrix;false;[[Tron]]\n1999;Matrix;true;\nshort\n",
        ),
        ("broken.csv", "\"a\n"),
    ]);
    let stage = Stage::new();
    let report = stage.import(source.path());
    assert_eq!((report.rows.made, report.rows.refused, report.problems.len()), (3, 1, 1), "{:?}", report.problems);
    assert_eq!(report.problems[0].message, "line 5 has 1 cells, not 4");
    let tron = stage.object("Tron");
    assert_eq!(stage.value(&tron, "Year"), "number 1982");
    assert_eq!(stage.value(&tron, "Seen"), "boolean true");
    assert_eq!(stage.objects().iter().filter(|object| object.title() == "Matrix").count(), 2);
    let revision = stage.revision();
    assert_eq!(stage.import(source.path()).revision, revision);
}

#[test]
fn a_second_column_of_titles_is_kept() {
    let stage = Stage::new();
    stage.import(folder(&[("People.csv", "Name,Title\nAda,Countess\n")]).path());
    assert_eq!(stage.value(&stage.object("Ada"), "Title (2)"), "text Countess");
}

#[test]
fn what_only_looks_like_a_number_stays_text() {
    let stage = Stage::new();
    let source = folder(&[("Orders.csv", "Title,No,Version,Count\na,1234567890123456789012,1.10,3\n")]);
    stage.import(source.path());
    let order = stage.object("a");
    let values = ["No", "Version", "Count"].map(|name| stage.value(&order, name));
    assert_eq!(values, ["text 1234567890123456789012", "text 1.10", "number 3"]);
}

#[test]
fn a_tag_that_is_called_like_a_row_is_a_tag() {
    let stage = Stage::new();
    let source = folder(&[("films.csv", "Name,Year\nA,1999\n"), ("Note.md", "---\ntags: [a, b]\n---\n# Hi\nText\n")]);
    let report = stage.import(source.path());
    assert_eq!(report.problems, [], "the note is kept with its text");
    assert_eq!((report.notes.made, report.tags.made), (1, 2));
}
