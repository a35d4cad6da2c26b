//! The laws that hold for all blocks and all texts.

use palimpsest_markdown::{normal_form, read_body, read_body_within, write_body};
use palimpsest_model::{
    Block, BlockDraft, BlockId, Content, DatePayload, GridContent, GroupContent, Hierarchy, LinkTarget, ListKind,
    Number, QuoteLayout, Resolution, Style, TextContent, Timestamp, Token, count_blocks,
};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::{Library, SPACE, object, outline, tag};

const TITLES: [&str; 9] =
    ["Ann", "Twice", "Twice", "A|B", "R&D; x", "with [brackets]", " blank", "#hash", "date/2026-11-22"];
const TAGS: [&str; 5] = ["idea", "my_tag", "_x_", "ünï", "Twice"];

pub(crate) fn library() -> Library {
    Library::new(&TITLES, &TAGS)
}

/// Pieces of text that mean something somewhere in Markdown, YAML or HTML, and some that do not.
const PIECES: [&str; 96] = [
    "a",
    "b",
    "word",
    "1",
    "12.",
    "3)",
    "123456789.",
    "1234567890.",
    ".",
    ",",
    ";",
    ":",
    "!",
    "?",
    "(",
    ")",
    "[",
    "]",
    "[[",
    "]]",
    "[x]",
    "[ ]",
    "[] ",
    "() ",
    "{",
    "}",
    "<",
    ">",
    "<b>",
    "</b>",
    "<!-- -->",
    "<!--",
    "-->",
    "<?",
    "<a@b.c>",
    "&",
    "&amp;",
    "&#32;",
    "&copy",
    ";",
    "*",
    "**",
    "***",
    "_",
    "__",
    "snake_case",
    "~",
    "~~",
    "~~~",
    "`",
    "``",
    "```",
    "$",
    "$$",
    "$`",
    "`$",
    "#",
    "##",
    "# ",
    "#idea",
    "#my_tag",
    "#1",
    "\\",
    "\\\\",
    "\\*",
    "\\\n",
    "\n",
    "\n\n",
    " ",
    "  ",
    "    ",
    "\t",
    "\r",
    "\r\n",
    "\0",
    "\u{a0}",
    "\u{3000}",
    "\u{feff}",
    "\u{200b}",
    "é",
    "重点",
    "“",
    "🎉",
    "Ⓐ",
    "-",
    "- ",
    "---",
    "+ ",
    "=",
    "===",
    "|",
    "|-|",
    ":-",
    "http://a.b",
    "www.a.b",
    "a@b.cd",
];

pub(crate) fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => (0..PIECES.len()).prop_map(|index| PIECES[index].to_owned()),
        1 => any::<char>().prop_map(String::from),
        2 => Just(" ".to_owned()),
    ];
    prop_oneof![vec(piece, 0..6).prop_map(|pieces| pieces.concat()), terse()]
}

/// A few letters out of few, so that rare neighbours meet often.
fn terse() -> impl Strategy<Value = String> {
    let letters: Vec<char> = "aw1 \n\t-_*~`$[]()<>!#@.:/\\&;=+|{}^\"'é重🎉\u{a0}\u{b}".chars().collect();
    vec(proptest::sample::select(letters), 0..6).prop_map(|letters| letters.into_iter().collect())
}

fn flag() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![3 => Just(None), 2 => Just(Some(true)), 1 => Just(Some(false))]
}

fn style() -> impl Strategy<Value = Style> {
    (flag(), flag(), flag(), flag()).prop_map(|(bold, italic, strikethrough, underline)| Style {
        bold,
        italic,
        strikethrough,
        underline,
    })
}

pub(crate) fn date() -> impl Strategy<Value = DatePayload> {
    let day = |days: i64| Timestamp(days * 86_400_000);
    prop_oneof![
        Just(DatePayload { resolution: Resolution::Day, start: None, end: None }),
        (0..30_000i64, proptest::option::of(0..30_000i64)).prop_map(move |(start, end)| DatePayload {
            resolution: Resolution::Day,
            start: Some(day(start)),
            end: end.map(day),
        }),
        (0..2_000_000_000_000i64).prop_map(|start| DatePayload {
            resolution: Resolution::Time,
            start: Some(Timestamp(start)),
            end: None,
        }),
    ]
}

