//! Links in every form.

use crate::support::{Stage, folder};

fn check(files: &[(&str, &str)], title: &str, expected: &str) {
    let mut all = vec![(".obsidian/app.json", "{}")];
    all.extend(files);
    let stage = Stage::new();
    let vault = folder(&all);
    stage.import(vault.path());
    assert_eq!(stage.text(&stage.object(title)), expected);
}

#[test]
fn every_form_of_a_link_leads_to_its_note() {
    let b = ("x/B.md", "back to [[A]]");
    let pic = ("img/my pic.png", "bytes");
    for (text, expected) in [
        ("[[B]]", "<B>"),
        ("[[x/B]]", "<B>"),
        ("[[B.md]]", "<B>"),
        ("[[b]]", "<B>"),
        ("[[B|other]]", "<other|B>"),
        ("[[B#Heading]]", "<B>"),
        ("[[B#Heading|there]]", "<there|B>"),
        ("[[B#^block]]", "<B>"),
        ("[[#Heading]]", "<A>"),
        ("[t](x/B.md)", "<t|B>"),
        ("[t](./x/B.md#part)", "<t|B>"),
        ("[t](B.md)", "<t|B>"),
        ("[t](https://a.example/B.md)", "(t|https://a.example/B.md)"),
        ("[t](#part)", "(t|#part)"),
        ("![[B]]", "embed <B>"),
        ("![[my pic.png]]", "embed <my pic.png>"),
        ("![[my pic.png|300]]", "embed <my pic.png>"),
        ("![](img/my%20pic.png)", "embed <my pic.png>"),
        ("![alt](<img/my pic.png>)", "embed <my pic.png>"),
        ("see ![[my pic.png]] here", "see <my pic.png> here"),
        ("[[Nowhere]]", "[[Nowhere]]"),
        ("[[Nowhere|text]]", "[[Nowhere|text]]"),
        ("![[Nowhere]]", "![[Nowhere]]"),
        ("`[[B]]`", "[[B]]"),
        ("[[../../etc/passwd]]", "[[../../etc/passwd]]"),
    ] {
        check(&[("A.md", text), b, pic], "A", expected);
    }
}

#[test]
fn of_several_notes_of_a_name_the_nearest_is_meant() {
    let files = [
        ("a/Same.md", "---\ntitle: near\n---\n"),
        ("b/Same.md", "---\ntitle: far\n---\n"),
        ("a/From.md", "[[Same]] [[b/Same]]"),
        ("c/Else.md", "[[Same]]"),
    ];
    check(&files, "From", "<near> <far>");
    check(&files, "Else", "<near>");
}

#[test]
fn links_in_circles_resolve() {
    let files = [("A.md", "[[B]]"), ("B.md", "[[C]] [[A]]"), ("C.md", "[[A]] [[C]]")];
    check(&files, "A", "<B>");
    check(&files, "B", "<C> <A>");
    check(&files, "C", "<A> <C>");
}

#[test]
fn aliases_and_titles_are_found_last() {
    let files = [("a.md", "[[Alias]] [[The title]]"), ("b.md", "---\ntitle: The title\naliases: Alias\n---\n")];
    check(&files, "a", "<The title> <The title>");
}
