//! Runs of text taken apart into words, and put together again.

use super::Three;
use crate::color::Color;
use crate::token::{LinkTarget, Style, Token};

/// A word, a stretch of space, a mark or a formula, with its look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom<'t> {
    pub(super) text: &'t str,
    pub(super) look: Look<'t>,
    /// Whether a token begins here though the one before looks the same; kept as it was, so that a merge does not rearrange
    /// what nobody touched.
    pub(super) apart: bool,
}

impl Atom<'_> {
    pub(super) fn is_word(&self) -> bool {
        self.look.has_words() && self.text.chars().next().is_some_and(|letter| class(letter) == Class::Word)
    }
}

/// What a token is besides its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Look<'t> {
    Text(Style, Option<Color>),
    Link(Option<&'t LinkTarget>),
    Math,
    Code,
}

impl<'t> Look<'t> {
    fn of(token: &'t Token) -> Self {
        match token {
            Token::Text { style, color, .. } => Self::Text(*style, *color),
            Token::Link { target, .. } => Self::Link(target.as_ref()),
            Token::Math { .. } => Self::Math,
            Token::Code { .. } => Self::Code,
        }
    }

    fn token(self, text: &str) -> Token {
        let text = text.to_owned();
        match self {
            Self::Text(style, color) => Token::Text { text, style, color },
            Self::Link(target) => Token::Link { text, target: target.cloned() },
            Self::Math => Token::Math { text },
            Self::Code => Token::Code { text },
        }
    }

    /// Formulas and code are read as a whole, so they are merged as a whole.
    fn has_words(self) -> bool {
        matches!(self, Self::Text(..) | Self::Link(_))
    }

    /// Flags and colours one by one; nothing if they collide.
    pub(super) fn merge(looks: Three<Self>) -> Option<Self> {
        let Three {
            base: Self::Text(base, base_color),
            theirs: Self::Text(theirs, theirs_color),
            mine: Self::Text(mine, mine_color),
        } = looks
        else {
            return looks.settled();
        };
        let styles = Three { base, theirs, mine };
        let style = Style {
            bold: styles.map(|style| style.bold).settled()?,
            italic: styles.map(|style| style.italic).settled()?,
            strikethrough: styles.map(|style| style.strikethrough).settled()?,
            underline: styles.map(|style| style.underline).settled()?,
        };
        let color = Three { base: base_color, theirs: theirs_color, mine: mine_color }.settled()?;
        Some(Self::Text(style, color))
    }
}

pub(super) fn atoms(tokens: &[Token]) -> Vec<Atom<'_>> {
    let mut atoms: Vec<Atom<'_>> = Vec::new();
    for token in tokens {
        let look = Look::of(token);
        let apart = atoms.last().is_some_and(|last| last.look == look);
        let parts = if look.has_words() { parts(token.text()) } else { vec![token.text()] };
        atoms.extend(parts.into_iter().enumerate().map(|(at, text)| Atom { text, look, apart: apart && at == 0 }));
    }
    atoms
}

pub(super) fn tokens(atoms: &[Atom<'_>]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = atoms;
    while let Some(first) = rest.first() {
        let goes_on = |atom: &Atom<'_>| atom.look == first.look && !atom.apart && first.look.has_words();
        let length = 1 + rest[1..].iter().take_while(|atom| goes_on(atom)).count();
        let text: String = rest[..length].iter().map(|atom| atom.text).collect();
        tokens.push(first.look.token(&text));
        rest = &rest[length..];
    }
    tokens
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Word,
    /// Punctuation, and letters of scripts that put no space between words.
    Alone,
}

fn class(letter: char) -> Class {
    match letter {
        letter if letter.is_whitespace() => Class::Space,
        letter if letter.is_ascii_punctuation() => Class::Alone,
        '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' => Class::Alone,
        '\u{2e80}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff65}' | '\u{20000}'..='\u{3ffff}' => {
            Class::Alone
        }
        _ => Class::Word,
    }
}

/// The words of a text and what is between them; an empty text is one empty part.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut last) = (0, None);
    for (at, letter) in text.char_indices() {
        let class = class(letter);
        if last.is_some_and(|last| last != class || class == Class::Alone) {
            parts.push(&text[start..at]);
            start = at;
        }
        last = Some(class);
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_into_words_spaces_and_marks() {
        for (text, expected) in [
            ("", vec![""]),
            ("one  two", vec!["one", "  ", "two"]),
            ("(a-b)…", vec!["(", "a", "-", "b", ")", "…"]),
            ("Größe 👩‍🔬🇪🇺", vec!["Größe", " ", "👩‍🔬🇪🇺"]),
            ("日本語。", vec!["日", "本", "語", "。"]),
        ] {
            assert_eq!(parts(text), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_taken_apart_is_put_together_again(list in crate::arbitrary::token_lists()) {
            proptest::prop_assert_eq!(tokens(&atoms(&list)), list);
        }
    }
}