fn target() -> impl Strategy<Value = Option<LinkTarget>> {
    prop_oneof![
        1 => Just(None),
        2 => nasty().prop_map(|url| Some(LinkTarget::Url(url))),
        2 => nasty().prop_map(|path| Some(LinkTarget::Url(format!("https://x.y/{path}")))),
        1 => (0..9usize).prop_map(|number| Some(LinkTarget::Url(format!("capacities://{SPACE}/{}", object(number))))),
        3 => (0..12usize).prop_map(|number| Some(LinkTarget::Entity(object(number)))),
        3 => (0..7usize).prop_map(|number| Some(LinkTarget::Entity(tag(number)))),
        1 => date().prop_map(|date| Some(LinkTarget::Date(date))),
    ]
}

pub(crate) fn token() -> impl Strategy<Value = Token> {
    let title = prop_oneof![
        (0..TITLES.len()).prop_map(|number| TITLES[number].to_owned()),
        (0..TAGS.len()).prop_map(|number| TAGS[number].to_owned()),
        (0..TAGS.len()).prop_map(|number| format!("#{}", TAGS[number])),
    ];
    prop_oneof![
        6 => (nasty(), style()).prop_map(|(text, style)| Token::Text { text, style, color: None }),
        1 => (nasty(), target()).prop_map(|(text, target)| Token::Link { text, target }),
        1 => (title, target()).prop_map(|(text, target)| Token::Link { text, target }),
        1 => (0..TAGS.len()).prop_map(|number| Token::Link {
            text: format!("#{}", TAGS[number]),
            target: Some(LinkTarget::Entity(tag(number))),
        }),
        1 => (0..TITLES.len()).prop_map(|number| Token::Link {
            text: TITLES[number].to_owned(),
            target: Some(LinkTarget::Entity(object(number))),
        }),
        1 => nasty().prop_map(|text| Token::Link { text: format!("https://{text}"), target: Some(LinkTarget::Url(format!("https://{text}"))) }),
        1 => nasty().prop_map(|text| Token::Code { text }),
        1 => nasty().prop_map(|text| Token::Math { text }),
    ]
}

fn hierarchy() -> impl Strategy<Value = Hierarchy> {
    let other = |key: &str, val: i64| Just(Hierarchy { key: key.to_owned().into(), val: Number::from(val) });
    prop_oneof![
        4 => Just(Hierarchy::default()),
        2 => (1..4u8).prop_map(Hierarchy::heading),
        1 => prop_oneof![other("H4", 4), other("Small", 5), other("H1", 9), other("H0", 0), other("Hx", 1)],
    ]
}

fn kind() -> impl Strategy<Value = ListKind> {
    (0..ListKind::WORDS.len()).prop_map(|number| ListKind::WORDS[number].1)
}

fn text() -> impl Strategy<Value = Content> {
    let quote = prop_oneof![Just(QuoteLayout::Normal), Just(QuoteLayout::Standout)];
    let toggle = proptest::option::weighted(0.1, any::<bool>());
    let todo = proptest::option::weighted(0.2, any::<bool>());
    (
        vec(token(), 0..5),
        hierarchy(),
        proptest::option::weighted(0.4, kind()),
        todo,
        toggle,
        proptest::option::weighted(0.3, quote),
    )
        .prop_map(|(tokens, hierarchy, list, todo, toggle, quote)| {
            Content::Text(TextContent { tokens, hierarchy, list, todo, toggle, quote, ..TextContent::default() })
        })
}

fn leaf() -> impl Strategy<Value = Content> {
    let lang = prop_oneof![Just("math".to_owned()), Just("rust".to_owned()), nasty()];
    prop_oneof![
        (lang, nasty()).prop_map(|(lang, text)| Content::Code { lang, text }),
        nasty().prop_map(|text| Content::Math { text, color_theme: None }),
        Just(Content::Math { text: "\\sum_i x\nf(x)".to_owned(), color_theme: None }),
        proptest::option::weighted(0.9, 0..12usize)
            .prop_map(|number| Content::Entity { target: number.map(object), date: None }),
        Just(Content::Line),
        Just(Content::Unsupported { kind: "table".to_owned() }),
    ]
}

