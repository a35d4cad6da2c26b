//! Texts: changes of named words, applied by themselves and merged.

use std::collections::BTreeMap;

use palimpsest_model::{Block, Color, Content, LinkTarget, Merged, Object, Style, TextContent, Token};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::{holds, is_broken, merged_page};
use crate::support::{id, page};

fn says(tokens: Vec<Token>) -> Object {
    page(vec![Block::leaf(id(1), Content::Text(TextContent { tokens, ..TextContent::default() }))])
}

fn tokens(object: &Object) -> Vec<Token> {
    let Some((_, Block { content: Content::Text(text), .. })) = object.find_block(id(1)) else { panic!("no text") };
    text.tokens.clone()
}

fn merged(base: &Object, theirs: &Object, mine: &Object) -> Option<Vec<Token>> {
    let merged = merged_page(base, theirs, mine);
    if merged.conflicts.is_empty() {
        return Some(tokens(&merged.object));
    }
    assert_eq!(super::paths(&merged), [format!("blocks.RootPage_content.{}.content", id(1))]);
    assert_eq!(merged.object, *theirs);
    None
}

/// What a side does with one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Op {
    Replace,
    Delete,
    Bold,
    Italic,
    InsertBefore,
}

const WORDS: usize = 12;

/// Changes of words that are no neighbours: what one side does to neighbours is one change.
fn ops() -> impl Strategy<Value = BTreeMap<usize, Op>> {
    let op = prop::sample::select(vec![Op::Replace, Op::Delete, Op::Bold, Op::Italic, Op::InsertBefore]);
    btree_map(0..WORDS - 1, op, 0..5).prop_map(|mut ops| {
        let mut last = None;
        ops.retain(|&at, _| {
            let keeps = last.is_none_or(|last| at > last + 1);
            if keeps {
                last = Some(at);
            }
            keeps
        });
        ops
    })
}

/// The text after the changes of each side, in the order given.
fn apply(sides: &[(&str, &BTreeMap<usize, Op>)]) -> Vec<Token> {
    let mut runs: Vec<(String, Style)> = Vec::new();
    for at in 0..WORDS {
        let (mut word, mut style, mut is_gone) = (format!("word{at}"), Style::default(), false);
        for (side, ops) in sides {
            match ops.get(&at) {
                Some(Op::InsertBefore) => runs.push((format!("{side}{at}new "), Style::default())),
                Some(Op::Replace) => word = format!("{side}{at}"),
                Some(Op::Delete) => is_gone = true,
                Some(Op::Bold) => style.bold = Some(true),
                Some(Op::Italic) => style.italic = Some(true),
                None => {}
            }
        }
        if !is_gone {
            runs.push((word, style));
            runs.push((" ".to_owned(), Style::default()));
        }
    }
    let mut joined: Vec<(String, Style)> = Vec::new();
    for (text, style) in runs {
        match joined.last_mut() {
            Some((last, like)) if *like == style => last.push_str(&text),
            _ => joined.push((text, style)),
        }
    }
    joined.into_iter().map(|(text, style)| Token::Text { text, style, color: None }).collect()
}

fn collide(one: Op, other: Op) -> bool {
    match (one, other) {
        (Op::InsertBefore, Op::InsertBefore) | (Op::Replace, Op::Replace) => true,
        (Op::InsertBefore, _) | (_, Op::InsertBefore) | (Op::Bold | Op::Italic, Op::Bold | Op::Italic) => false,
        (one, other) => one != other,
    }
}

type TextMerge = fn(&Object, &Object, &Object) -> Option<Vec<Token>>;

fn words_merge_by_place(merge: TextMerge, theirs: &BTreeMap<usize, Op>, mine: &BTreeMap<usize, Op>) -> TestCaseResult {
    let result = merge(&says(apply(&[])), &says(apply(&[("t", theirs)])), &says(apply(&[("m", mine)])));
    let clash = theirs.iter().any(|(at, op)| mine.get(at).is_some_and(|other| collide(*op, *other)));
    let expected = (!clash).then(|| apply(&[("t", theirs), ("m", mine)]));
    prop_assert_eq!(result, expected);
    Ok(())
}

