//! Edited texts applied to blocks.

use std::collections::{BTreeMap, BTreeSet};

use palimpsest_markdown::{normal_form, read_body, rewrite, write_body};
use palimpsest_model::{
    Alignment, Block, BlockId, Color, Content, GroupContent, Hierarchy, ListKind, Style, TextContent, Token,
    walk_blocks,
};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use crate::laws::{blocks, config, drafts, library, nasty};
use crate::support::{Library, outline};

/// Gives every block an id of its own, counted from a number.
fn numbered(blocks: &[Block], next: &mut u128) -> Vec<Block> {
    let number = |block: &Block| {
        *next += 1;
        let id = BlockId(Uuid::from_u128(*next));
        let children = block.children.iter().map(|list| numbered(list, next)).collect();
        Block { id, content: block.content.clone(), children }
    };
    blocks.iter().map(number).collect()
}

fn sections(lists: &[Vec<Block>]) -> Vec<Vec<Block>> {
    let mut next = 0;
    lists.iter().map(|list| numbered(list, &mut next)).collect()
}

fn write(sections: &[Vec<Block>], library: &Library) -> String {
    write_body(&sections.iter().map(Vec::as_slice).collect::<Vec<_>>(), library)
}

fn apply(sections: &[Vec<Block>], text: &str, library: &mut Library) -> Vec<Vec<Block>> {
    let drafts = read_body(text, library);
    let mut next = 1_000_000;
    let mut fresh = || {
        next += 1;
        BlockId(Uuid::from_u128(next))
    };
    rewrite(&sections.iter().map(Vec::as_slice).collect::<Vec<_>>(), drafts, library, &mut fresh)
}

fn by_id(sections: &[Vec<Block>]) -> BTreeMap<BlockId, Block> {
    let mut all = BTreeMap::new();
    for list in sections {
        walk_blocks(list, &mut |block| {
            assert!(all.insert(block.id, block.clone()).is_none(), "an id comes once");
        });
    }
    all
}

