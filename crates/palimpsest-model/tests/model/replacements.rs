//! Replacing text: what a block says changes as a string would, and every letter around it looks as it did.

use palimpsest_model::arbitrary::{objects, token_lists};
use palimpsest_model::{
    Block, Content, EditError, LinkTarget, MAX_GROWTH, Object, Occurrence, Replacement, Style, TextContent, Token,
    changed_paths, replace_text,
};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{cases, group, id, ids, page, section};

fn replacement(find: &str, replace: &str, occurrence: Occurrence) -> Replacement {
    Replacement { find: find.to_owned(), replace: replace.to_owned(), occurrence }
}

fn replaced(object: &mut Object, block: u128, find: &str, replace: &str, which: Occurrence) -> Result<(), EditError> {
    replace_text(object, id(block), &replacement(find, replace, which), &mut MAX_GROWTH.clone())
}

/// A page of one block with these tokens.
fn says(tokens: Vec<Token>) -> Object {
    page(vec![Block::leaf(id(1), Content::Text(TextContent { tokens, ..TextContent::default() }))])
}

fn tokens_of(object: &Object) -> &[Token] {
    match &object.blocks[&section()][0].content {
        Content::Text(text) => &text.tokens,
        other => panic!("{other:?}"),
    }
}

fn plain(tokens: &[Token]) -> String {
    tokens.iter().map(Token::text).collect()
}

/// The token without its text: how a letter of it looks, and where it leads.
fn look(token: &Token) -> Token {
    let mut look = token.clone();
    match &mut look {
        Token::Text { text, .. } | Token::Link { text, .. } | Token::Math { text } | Token::Code { text } => {
            text.clear()
        }
    }
    look
}

fn letters(tokens: &[Token]) -> Vec<(char, Token)> {
    tokens.iter().flat_map(|token| token.text().chars().map(|letter| (letter, look(token)))).collect()
}

/// The letters after those of `places` (each the number of its first letter) were replaced.
fn expected(before: &[(char, Token)], places: &[usize], length: usize, replace: &str) -> Vec<(char, Token)> {
    let mut after = Vec::new();
    let mut at = 0;
    while at < before.len() {
        if places.contains(&at) {
            after.extend(replace.chars().map(|letter| (letter, before[at].1.clone())));
            at += length;
        } else {
            after.push(before[at].clone());
            at += 1;
        }
    }
    after
}

