//! Random tokens and blocks.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::select;

use super::ids::{Ids, seeds, uuids};
use crate::block::{
    Alignment, Block, Content, GridContent, GridLayout, GroupContent, Hierarchy, Highlight, HighlightColor,
    HighlightKind, ListKind, QuoteLayout, TextContent,
};
use crate::color::Color;
use crate::date::{DatePayload, Resolution};
use crate::id::ObjectId;
use crate::number::Number;
use crate::time::Timestamp;
use crate::token::{LinkTarget, Style, Token};

/// Lists of up to four tokens, links that lost their target included.
pub fn token_lists() -> BoxedStrategy<Vec<Token>> {
    token_lists_of(Whose::Stored)
}

/// Lists of blocks of every kind, those that only imports make included: up to some forty blocks, up to five deep, their ids
/// unique.
pub fn block_lists() -> BoxedStrategy<Vec<Block>> {
    planted_lists(Whose::Stored)
}

/// Lists of blocks as [`block_lists`] makes them, but only such as clients may write.
pub fn writable_block_lists() -> BoxedStrategy<Vec<Block>> {
    planted_lists(Whose::Written)
}

fn planted_lists(whose: Whose) -> BoxedStrategy<Vec<Block>> {
    (seeds(), vec(trees(whose), 0..6)).prop_map(|(seed, list)| planted(list, &mut Ids::new(seed))).boxed()
}

/// Whether only what clients may write is made, or everything that can be stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Written,
    Stored,
}

// Every strategy is boxed: the values of nested unions are large, and moving them by value overflows the stacks of tests.

/// A block before it has an id.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    content: Content,
    children: Vec<Vec<Tree>>,
}

/// Makes blocks of trees, with ids from `ids`.
pub(super) fn planted(trees: Vec<Tree>, ids: &mut Ids) -> Vec<Block> {
    trees
        .into_iter()
        .map(|Tree { content, children }| {
            let id = ids.block();
            let children = children.into_iter().map(|list| planted(list, ids)).collect();
            let mut block = Block { id, content, children };
            block.normalise();
            block
        })
        .collect()
}

pub(super) fn trees(whose: Whose) -> BoxedStrategy<Tree> {
    let leaf = prop_oneof![
        6 => text_contents(whose),
        1 => group_contents(),
        2 => leaf_contents(whose),
    ];
    let leaf = leaf.prop_map(|content| Tree { content, children: Vec::new() });
    leaf.prop_recursive(4, 8, 3, move |below| {
        prop_oneof![
            3 => (text_contents(whose), vec(below.clone(), 1..4)).prop_map(parent),
            1 => (group_contents(), vec(below.clone(), 0..4)).prop_map(parent),
            1 => (grid_contents(), vec(vec(below, 0..3), 2..4))
                .prop_map(|(content, children)| Tree { content, children }),
        ]
    })
    .boxed()
}

fn parent((content, below): (Content, Vec<Tree>)) -> Tree {
    Tree { content, children: vec![below] }
}

/// Mostly texts of a small set, so that equal blocks occur; now and then any characters at all.
pub(super) fn texts() -> BoxedStrategy<String> {
    prop_oneof![
        9 => select(&["", "a", "b", "one two", "Größe", "✖ \"quoted\"\n", "日本語"][..]).prop_map(str::to_owned),
        1 => vec(any::<char>(), 0..8).prop_map(String::from_iter),
    ]
    .boxed()
}

pub(super) fn token_lists_of(whose: Whose) -> BoxedStrategy<Vec<Token>> {
    prop_oneof![
        2 => Just(Vec::new()),
        4 => texts().prop_map(|text| vec![Token::plain(text)]),
        2 => vec(tokens(whose), 1..5),
    ]
    .boxed()
}

fn tokens(whose: Whose) -> BoxedStrategy<Token> {
    let flag = || option::of(any::<bool>());
    let style = (flag(), flag(), flag(), flag()).prop_map(|(bold, italic, strikethrough, underline)| Style {
        bold,
        italic,
        strikethrough,
        underline,
    });
    let target = prop_oneof![
        texts().prop_map(LinkTarget::Url),
        uuids().prop_map(|id| LinkTarget::Entity(ObjectId(id))),
        dates().prop_map(LinkTarget::Date),
    ];
    let target = match whose {
        Whose::Written => target.prop_map(Some).boxed(),
        Whose::Stored => option::weighted(0.9, target).boxed(),
    };
    prop_oneof![
        3 => (texts(), style, option::of(colors())).prop_map(|(text, style, color)| Token::Text { text, style, color }),
        2 => (texts(), target).prop_map(|(text, target)| Token::Link { text, target }),
        1 => texts().prop_map(|text| Token::Math { text }),
        1 => texts().prop_map(|text| Token::Code { text }),
    ]
    .boxed()
}

pub(super) fn colors() -> BoxedStrategy<Color> {
    select(Color::all().collect::<Vec<_>>()).boxed()
}

/// Instants between the years 0000 and 9999, mostly of our days.
pub(super) fn times() -> BoxedStrategy<Timestamp> {
    prop_oneof![
        4 => (0..2_000_000_000_000_i64).prop_map(Timestamp),
        1 => (-62_167_219_200_000..253_402_300_800_000_i64).prop_map(Timestamp),
        1 => select(&[-62_167_219_200_000, -1, 0, 1, 86_400_000, 253_402_300_799_999][..]).prop_map(Timestamp),
    ]
    .boxed()
}

