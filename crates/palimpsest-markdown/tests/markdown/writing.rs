//! How blocks are written: plainly where that is enough.

use palimpsest_markdown::{read_body, write_body};
use palimpsest_model::{Block, BlockId, Content, Hierarchy, LinkTarget, ListKind, Style, TextContent, Token};
use uuid::Uuid;

use crate::laws::{drafts, made};
use crate::support::{Library, object, outline, tag};

fn library() -> Library {
    Library::new(&["Ann", "Twice", "Twice", "R&D"], &["idea", "Ann Lee"])
}

/// A text that is written as it was read.
#[track_caller]
fn same(text: &str) {
    let mut library = library();
    let blocks = made(read_body(text, &mut library));
    assert_eq!(write_body(&[&blocks], &library), text);
}

#[test]
fn plain_texts_stay_as_they_are() {
    same("one\n\ntwo\n");
    same("# One\n\n## Two\n\n### Three #3\n\n#\n");
    same("- a\n  - b\n    1. c\n    2. d\n- e\n\nf\n\n1. g\n\n   h\n2. i\n");
    same("- [ ] a\n  - [x] b\n- [ ]\n-\n");
    same("> a\\\n> b\n>\n> - c\n\n> d\n\n>\n");
    same("---\n\n```rust\nfn main() {}\n```\n\n$$\nE = mc^2\n\\alpha\n$$\n");
    same("~~~math\na\n~~~\n\n```math\na\n\n- b\n```\n\n````\n```\n````\n");
    same("**bold** _italic_ ~~gone~~ **_both_** **bold _and italic_ again**, **b**old `code` $x^2$\n");
    same("<https://x.y/z?a=b&c=d#e> [text](https://x.y/z_(w)?a&b) [[Ann]] #idea, !\\[alt\n");
    same("![[Ann]]\n\n- &#32;\n\n  ![[Ann]]\n");
    same("[[R&D]] [[date/2026-11-22]] [[Ann Lee]]\n");
    same("snake_case, 2 * 3 = 6, $5, ~5, a & b, 1 < 2, C#, a\\[0], (x) \"y\" 'z' 50% + 1 - 2 = | 3. e.g. a@ b: c/d\n");
    same("5*3 #1 _x a^b {c} © 🎉 重点\n");
}

#[track_caller]
fn check(tokens: &[Token], expected: &str) {
    let content = Content::Text(TextContent { tokens: tokens.to_vec(), ..TextContent::default() });
    let library = library();
    assert_eq!(write_body(&[&[Block::leaf(BlockId(Uuid::nil()), content)]], &library).trim_end(), expected);
}

fn styled(text: &str, flags: &str) -> Token {
    let flag = |letter| flags.contains(letter).then_some(true);
    let style = Style { bold: flag('b'), italic: flag('i'), strikethrough: flag('s'), underline: flag('u') };
    Token::Text { text: text.to_owned(), style, color: None }
}

fn link(text: &str, target: LinkTarget) -> Token {
    Token::Link { text: text.to_owned(), target: Some(target) }
}

#[test]
fn marks_in_text_are_escaped() {
    let check = |text: &str, expected: &str| check(&[Token::plain(text)], expected);
    check("# a", "\\# a");
    check("#idea", "\\#idea");
    check("- a", "\\- a");
    check("-a -", "-a -");
    check("1. a", "1\\. a");
    check("a 1. b", "a 1. b");
    check("> a\n> b", "\\> a\\\n\\> b");
    check("a\n---\n===", "a\\\n\\---\\\n\\===");
    check("**a** `b` _c_", "\\*\\*a\\*\\* \\`b\\` \\_c\\_");
    check("[a](b) [[Ann]] ![[Ann]]", "\\[a](b) \\[\\[Ann]] !\\[\\[Ann]]");
    check("[ ] a", "\\[ ] a");
    check("<b> &amp; & <", "\\<b> \\&amp; & \\<");
    check("$a$ ~~b~~", "\\$a\\$ \\~\\~b\\~\\~");
    check("http://a.b www.a.b a@b.c", "http\\://a.b www\\.a.b a\\@b.c");
    check("mailto:@b.c xmpp:@b.c a:@b.c", "mailto:\\@b.c xmpp:\\@b.c a:@b.c");
    check("C:\\dir \\* \\", "C:\\dir \\\\* \\\\");
    check("a|b\n-|-", "a|b\\\n\\-|-");
    check("a\n  b\n\nc", "a\\\n&#32; b\\\n\\\nc");
}