/// A change of one line of a text.
#[derive(Clone, Debug)]
enum Change {
    Remove,
    Repeat,
    Insert(String),
    Indent,
    Outdent,
    Append(String),
    Prefix(&'static str),
    MoveTo(prop::sample::Index),
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Change)>> {
    let change = prop_oneof![
        3 => Just(Change::Remove),
        1 => Just(Change::Repeat),
        2 => nasty().prop_map(Change::Insert),
        1 => Just(Change::Insert(String::new())),
        1 => Just(Change::Indent),
        1 => Just(Change::Outdent),
        2 => nasty().prop_map(Change::Append),
        2 => prop_oneof![Just("- "), Just("> "), Just("# "), Just("1. "), Just("- [ ] "), Just("a")].prop_map(Change::Prefix),
        2 => any::<prop::sample::Index>().prop_map(Change::MoveTo),
    ];
    vec((any::<prop::sample::Index>(), change), 0..4)
}

fn change(text: &str, changes: &[(prop::sample::Index, Change)]) -> String {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    for (place, change) in changes {
        if lines.is_empty() {
            break;
        }
        let at = place.index(lines.len());
        match change {
            Change::Remove => drop(lines.remove(at)),
            Change::Repeat => lines.insert(at, lines[at].clone()),
            Change::Insert(text) => lines.insert(at, text.clone()),
            Change::Indent => lines[at].insert_str(0, "  "),
            Change::Outdent => lines[at] = lines[at].trim_start().to_owned(),
            Change::Append(text) => lines[at].push_str(text),
            Change::Prefix(text) => lines[at].insert_str(0, text),
            Change::MoveTo(target) => {
                let line = lines.remove(at);
                lines.insert(target.index(lines.len() + 1), line);
            }
        }
    }
    lines.join("\n")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_same_text_changes_nothing(lists in vec(blocks(), 1..4)) {
        let stored = sections(&lists);
        let mut library = library();
        let text = write(&stored, &library);
        prop_assert_eq!(apply(&stored, &text, &mut library), stored, "\n{}", text);
    }

    #[test]
    fn the_blocks_say_what_the_text_says(lists in vec(blocks(), 1..3), edits in changes()) {
        let stored = sections(&lists);
        let mut library = library();
        let text = change(&write(&stored, &library), &edits);
        let rewritten = apply(&stored, &text, &mut library);
        let read = read_body(&text, &mut library);
        let seen = normal_form(&rewritten.concat(), &library);
        prop_assert_eq!(outline(&drafts(&seen)), outline(&read), "\n{}", text);
        prop_assert_eq!(rewritten.len(), stored.len());
        by_id(&rewritten);
    }

    #[test]
    fn what_reads_the_same_keeps_its_identity(lists in vec(blocks(), 1..3), edits in changes()) {
        let stored = sections(&lists);
        let mut library = library();
        let text = change(&write(&stored, &library), &edits);
        let rewritten = apply(&stored, &text, &mut library);
        let (before, after) = (by_id(&stored), by_id(&rewritten));
        let seen = |sections: &[Vec<Block>]| {
            let mut contents = BTreeMap::new();
            walk_blocks(&normal_form(&sections.concat(), &library), &mut |block| {
                contents.insert(block.id, block.content.clone());
            });
            contents
        };
        let (seen_before, seen_after) = (seen(&stored), seen(&rewritten));
        for (id, content) in &seen_after {
            if seen_before.get(id) == Some(content) {
                prop_assert_eq!(&after[id].content, &before[id].content, "what reads the same is the same");
            }
        }
        // As many blocks as the text kept letter by letter keep their identity.
        let count = |contents: &BTreeMap<BlockId, Content>| {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for content in contents.values() {
                *counts.entry(format!("{content:?}")).or_default() += 1;
            }
            counts
        };
        let (counts_before, counts_after) = (count(&seen_before), count(&seen_after));
        let kept = seen_after.iter().filter(|(id, content)| seen_before.get(*id) == Some(*content)).count();
        let common: usize =
            counts_before.iter().map(|(content, count)| counts_after.get(content).copied().unwrap_or(0).min(*count)).sum();
        prop_assert_eq!(kept, common, "\n{}", text);
    }
}

fn id(number: u128) -> BlockId {
    BlockId(Uuid::from_u128(number))
}

fn paragraph(number: u128, text: &str) -> Block {
    Block::leaf(id(number), Content::Text(TextContent { tokens: vec![Token::plain(text)], ..TextContent::default() }))
}

fn below(mut block: Block, children: Vec<Block>) -> Block {
    block.children = vec![children];
    block
}

fn with(mut block: Block, change: impl FnOnce(&mut TextContent)) -> Block {
    if let Content::Text(text) = &mut block.content {
        change(text);
    }
    block
}

/// Applies a text to one section and shows ids and texts, children in brackets.
fn outcome(stored: Vec<Block>, text: &str) -> String {
    fn show(blocks: &[Block]) -> String {
        let one = |block: &Block| {
            let number = block.id.0.as_u128();
            let name = if number > 1_000_000 { "+".to_owned() } else { number.to_string() };
            let text = match &block.content {
                Content::Text(text) => text
                    .tokens
                    .iter()
                    .map(|token| match token {
                        Token::Text { text, .. }
                        | Token::Link { text, .. }
                        | Token::Math { text }
                        | Token::Code { text } => text.as_str(),
                    })
                    .collect(),
                other => other.kind().to_owned(),
            };
            let below: Vec<_> = block.children.iter().map(|list| format!("[{}]", show(list))).collect();
            format!("{name}:{text}{}", below.concat())
        };
        blocks.iter().map(one).collect::<Vec<_>>().join(" ")
    }
    show(&apply(&[stored], text, &mut library())[0])
}

#[test]
fn changed_ones_are_edited_missing_ones_deleted_new_ones_follow_their_predecessor() {
    let stored = || vec![paragraph(1, "one fish"), paragraph(2, "two fish"), paragraph(3, "red fish")];
    assert_eq!(outcome(stored(), "one fish\n\ntwo big fish\n\nred fish"), "1:one fish 2:two big fish 3:red fish");
    assert_eq!(outcome(stored(), "one fish\n\nred fish"), "1:one fish 3:red fish");
    assert_eq!(outcome(stored(), "one fish\n\nnew\n\ntwo fish\n\nred fish"), "1:one fish +:new 2:two fish 3:red fish");
    assert_eq!(
        outcome(stored(), "first\n\none fish\n\ntwo fish\n\nred fish"),
        "+:first 1:one fish 2:two fish 3:red fish"
    );
    assert_eq!(outcome(stored(), "red fish\n\none fish\n\ntwo fish"), "3:red fish 1:one fish 2:two fish");
    assert_eq!(
        outcome(stored(), "one fish\n\nnew here\n\ntwo whole fish\n\nred fish"),
        "1:one fish +:new here 2:two whole fish 3:red fish"
    );
    assert_eq!(outcome(stored(), "wholly different"), "+:wholly different", "none of three is it");
    assert_eq!(outcome(vec![paragraph(1, "one fish")], "wholly different"), "1:wholly different");
}

#[test]
fn what_is_new_goes_where_its_predecessor_is() {
    let toggle = |text: &mut TextContent| (text.hierarchy, text.toggle) = (Hierarchy::heading(1), Some(true));
    let stored = vec![below(with(paragraph(1, "head"), toggle), vec![paragraph(2, "inside")]), paragraph(3, "after")];
    assert_eq!(outcome(stored.clone(), "# head\n\ninside\n\nnew\n\nafter"), "1:head[2:inside +:new] 3:after");
    assert_eq!(outcome(stored.clone(), "# head\n\nnew\n\ninside\n\nafter"), "1:head[+:new 2:inside] 3:after");
    assert_eq!(outcome(stored, "# head\n\nafter\n\nnew"), "1:head 3:after +:new");
}

#[test]
fn hidden_blocks_stay_until_what_they_hold_is_gone() {
    let empty = || Block::empty(id(9));
    let group =
        |children| Block { id: id(8), content: Content::Group(GroupContent::default()), children: vec![children] };
    let stored = vec![paragraph(1, "one"), empty(), group(vec![paragraph(2, "two")]), paragraph(3, "three")];
    assert_eq!(outcome(stored.clone(), "one\n\ntwo\n\nthree\n\nfour"), "1:one 9: 8:GroupBlock[2:two] 3:three +:four");
    assert_eq!(outcome(stored.clone(), "one\n\ntwo\n\nmore\n\nthree"), "1:one 9: 8:GroupBlock[2:two +:more] 3:three");
    assert_eq!(outcome(stored, "one\n\nthree"), "1:one 9: 3:three");
    assert_eq!(outcome(vec![Block::empty(id(1))], "first"), "+:first", "the empty block of a new object gives way");
}

#[test]
fn a_list_is_indented_and_outdented_with_its_ids() {
    let item = |text: &mut TextContent| text.list = Some(ListKind::Bullet);
    let stored = vec![with(paragraph(1, "a"), item), with(paragraph(2, "b"), item), with(paragraph(3, "c"), item)];
    assert_eq!(outcome(stored, "- a\n  - b\n- c"), "1:a[2:b] 3:c");
    let nested = vec![below(with(paragraph(1, "a"), item), vec![with(paragraph(2, "b"), item)])];
    assert_eq!(outcome(nested.clone(), "- a\n- b"), "1:a 2:b");
    assert_eq!(outcome(nested, "a\n\n- b"), "1:a 2:b");
    let below_text = vec![below(paragraph(1, "a"), vec![paragraph(2, "b")])];
    assert_eq!(outcome(below_text, "- a\n\nb"), "1:a 2:b");
}

#[test]
fn an_edit_keeps_what_it_does_not_say() {
    let look = |text: &mut TextContent| {
        text.list = Some(ListKind::Roman);
        text.alignment = Some(Alignment::Center);
        text.color_theme = Color::named("red");
        text.tokens = vec![Token::Text {
            text: "a".to_owned(),
            style: Style { underline: Some(true), ..Style::default() },
            color: None,
        }];
    };
    let stored = vec![with(paragraph(1, "a"), look)];
    let before = stored[0].clone();
    let text_of = |sections: Vec<Vec<Block>>| match sections.concat().remove(0).content {
        Content::Text(text) => text,
        other => panic!("{other:?}"),
    };
    let Content::Text(old) = before.content.clone() else { panic!() };
    let edited = text_of(apply(std::slice::from_ref(&stored), "1. b", &mut library()));
    assert_eq!((edited.list, edited.alignment, edited.color_theme), (old.list, old.alignment, old.color_theme));
    assert_eq!(edited.tokens, [Token::plain("b")]);
    let edited = text_of(apply(std::slice::from_ref(&stored), "- a", &mut library()));
    assert_eq!((edited.list, edited.alignment, &edited.tokens), (Some(ListKind::Bullet), old.alignment, &old.tokens));
    let edited = text_of(apply(&[stored], "a", &mut library()));
    assert_eq!((edited.list, edited.alignment, &edited.tokens), (None, old.alignment, &old.tokens));
}

#[test]
fn a_section_is_where_its_blocks_are() {
    let stored = [vec![paragraph(1, "one")], vec![paragraph(2, "two")]];
    let ids = |text: &str| -> Vec<BTreeSet<u128>> {
        let rewritten = apply(&stored, text, &mut library());
        rewritten.iter().map(|list| list.iter().map(|block| block.id.0.as_u128()).collect()).collect()
    };
    assert_eq!(ids("one\n\nnew\n\ntwo"), [BTreeSet::from([1, 1_000_001]), BTreeSet::from([2])]);
    assert_eq!(ids("two\n\nnew"), [BTreeSet::new(), BTreeSet::from([2, 1_000_001])]);
    assert_eq!(ids("new\n\ntwo"), [BTreeSet::from([1]), BTreeSet::from([2])], "one was changed");
    assert_eq!(ids("two\n\none"), [BTreeSet::from([1, 2]), BTreeSet::new()], "one stays, the other moved before it");
}
