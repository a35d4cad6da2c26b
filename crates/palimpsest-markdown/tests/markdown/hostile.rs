//! Texts made to be slow or deep.

use palimpsest_markdown::{normal_form, read_body, write_body};

use crate::laws::made;
use crate::support::Library;

const PIECES: [&str; 66] = [
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
    "![[a]]\n",
    "> - ",
];

#[test]
fn hostile_texts_are_read_and_written() {
    for piece in PIECES {
        for start in ["", "a", "# a", "- "] {
            let text = format!("{start}{}", piece.repeat(2_000));
            let mut library = Library::new(&["a"], &["a"]);
            let blocks = made(read_body(&text, &mut library));
            assert_eq!(normal_form(&blocks, &library), blocks, "{start}{piece}");
            let written = write_body(&[&blocks], &library);
            assert_eq!(made(read_body(&written, &mut library)), blocks, "{start}{piece}");
        }
    }
}
