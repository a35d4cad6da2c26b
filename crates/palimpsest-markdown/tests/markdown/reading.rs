//! What texts are read as.

use crate::support::{Library, outline};
use palimpsest_markdown::read_body;

#[track_caller]
fn check(text: &str, expected: &str) {
    let mut library = Library::new(&["Ann", "Twice", "Twice", "A|B"], &["idea"]);
    assert_eq!(outline(&read_body(text, &mut library)), expected, "\n{text}");
}

#[test]
fn paragraphs_and_headings() {
    check("", "");
    check("one\ntwo\n\nthree", "text \"one two\"\ntext \"three\"\n");
    check("one\\\ntwo  \nthree", "text \"one\\ntwo\\nthree\"\n");
    check("# a\n## b\n### c\n#### d\n", "H1 \"a\"\nH2 \"b\"\nH3 \"c\"\nH3 \"d\"\n");
    check("a\n===\n\n#\n", "H1 \"a\"\nH1\n");
    check("---\n***", "line\nline\n");
    check("() call Ann", "text \"() call Ann\"\n");
    check("a\\nb", "text \"a\\\\nb\"\n");
}

#[test]
fn lists_nest() {
    check(
        "- a\n  - b\n\n    c\n- d\n1. e\n   1) f\n",
        "bullet \"a\"\n  bullet \"b\"\n    text \"c\"\nbullet \"d\"\nnumerical \"e\"\n  numerical \"f\"\n",
    );
    check("-\n- \n", "bullet\nbullet\n");
    check("- # a\n", "H1 bullet \"a\"\n");
    check("- ```rs\n  x\n  ```\n", "bullet\n  code \"rs\" \"x\"\n");
    check("- - a\n", "bullet\n  bullet \"a\"\n");
}

#[test]
fn todos() {
    check("- [ ] a\n- [x] **b**\n- [X]\n- [ ]\n", "todo \"a\"\ndone b\"b\"\ndone\ntodo\n");
    check("[] a\n\n[ ] b\n\n- [] c\n", "todo \"a\"\ntext \"[ ] b\"\ntodo \"c\"\n");
    check("[]\n\n[]\nb", "text \"[]\"\ntodo \"b\"\n");
    check("- [ ]a\n- \\[ ] b\n- [y] c", "bullet \"[ ]a\"\nbullet \"[ ] b\"\nbullet \"[y] c\"\n");
    check("1. [ ] a\n\n   b\n", "todo \"a\"\n  text \"b\"\n");
}

#[test]
fn quotes() {
    check("> a\nb\n>\n> c\n", "quote \"a b\"\n  text \"c\"\n");
    check("> # a\n", "H1 quote \"a\"\n");
    check("> > a\n", "quote\n  quote \"a\"\n");
    check(">\n", "quote\n");
}

#[test]
fn code_and_maths() {
    check("```rust ignore\nfn a() {}\n\n```\n", "code \"rust ignore\" \"fn a() {}\\n\"\n");
    check("    indented\n", "code \"\" \"indented\"\n");
    check("```\n```\n", "code \"\" \"\"\n");
    check("$$\nx^2\n$$\n", "math \"x^2\"\n");
    check("$$x^2$$", "math \"x^2\"\n");
    check("```math\na\n\nb\n```", "math \"a\\n\\nb\"\n");
    check("~~~math\na\n~~~", "code \"math\" \"a\"\n");
    check("a $x_1$ b $$y$$ `z`", "text \"a \" $\"x_1\" \" b \" $\"y\" \" \" `\"z\"\n");
    check("costs $5 and $6", "text \"costs $5 and $6\"\n");
}

#[test]
fn emphasis() {
    check("**a** __b__ *c* _d_ ~~e~~", "text b\"a\" \" \" b\"b\" \" \" i\"c\" \" \" i\"d\" \" \" s\"e\"\n");
    check("***a** b*", "text bi\"a\" i\" b\"\n");
    check("**see [x](https://y.z) there**", "text b\"see\" \" \" \"x\"→<https://y.z> \" \" b\"there\"\n");
}