/// A few letters of a text, from one place to another.
fn piece(text: &str, from: &Index, length: usize) -> String {
    let count = text.chars().count();
    if count == 0 { "a".to_owned() } else { text.chars().skip(from.index(count)).take(length).collect() }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn every_letter_around_a_replacement_stays_as_it_was(
        more in prop::collection::vec(token_lists(), 1..4), from in any::<Index>(), length in 1..6_usize,
        replace in prop_oneof![Just(String::new()), Just("b".to_owned()), Just("ein zwei".to_owned())], which in 0..5_usize,
    ) {
        let tokens = more.concat();
        let text = plain(&tokens);
        let find = piece(&text, &from, length);
        let count = text.matches(&find).count();
        let places: Vec<usize> = text.match_indices(&find).map(|(at, _)| text[..at].chars().count()).collect();
        let (occurrence, replaced_places, says_after) = match which {
            0 => (Occurrence::All, Ok(places), text.replace(&find, &replace)),
            1 => (Occurrence::Only, if count == 1 { Ok(places) } else { Err(EditError::NotOnce(count)) },
                text.replacen(&find, &replace, 1)),
            wanted => {
                let nth = wanted - 1;
                let place = text.match_indices(&find).nth(nth - 1);
                let after = place.map(|(at, _)| format!("{}{replace}{}", &text[..at], &text[at + find.len()..]));
                let error = EditError::TooFew { found: count, wanted: nth };
                (Occurrence::Nth(nth), places.get(nth - 1).map(|place| vec![*place]).ok_or(error), after.unwrap_or_default())
            }
        };
        let mut object = says(tokens.clone());
        let result = replaced(&mut object, 1, &find, &replace, occurrence);
        let places = match replaced_places {
            Ok(places) => places,
            Err(error) => {
                prop_assert_eq!(result, Err(error));
                prop_assert_eq!(tokens_of(&object), &tokens);
                return Ok(());
            }
        };
        prop_assert_eq!(result, Ok(()));
        let after = tokens_of(&object);
        prop_assert_eq!(plain(after), says_after);
        prop_assert_eq!(letters(after), expected(&letters(&tokens), &places, find.chars().count(), &replace));
        let empty = |tokens: &[Token]| tokens.iter().filter(|token| token.text().is_empty()).cloned().collect::<Vec<_>>();
        prop_assert_eq!(empty(after), empty(&tokens), "runs that had no text stay, and no other loses all of its text");
    }

    #[test]
    fn only_the_text_of_that_block_changes(object in objects(), at in any::<Index>(), from in any::<Index>()) {
        let all: Vec<_> = object.blocks.values().flat_map(|list| ids(list)).collect();
        prop_assume!(!all.is_empty());
        let id = *at.get(&all);
        let (section, block) = object.find_block(id).unwrap();
        let text = match &block.content {
            Content::Text(text) => plain(&text.tokens),
            Content::Code { text, .. } | Content::Math { text, .. } => text.clone(),
            other => {
                let result = replace_text(&mut object.clone(), id, &replacement("a", "b", Occurrence::All), &mut 1);
                prop_assert_eq!(result, Err(EditError::NoText(other.kind())));
                return Ok(());
            }
        };
        let find = piece(&text, &from, 2);
        let mut after = object.clone();
        let done = replace_text(&mut after, id, &replacement(&find, "<new>", Occurrence::All), &mut MAX_GROWTH.clone());
        prop_assert_eq!(done, Ok(()));
        let path = format!("blocks.{section}.{id}.content");
        let expected = if text.contains(&find) { vec![path] } else { Vec::new() };
        prop_assert_eq!(changed_paths(&object, &after), expected);
        let after = match &after.find_block(id).unwrap().1.content {
            Content::Text(text) => plain(&text.tokens),
            Content::Code { text, .. } | Content::Math { text, .. } => text.clone(),
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(after, text.replace(&find, "<new>"));
    }
}

fn bold(text: &str) -> Token {
    Token::Text { text: text.to_owned(), style: Style { bold: Some(true), ..Style::default() }, color: None }
}

fn link(text: &str) -> Token {
    Token::Link { text: text.to_owned(), target: Some(LinkTarget::Url("https://example.org".to_owned())) }
}

#[test]
fn a_replacement_looks_like_the_first_letter_it_replaces() {
    let check = |before: Vec<Token>, find: &str, replace: &str, after: &[Token]| {
        let mut object = says(before);
        replaced(&mut object, 1, find, replace, Occurrence::Only).unwrap();
        assert_eq!(tokens_of(&object), after);
    };
    let plain = |text: &str| Token::plain(text);
    check(vec![plain("one "), bold("two"), plain(" three")], "two", "2", &[plain("one "), bold("2"), plain(" three")]);
    check(vec![plain("one "), bold("two"), plain(" three")], "e tw", "-", &[plain("on-"), bold("o"), plain(" three")]);
    check(vec![plain("see "), link("the page"), plain(".")], "page.", "site", &[plain("see "), link("the site")]);
    check(vec![bold("all"), link(" of it")], "all of it", "none", &[bold("none")]);
    check(vec![plain("a"), link("b")], "ab", "", &[]);
    check(vec![plain("a"), link(""), plain("b")], "ab", "c", &[plain("c"), link("")]);
    check(vec![plain("a"), link("")], "a", "", &[link("")]);
}

#[test]
fn places_do_not_overlap_and_are_counted_from_the_left() {
    let mut object = says(vec![Token::plain("aa"), bold("aa"), Token::plain("a")]);
    assert_eq!(replaced(&mut object, 1, "aa", "b", Occurrence::Only), Err(EditError::NotOnce(2)));
    assert_eq!(replaced(&mut object, 1, "aa", "b", Occurrence::Nth(3)), Err(EditError::TooFew { found: 2, wanted: 3 }));
    assert_eq!(replaced(&mut object, 1, "aa", "b", Occurrence::Nth(0)), Err(EditError::TooFew { found: 2, wanted: 0 }));
    assert_eq!(replaced(&mut object, 1, "aa", "b", Occurrence::Nth(2)), Ok(()));
    assert_eq!(tokens_of(&object), [Token::plain("aa"), bold("b"), Token::plain("a")]);
    assert_eq!(replaced(&mut object, 1, "", "b", Occurrence::Only), Err(EditError::NotOnce(0)));
    let before = object.clone();
    assert_eq!(replaced(&mut object, 1, "", "b", Occurrence::All), Ok(()));
    assert_eq!(replaced(&mut object, 1, "x", "b", Occurrence::All), Ok(()));
    assert_eq!(object, before);
}

#[test]
fn a_text_grows_as_far_as_there_is_room() {
    let mut object = says(vec![Token::plain("aaaa")]);
    let mut room = 6;
    let wider = replacement("a", "bc", Occurrence::All);
    assert_eq!(replace_text(&mut object, id(1), &wider, &mut room), Ok(()));
    assert_eq!((tokens_of(&object), room), (&[Token::plain("bcbcbcbc")][..], 2));
    let again = replacement("b", "aa", Occurrence::All);
    assert_eq!(replace_text(&mut object, id(1), &again, &mut room), Err(EditError::TooLong));
    assert_eq!((tokens_of(&object), room), (&[Token::plain("bcbcbcbc")][..], 2));
    let shorter = replacement("bc", "", Occurrence::All);
    assert_eq!(replace_text(&mut object, id(1), &shorter, &mut room), Ok(()));
    assert_eq!((tokens_of(&object), room), (&[][..], 2));
}

#[test]
fn a_block_must_be_there_and_say_something() {
    let mut object = page(vec![group(1, Vec::new())]);
    assert_eq!(replaced(&mut object, 1, "a", "b", Occurrence::All), Err(EditError::NoText("GroupBlock")));
    assert_eq!(replaced(&mut object, 7, "a", "b", Occurrence::All), Err(EditError::UnknownBlock(id(7))));
}

#[test]
fn an_error_says_what_is_wrong() {
    let check = |error: EditError, expected: &str| assert_eq!(error.to_string(), expected);
    check(EditError::NoText("GroupBlock"), "A GroupBlock has no text");
    check(EditError::NotOnce(0), "There are 0 matches: the block does not say this");
    check(EditError::NotOnce(3), "There are 3 matches: tell which by `occurrence`, a number from 1 or \"all\"");
    check(EditError::TooFew { found: 1, wanted: 2 }, "There are 1 matches, and number 2 was asked for");
    check(EditError::TooLong, "Too big: replacements make texts at most 1000000 bytes longer");
}