#[test]
fn styles_are_written_so_that_they_are_read() {
    check(&[styled("a ", "b"), Token::plain("b")], "**a** b");
    check(&[styled("a.", "b"), Token::plain("b")], "**a.**<!-- -->b");
    check(&[Token::plain("a"), styled("b", "i"), Token::plain("c")], "a<!-- -->_b_<!-- -->c");
    check(&[styled("a", "b"), styled("b", "i")], "**a**<!-- -->_b_");
    check(&[styled("a", "bi"), styled("b", "b")], "**_a_<!-- -->b**");
    check(&[styled("a", "u"), styled("b", "")], "ab");
    check(&[Token::Code { text: "a".into() }, Token::Code { text: "`".into() }], "`a`<!-- -->`` ` ``");
    check(&[Token::Math { text: "a".into() }, Token::plain("1")], "$$a$$1");
}

#[test]
fn links_are_written_by_title_where_it_is_enough() {
    let url = |number| format!("capacities://5ace0000-0000-4000-8000-000000000000/{}", object(number));
    check(&[link("Ann", LinkTarget::Entity(object(0)))], "[[Ann]]");
    check(&[link("", LinkTarget::Entity(object(0)))], "[[Ann]]");
    check(&[link("her", LinkTarget::Entity(object(0)))], &format!("[her]({})", url(0)));
    check(&[link("Twice", LinkTarget::Entity(object(1)))], &format!("[Twice]({})", url(1)));
    check(&[link("", LinkTarget::Entity(object(50)))], &format!("[]({})", url(50)));
    check(&[link("#idea", LinkTarget::Entity(tag(0)))], "#idea");
    check(&[link("idea", LinkTarget::Entity(tag(0)))], "[[idea]]");
    check(&[Token::plain("a!"), link("b", LinkTarget::Url("c d)".into()))], "a\\![b](<c d)>)");
    check(&[link("a", LinkTarget::Url("b?c&lt;=d".into()))], "[a](b?c&amp;lt;=d)");
    check(&[link("[a]", LinkTarget::Url("(".into()))], "[\\[a\\]](\\()");
    check(&[Token::Link { text: "a".into(), target: None }], "a");
}

#[test]
fn what_markdown_cannot_carry_is_written_without() {
    let text = |list, text: &str| {
        Content::Text(TextContent {
            list,
            tokens: vec![Token::plain(text)],
            toggle: Some(true),
            ..TextContent::default()
        })
    };
    let block = |content, children: Vec<Block>| Block { id: BlockId(Uuid::nil()), content, children: vec![children] };
    let blocks = [
        block(text(Some(ListKind::Roman), "a"), vec![block(text(None, "b"), vec![block(text(None, "c"), vec![])])]),
        block(text(Some(ListKind::Alphabetical), "d"), vec![]),
        block(Content::Unsupported { kind: "x".into() }, vec![]),
        Block::empty(BlockId(Uuid::nil())),
        block(
            Content::Text(TextContent {
                hierarchy: Hierarchy { key: "H4".into(), val: 4.into() },
                ..TextContent::default()
            }),
            vec![block(text(None, "e"), vec![])],
        ),
    ];
    assert_eq!(write_body(&[&blocks], &library()), "1. a\n\n   b\n\n   c\n2. d\n\n###\n\ne\n");
}

#[test]
fn the_deepest_tree_is_read_back() {
    let mut blocks: Vec<Block> = Vec::new();
    for depth in 0..32 {
        let quote = (depth % 3 == 0).then_some(palimpsest_model::QuoteLayout::Normal);
        let list = quote.is_none().then_some(ListKind::Numerical);
        let content = Content::Text(TextContent { list, quote, ..TextContent::default() });
        let children = if blocks.is_empty() { Vec::new() } else { vec![blocks] };
        blocks = vec![Block { id: BlockId(Uuid::nil()), content, children }];
    }
    let mut library = library();
    let read = read_body(&write_body(&[&blocks], &library), &mut library);
    assert_eq!(outline(&read), outline(&drafts(&blocks)));
}

#[test]
fn sections_follow_one_another() {
    let block = |text: &str| {
        Block::leaf(
            BlockId(Uuid::nil()),
            Content::Text(TextContent { tokens: vec![Token::plain(text)], ..TextContent::default() }),
        )
    };
    let (a, b) = ([block("a")], [block("b")]);
    assert_eq!(write_body(&[&a, &[], &b], &library()), "a\n\nb\n");
    assert_eq!(write_body(&[], &library()), "");
}