#[test]
fn links() {
    check("[**a** `b`](https://x.y \"t\")", "text \"a b\"→<https://x.y>\n");
    check(
        "https://x.y/a_b, <https://z.w>",
        "text \"https://x.y/a_b\"→<https://x.y/a_b> \", \" \"https://z.w\"→<https://z.w>\n",
    );
    check("![alt](https://x.y/z.png)", "text \"alt\"→<https://x.y/z.png>\n");
    check("[![alt](a.png)](https://x.y)", "text \"alt\"→<https://x.y>\n");
    check(
        "[a](https://app.capacities.io/5ace0000-0000-4000-8000-000000000000/0b1e0000-0000-4000-8000-000000000000)",
        "text \"a\"→<https://app.capacities.io/5ace0000-0000-4000-8000-000000000000/0b1e0000-0000-4000-8000-000000000000>\n",
    );
}

#[test]
fn links_to_objects() {
    check(
        "[[Ann]] [[ann]] [[Page/Ann]] [[Ann|her]]",
        "text \"Ann\"→object 0 \" \" \"Ann\"→object 0 \" \" \"Ann\"→object 0 \" \" \"her\"→object 0\n",
    );
    check("[[Nobody]] [[No *one*]] [[]]", "text \"[[Nobody]] [[No *one*]] [[]]\"\n");
    check("[[A|B]]", "text \"A|B\"→object 3\n");
    check("\\[[Ann]]", "text \"[[Ann]]\"\n");
    check(
        "[a](capacities://5ace0000-0000-4000-8000-000000000000/0b1e0000-0000-4000-8000-000000000001)",
        "text \"a\"→object 1\n",
    );
    check(
        "[a](capacities://5ace0000-0000-4000-8000-000000000009/0b1e0000-0000-4000-8000-000000000001)",
        "text \"a\"→<capacities://5ace0000-0000-4000-8000-000000000009/0b1e0000-0000-4000-8000-000000000001>\n",
    );
    check(
        "[[date/2026-11-22]]",
        "text \"2026-11-22\"→DatePayload { resolution: Day, start: Some(Timestamp(1795305600000)), end: None }\n",
    );
}

#[test]
fn embeds() {
    check("![[Ann]]\n![[Twice]]\n\n![[Nobody]]\n", "embed object 0\nembed object 1\ntext \"![[Nobody]]\"\n");
    check("see ![[Ann]]", "text \"see \" \"Ann\"→object 0\n");
    check("- ![[Ann]]", "bullet\n  embed object 0\n");
    check(
        "![x](capacities://5ace0000-0000-4000-8000-000000000000/0b1e0000-0000-4000-8000-000000000001)",
        "embed object 1\n",
    );
}

#[test]
fn tags() {
    check("#idea", "text \"#idea\"→tag 0\n");
    check(
        "see #idea, #new_one-2 (#ünï)",
        "text \"see \" \"#idea\"→tag 0 \", \" \"#new_one-2\"→tag 1 \" (\" \"#ünï\"→tag 2 \")\"\n",
    );
    check("a#idea C# #1 \\#idea ## #", "text \"a#idea C# #1 #idea ## #\"\n");
    check("#new #new", "text \"#new\"→tag 1 \" \" \"#new\"→tag 1\n");
    check("[#idea](https://x.y) `#idea`", "text \"#idea\"→<https://x.y> \" \" `\"#idea\"\n");
}

#[test]
fn tables_and_html() {
    check("| a | **b** |\n|---|---|\n| c | d |\n", "text \"a | \" b\"b\"\ntext \"c | d\"\n");
    check("<div>\nx\n</div>\n\na <b>c</b>", "text \"<div>\\nx\\n</div>\"\ntext \"a <b>c</b>\"\n");
    check("a\n\n<!-- -->\n\nb<!-- -->c", "text \"a\"\ntext \"bc\"\n");
}

#[test]
fn too_deep_text_stays_at_the_deepest_level() {
    let text: String = (0..50).map(|depth| format!("{}- {depth}\n", "  ".repeat(depth))).collect();
    let mut library = Library::new(&[], &[]);
    let outline = outline(&read_body(&text, &mut library));
    assert_eq!(outline.lines().count(), 50);
    let deepest = outline.lines().map(|line| line.len() - line.trim_start().len()).max();
    assert_eq!(deepest, Some(2 * 31));
    read_body(&">".repeat(100_000), &mut library);
    read_body(&"*a **a ".repeat(20_000), &mut library);
    read_body(&"[".repeat(100_000), &mut library);
}