#[test]
fn changes_of_different_words_are_both_made_and_of_one_word_collide() {
    holds(4_000, (ops(), ops()), |(theirs, mine)| words_merge_by_place(merged, &theirs, &mine));
    is_broken((ops(), ops()), |(theirs, mine)| {
        words_merge_by_place(|_, theirs, _| Some(tokens(theirs)), &theirs, &mine)
    });
    is_broken((ops(), ops()), |(theirs, mine)| words_merge_by_place(|_, _, _| None, &theirs, &mine));
}

/// Any text, so that words repeat and neighbours change: what a side put in is there, what it took out is not.
#[test]
fn no_inserted_word_is_lost_and_no_deleted_one_comes_back() {
    let word = || prop::sample::select(vec!["a", "b", "c", "the"]);
    // For each word: how many are taken out and whether one of a side's own is put in before it.
    let change = || vec((0..6_u8, 0..6_u8), 0..30);
    let words = (vec(word(), 0..30), change(), change());
    let merged_any = std::cell::Cell::new(0);
    holds(4_000, words, |(words, theirs, mine)| {
        let base: Vec<String> = words.iter().enumerate().map(|(at, word)| format!("{word}{}", at % 7)).collect();
        let side = |name: &str, change: &[(u8, u8)]| {
            let mut text = Vec::new();
            let mut own = Vec::new();
            for (at, word) in base.iter().enumerate() {
                let (put, take) = change.get(at).copied().unwrap_or((9, 9));
                if put == 0 {
                    own.push(format!("{name}{at}"));
                    text.extend(own.last().cloned());
                }
                if take != 0 {
                    text.push(word.clone());
                }
            }
            (text.join(" "), own)
        };
        let ((theirs, theirs_own), (mine, mine_own)) = (side("theirs", &theirs), side("mine", &mine));
        let text = |text: &str| says(vec![Token::plain(text)]);
        let Some(result) = merged(&text(&base.join(" ")), &text(&theirs), &text(&mine)) else { return Ok(()) };
        merged_any.set(merged_any.get() + 1);
        let result: String = result.iter().map(Token::text).collect();
        let count = |text: &str, wanted: &str| text.split_whitespace().filter(|word| *word == wanted).count();
        for word in theirs_own.iter().chain(&mine_own) {
            prop_assert_eq!(count(&result, word), 1, "{}", &result);
        }
        for word in &base {
            let [was, one, other] = [&base.join(" "), &theirs, &mine].map(|text| count(text, word));
            let here = count(&result, word);
            // The sides may have taken out the same or different ones of equal words.
            prop_assert!(here <= one.min(other) && here + was >= one + other, "{} of {}: {}", here, word, &result);
        }
        Ok(())
    });
    assert!(merged_any.get() > 400, "only {} merged", merged_any.get());
}

fn bold(text: &str) -> Token {
    Token::Text { text: text.to_owned(), style: Style { bold: Some(true), ..Style::default() }, color: None }
}

fn plain(text: &str) -> Vec<Token> {
    vec![Token::plain(text)]
}

fn check(base: Vec<Token>, theirs: Vec<Token>, mine: Vec<Token>, expected: Option<Vec<Token>>) {
    let (base, theirs, mine) = (says(base), says(theirs), says(mine));
    assert_eq!(merged(&base, &theirs, &mine), expected);
    assert_eq!(merged(&base, &mine, &theirs), expected);
}

#[test]
fn one_side_makes_a_word_bold_while_the_other_edits_another() {
    let styled = vec![Token::plain("one "), bold("two"), Token::plain(" three")];
    let both = vec![Token::plain("one "), bold("two"), Token::plain(" four")];
    check(plain("one two three"), styled.clone(), plain("one two four"), Some(both));
    check(plain("one two three"), styled, plain("one 2 three"), None);
}

