//! How long hostile texts take.

use std::time::Instant;

use palimpsest_markdown::{read_body, write_body};
use palimpsest_model::BlockId;
use uuid::Uuid;

use crate::support::Library;

#[test]
#[ignore]
fn measure() {
    let size = 400_000;
    for piece in [
        "$`a ",
        "$a ",
        "$$a",
        "$$ a $",
        "`a``",
        "[[a",
        "[[a]]",
        "[a](",
        "![",
        "<a ",
        "<a b='",
        "<!--",
        "<![CDATA[",
        "<?",
        "**a",
        "*a **b ",
        "_a",
        "~~a",
        "www.a ",
        "http://a ",
        "a@",
        "a@b.c ",
        "#a ",
        "# ",
        "> ",
        "- ",
        "- a\n",
        "1. ",
        "|a",
        "a|b\n-|-\n",
        "\\\n",
        "\\",
        "&a",
        "&#1;",
        "#",
        "_",
        "_ ",
        "a_",
        "`",
        "\n",
        " ",
        "\t",
        "- [ ] a\n",
        "**a _b_** ",
        "[a]: b\n",
        "[a]",
        "~",
        "a\n=\n",
        "**a**_b_",
        "<a@b.c>",
        "$`",
        "`$",
        "[",
        "]",
        "![[a]]",
        "a*",
        "*a",
        "*a_ ",
        "** a",
        "(",
        "[a](<",
        "[a](b \"",
        "***a",
        "a***",
    ] {
        for text in [piece.repeat(size / piece.len()), format!("# a{}", piece.repeat(size / piece.len()))] {
            let mut library = Library::new(&["a"], &["a"]);
            let start = Instant::now();
            let drafts = read_body(&text, &mut library);
            let read = start.elapsed();
            let blocks: Vec<_> = drafts.into_iter().map(|draft| draft.into_new(&mut || BlockId(Uuid::nil()))).collect();
            let start = Instant::now();
            let written = write_body(&[&blocks], &library);
            let write = start.elapsed();
            if read.as_millis() > 300 || write.as_millis() > 300 {
                println!("{piece:?}: read {read:?}, {} blocks, write {write:?}, {}", blocks.len(), written.len());
            }
        }
    }
}