/// Dates in the form that reading leaves: days at midnight, no end without a start.
pub(super) fn dates() -> BoxedStrategy<DatePayload> {
    let resolution = select(&[Resolution::Day, Resolution::Time][..]);
    (resolution, option::weighted(0.9, times()), option::of(times()))
        .prop_map(|(resolution, start, end)| {
            let exact = |time: Timestamp| if resolution == Resolution::Day { time.day() } else { time };
            DatePayload { resolution, start: start.map(exact), end: start.and(end).map(exact) }
        })
        .boxed()
}

pub(super) fn numbers() -> BoxedStrategy<Number> {
    prop_oneof![
        4 => (-3..100_i64).prop_map(Number::from),
        1 => any::<i64>().prop_map(Number::from),
        1 => any::<u64>().prop_map(|number| Number::from(serde_json::Number::from(number))),
        // None of these is infinite or not a number.
        3 => prop_oneof![any::<f64>(), -2.0..2.0]
            .prop_map(|number| serde_json::Number::from_f64(number).map_or(Number::from(0), Number::from)),
    ]
    .boxed()
}

fn words<T: Copy + std::fmt::Debug + 'static>(words: &'static [(&'static str, T)]) -> BoxedStrategy<Option<T>> {
    option::weighted(0.2, select(words).prop_map(|(_, word)| word)).boxed()
}

fn flags() -> BoxedStrategy<Option<bool>> {
    option::weighted(0.2, any::<bool>()).boxed()
}

fn hierarchies() -> BoxedStrategy<Hierarchy> {
    prop_oneof![
        6 => Just(Hierarchy::default()),
        2 => (1..=3_u8).prop_map(Hierarchy::heading),
        1 => (texts(), numbers()).prop_map(|(key, val)| Hierarchy { key: key.into(), val }),
    ]
    .boxed()
}

fn highlights(whose: Whose) -> BoxedStrategy<Highlight> {
    let decoration = || (option::of(texts()), words(HighlightColor::WORDS));
    let short = || texts().prop_map(|text| text.chars().take(10).collect::<String>());
    let label = short().prop_map(|text| if text.is_empty() { "?".to_owned() } else { text });
    let custom = (label, option::of(short()), decoration()).prop_map(|(label, location, (url, color))| Highlight {
        kind: HighlightKind::Custom,
        url,
        label: Some(label),
        location,
        color,
    });
    if whose == Whose::Written {
        return custom.boxed();
    }
    let kind = select(HighlightKind::WORDS).prop_map(|(_, kind)| kind);
    let imported = (kind, option::of(short()), option::of(short()), decoration())
        .prop_map(|(kind, label, location, (url, color))| Highlight { kind, url, label, location, color });
    prop_oneof![custom, imported].boxed()
}

fn text_contents(whose: Whose) -> BoxedStrategy<Content> {
    let plain = token_lists_of(whose).prop_map(|tokens| TextContent { tokens, ..TextContent::default() });
    let decorated =
        (
            token_lists_of(whose),
            hierarchies(),
            (words(ListKind::WORDS), flags(), flags(), words(QuoteLayout::WORDS)),
            words(Alignment::WORDS),
            option::weighted(0.2, colors()),
            option::weighted(0.2, highlights(whose)),
        )
            .prop_map(|(tokens, hierarchy, (list, todo, toggle, quote), alignment, color_theme, highlight)| {
                TextContent { tokens, hierarchy, list, todo, toggle, quote, alignment, color_theme, highlight }
            });
    prop_oneof![2 => plain, 1 => decorated].prop_map(Content::Text).boxed()
}

fn group_contents() -> BoxedStrategy<Content> {
    (words(ListKind::WORDS), flags(), flags(), words(Alignment::WORDS), option::weighted(0.2, colors()))
        .prop_map(|(list, todo, toggle, alignment, color_theme)| {
            Content::Group(GroupContent { list, todo, toggle, alignment, color_theme })
        })
        .boxed()
}

fn grid_contents() -> BoxedStrategy<Content> {
    (vec(numbers(), 0..3), words(GridLayout::WORDS), option::weighted(0.2, colors()))
        .prop_map(|(dividers, layout, color_theme)| Content::Grid(GridContent { dividers, layout, color_theme }))
        .boxed()
}

fn leaf_contents(whose: Whose) -> BoxedStrategy<Content> {
    let target = || option::weighted(0.8, uuids().prop_map(ObjectId));
    let written = prop_oneof![
        (texts(), texts()).prop_map(|(lang, text)| Content::Code { lang, text }),
        (texts(), option::of(colors())).prop_map(|(text, color_theme)| Content::Math { text, color_theme }),
        target().prop_map(|target| Content::Entity { target, date: None }),
        Just(Content::Line),
    ];
    if whose == Whose::Written {
        return written.boxed();
    }
    prop_oneof![
        4 => written,
        1 => (target(), dates()).prop_map(|(target, date)| Content::Entity { target, date: target.and(Some(date)) }),
        1 => texts().prop_map(|kind| Content::Unsupported { kind }),
    ]
    .boxed()
}
