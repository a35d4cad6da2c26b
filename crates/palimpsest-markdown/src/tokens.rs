//! The normal form of a run of tokens: what is left of it after writing it as Markdown and reading it back.

use palimpsest_model::{LinkTarget, Style, Token};

use crate::link::{self, read_url};
use crate::names::Names;

/// The tokens with adjacent equal ones joined, empty ones dropped, and without what Markdown cannot carry.
pub(crate) fn normal_tokens(tokens: &[Token], names: &dyn Names) -> Vec<Token> {
    let mut letters = Vec::new();
    let mut items = Vec::new();
    for token in tokens {
        match normal_token(token, names) {
            Some(Token::Text { text, style, .. }) => {
                letters.extend(text.chars().map(|letter| (letter, Face::of(style))));
            }
            Some(other) => {
                items.push(Item::Text(std::mem::take(&mut letters)));
                items.push(Item::Other(other));
            }
            None => {}
        }
    }
    items.push(Item::Text(letters));
    trim_edges(&mut items);
    items.into_iter().flat_map(Item::into_tokens).collect()
}

/// Letters with their faces between two tokens of another kind, or such a token.
enum Item {
    Text(Vec<(char, Face)>),
    Other(Token),
}

impl Item {
    fn into_tokens(self) -> Vec<Token> {
        match self {
            Self::Text(letters) => join(letters),
            Self::Other(token) => vec![token],
        }
    }
}

/// The styles that Markdown carries.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Face {
    pub(crate) bold: bool,
    pub(crate) italic: bool,
    pub(crate) strikethrough: bool,
}

impl Face {
    pub(crate) fn of(style: Style) -> Self {
        let set = |flag: Option<bool>| flag == Some(true);
        Self { bold: set(style.bold), italic: set(style.italic), strikethrough: set(style.strikethrough) }
    }

    pub(crate) fn style(self) -> Style {
        let flag = |set: bool| set.then_some(true);
        Style {
            bold: flag(self.bold),
            italic: flag(self.italic),
            strikethrough: flag(self.strikethrough),
            underline: None,
        }
    }
}

/// Whether the reader strips this letter from both ends of a block.
fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n')
}

/// Line ends are `\n`, and the letter U+0000, which no Markdown text can hold, is U+FFFD.
pub(crate) fn normal_text(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{FFFD}")
}

fn normal_token(token: &Token, names: &dyn Names) -> Option<Token> {
    let token = match token {
        Token::Text { text, style, .. } => Token::Text { text: normal_text(text), style: *style, color: None },
        Token::Code { text } => normal_code(text),
        Token::Math { text } => normal_math(text),
        Token::Link { text, target: None } => Token::plain(normal_text(text)),
        Token::Link { text, target: Some(target) } => normal_link(normal_text(text), target, names),
    };
    let is_link = matches!(token, Token::Link { .. });
    (is_link || !token.text().is_empty()).then_some(token)
}

fn normal_link(text: String, target: &LinkTarget, names: &dyn Names) -> Token {
    let target = match target {
        LinkTarget::Url(url) => read_url(&normal_text(url), names),
        LinkTarget::Entity(id) if !names.exists(*id) => LinkTarget::Url(link::object_url(names.space(), *id)),
        LinkTarget::Date(date) if link::write_date(*date).is_none() => return Token::plain(text),
        other => other.clone(),
    };
    let text = match &target {
        LinkTarget::Entity(id) if text.is_empty() => names.title(*id).map(|title| normal_text(&title)).unwrap_or(text),
        LinkTarget::Date(date) if text.is_empty() => link::write_date(*date).unwrap_or(text),
        _ => text,
    };
    Token::Link { text, target: Some(target) }
}

/// Code stands on one line; a text that no run of backticks can enclose is plain.
fn normal_code(text: &str) -> Token {
    let text = normal_text(text).replace('\n', " ");
    if code_fence(&text).is_some() { Token::Code { text } } else { Token::plain(text) }
}

/// Maths stands on one line; a text that no dollar signs can enclose is code.
fn normal_math(text: &str) -> Token {
    let text = normal_text(text).replace('\n', " ");
    let encloses = !text.starts_with('$') && !text.ends_with('$') && !text.contains("$$");
    if encloses { Token::Math { text } } else { normal_code(&text) }
}

/// More backticks in a row are not read as the beginning of code.
const MAX_BACKTICKS: usize = 80;

/// How many backticks enclose a text: the smallest number that the text does not have in a row.
pub(crate) fn code_fence(text: &str) -> Option<usize> {
    let runs: Vec<usize> = text.split(|letter| letter != '`').map(str::len).collect();
    (1..=MAX_BACKTICKS).find(|length| !runs.contains(length))
}

/// Takes blanks from both ends of the block, and takes the styles from blanks at both ends of a styled run: Markdown
/// cannot begin or end emphasis at a blank.
fn trim_edges(items: &mut Vec<Item>) {
    if let Some(Item::Text(letters)) = items.first_mut() {
        let blanks = letters.iter().take_while(|(letter, _)| is_blank(*letter)).count();
        letters.drain(..blanks);
    }
    if let Some(Item::Text(letters)) = items.last_mut() {
        let blanks = letters.iter().rev().take_while(|(letter, _)| is_blank(*letter)).count();
        letters.truncate(letters.len() - blanks);
    }
    for item in items {
        if let Item::Text(letters) = item {
            trim_runs(letters, |face| &mut face.bold);
            trim_runs(letters, |face| &mut face.italic);
            trim_runs(letters, |face| &mut face.strikethrough);
        }
    }
}

fn trim_runs(letters: &mut [(char, Face)], flag: impl Fn(&mut Face) -> &mut bool) {
    for run in letters.chunk_by_mut(|(_, a), (_, b)| *flag(&mut a.clone()) == *flag(&mut b.clone())) {
        let blanks = run.iter().take_while(|(letter, _)| letter.is_whitespace()).count();
        let trailing = run.iter().rev().take_while(|(letter, _)| letter.is_whitespace()).count();
        let end = run.len().saturating_sub(trailing).max(blanks);
        for (position, (_, face)) in run.iter_mut().enumerate() {
            if position < blanks || position >= end {
                *flag(face) = false;
            }
        }
    }
}

fn join(letters: Vec<(char, Face)>) -> Vec<Token> {
    letters
        .chunk_by(|(_, a), (_, b)| a == b)
        .map(|run| Token::Text {
            text: run.iter().map(|(letter, _)| letter).collect(),
            style: run.first().map(|(_, face)| face.style()).unwrap_or_default(),
            color: None,
        })
        .collect()
}