#[test]
fn what_is_put_into_the_middle_of_what_is_restyled_collides() {
    check(plain("one two"), vec![bold("one two")], plain("one and two"), None);
    let both = vec![bold("one two"), Token::plain(" and three")];
    check(plain("one two"), vec![bold("one two")], plain("one two and three"), Some(both));
}

#[test]
fn neighbours_are_two_places_and_one_place_is_one() {
    check(plain("one two"), plain("one two!"), plain("one three"), Some(plain("one three!")));
    check(plain("one"), plain("one, two"), plain("one, three"), None);
    check(plain("one"), plain("one two"), plain("one two"), Some(plain("one two")));
    check(plain("one two three"), plain("one"), plain("one two"), Some(plain("one")));
    check(plain(""), plain("one"), plain("two"), None);
    check(vec![], plain("one"), plain("two"), None);
}

#[test]
fn links_and_formulas_keep_what_they_are() {
    let link = |text: &str, url: &str| Token::Link { text: text.into(), target: Some(LinkTarget::Url(url.into())) };
    let line = |link: Token, last: &str| vec![Token::plain("see "), link, Token::plain(last)];
    check(
        line(link("the page", "a"), " now"),
        line(link("the page", "b"), " now"),
        line(link("the page", "a"), " later"),
        Some(line(link("the page", "b"), " later")),
    );
    check(
        line(link("the page", "a"), " now"),
        line(link("the page", "b"), " now"),
        line(link("the site", "a"), " now"),
        None,
    );
    let math = |text: &str| Token::Math { text: text.into() };
    check(line(math("a + b"), ""), line(math("a + c"), ""), line(math("d + b"), ""), None);
    check(line(math("a"), " x"), line(math("b"), " x"), line(math("a"), " y"), Some(line(math("b"), " y")));
}

#[test]
fn colours_and_flags_of_one_word_are_places_of_their_own() {
    let styled = |bold: Option<bool>, color: Option<Color>| {
        vec![Token::Text { text: "one".into(), style: Style { bold, ..Style::default() }, color }]
    };
    let mut colors = Color::all();
    let (red, blue) = (colors.next(), colors.next());
    check(plain("one"), styled(Some(true), None), styled(None, red), Some(styled(Some(true), red)));
    check(plain("one"), styled(None, blue), styled(None, red), None);
}

#[test]
fn a_text_of_a_megabyte_is_merged_word_by_word() {
    let words: Vec<String> = (0..130_000).map(|word| format!("{}word", word % 60_000)).collect();
    let with = |changes: &[(usize, &str)]| {
        let mut words = words.clone();
        for (at, word) in changes {
            words[*at] = (*word).to_owned();
        }
        plain(&words.join(" "))
    };
    let (theirs, mine) = ([(3, "x"), (70_000, "y")], [(5, "z"), (129_000, "w")]);
    check(with(&[]), with(&theirs), with(&mine), Some(with(&[theirs, mine].concat())));
    check(with(&[]), with(&theirs), with(&[(70_000, "v")]), None);
}

#[test]
fn a_text_of_a_megabyte_that_is_all_the_same_is_merged_too() {
    let base = "so ".repeat(350_000);
    let merged_twice: Merged = {
        let texts = [base.clone(), format!("{base}much"), format!("very {base}")].map(|text| says(plain(&text)));
        merged_page(&texts[0], &texts[1], &texts[2])
    };
    assert_eq!(tokens(&merged_twice.object), plain(&format!("very {base}much")));
    let other = base.replace("so so so so", "no so");
    let texts = [&base, &other, &other.replace("no", "yes")].map(|text| says(plain(text)));
    assert_eq!(merged(&texts[0], &texts[1], &texts[2]), None);
}