fn block(content: Content, children: Vec<Vec<Block>>) -> Block {
    Block { id: BlockId(Uuid::nil()), content, children }
}

pub(crate) fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let single = prop_oneof![3 => text(), 1 => leaf()].prop_map(|content| block(content, Vec::new()));
    let tree = single.prop_recursive(4, 24, 4, |inner| {
        let list = vec(inner.clone(), 0..4);
        prop_oneof![
            6 => (text(), list.clone()).prop_map(|(content, children)| {
                block(content, if children.is_empty() { Vec::new() } else { vec![children] })
            }),
            1 => list.clone().prop_map(|children| block(Content::Group(GroupContent::default()), vec![children])),
            1 => (list.clone(), list).prop_map(|(left, right)| block(Content::Grid(GridContent::default()), vec![left, right])),
        ]
    });
    vec(tree, 0..5)
}

/// What a list of blocks would be as drafts.
pub(crate) fn drafts(blocks: &[Block]) -> Vec<BlockDraft> {
    let draft = |block: &Block| {
        BlockDraft::new(block.content.clone(), block.children.iter().map(|list| drafts(list)).collect())
    };
    blocks.iter().map(draft).collect()
}

pub(crate) fn made(drafts: Vec<BlockDraft>) -> Vec<Block> {
    drafts.into_iter().map(|draft| draft.into_new(&mut || BlockId(Uuid::nil()))).collect()
}

/// `PALIMPSEST_CASES` asks for more cases than a quick run has.
pub(crate) fn config() -> ProptestConfig {
    let cases = std::env::var("PALIMPSEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn writing_and_reading_back_is_the_normal_form(blocks in blocks()) {
        let mut library = library();
        let text = write_body(&[&blocks], &library);
        let normal = normal_form(&blocks, &library);
        let read = read_body(&text, &mut library);
        prop_assert_eq!(outline(&read), outline(&drafts(&normal)), "\n{}", text);
        prop_assert_eq!(made(read), normal, "\n{}", text);
    }

    #[test]
    fn one_line_is_read_back(tokens in vec(token(), 0..6), heading in any::<bool>()) {
        let hierarchy = if heading { Hierarchy::heading(1) } else { Hierarchy::default() };
        let blocks = [block(Content::Text(TextContent { tokens, hierarchy, ..TextContent::default() }), Vec::new())];
        let mut library = library();
        let text = write_body(&[&blocks], &library);
        let normal = normal_form(&blocks, &library);
        let read = read_body(&text, &mut library);
        prop_assert_eq!(outline(&read), outline(&drafts(&normal)), "\n{}", text);
        prop_assert_eq!(made(read), normal, "\n{}", text);
    }

    #[test]
    fn the_normal_form_is_its_own(blocks in blocks()) {
        let library = library();
        let normal = normal_form(&blocks, &library);
        prop_assert_eq!(normal_form(&normal, &library), normal);
    }

    #[test]
    fn every_text_is_read_as_normal_form(lines in vec((0..5usize, nasty()), 0..8)) {
        let text: String = lines.iter().map(|(depth, line)| format!("{}{line}\n", "  ".repeat(*depth))).collect();
        let mut library = library();
        let read = made(read_body(&text, &mut library));
        prop_assert_eq!(&normal_form(&read, &library), &read);
        let written = write_body(&[&read], &library);
        let again = made(read_body(&written, &mut library));
        prop_assert_eq!(again, read, "\n{}", written);
    }

    #[test]
    fn only_a_text_of_too_many_blocks_is_refused(lines in vec((0..5usize, nasty()), 0..8), most in 0..8usize) {
        let text: String = lines.iter().map(|(depth, line)| format!("{}{line}\n", "  ".repeat(*depth))).collect();
        let mut library = library();
        let read = read_body(&text, &mut library);
        match read_body_within(&text, &mut library, most) {
            Some(within) => prop_assert_eq!(within, read),
            None => prop_assert!(count_blocks(&made(read)) > most, "\n{}", text),
        }
    }

    #[test]
    fn every_string_is_read(text in any::<String>()) {
        read_body(&text, &mut library());
    }
}
