//! Writing a run of tokens as the text of a paragraph or heading.
//!
//! Bold is `**`, italic `_`, struck through `~~`: three marks that never run into each other, so that nesting is always
//! read as it was written. Where a mark could not open or close between the letters around it, an empty comment stands
//! outside of it.

use palimpsest_model::{LinkTarget, ObjectId, Token};

use crate::escape::{Surroundings, holds_reference, is_word, write_destination, write_text};
use crate::link::{date_url, wiki_title, write_date};
use crate::names::{Names, begins_tag, is_tag_letter, is_tag_name};
use crate::spans::SEPARATOR;
use crate::tokens::{Face, code_fence};

/// Where a line of text stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// At the beginning of a paragraph, where a mark may begin a block.
    Paragraph,
    /// In a paragraph, after the box of a to-do.
    AfterBox,
    /// In a heading, which is one line.
    Heading,
    /// In a property, which is one line and begins no block.
    Property,
}

/// Writes tokens in normal form.
pub(crate) fn write_line(tokens: &[Token], place: Place, names: &dyn Names) -> String {
    let around = surroundings(tokens, place);
    let line = Line { tokens, lengths: mark_lengths(tokens), around, names };
    let mut text = Text::default();
    for (at, token) in tokens.iter().enumerate() {
        text.turn(&line.marks(at));
        let around = Surroundings {
            after_mark: !text.opening.is_empty(),
            before_mark: text.closes_before(&line.marks(at + 1)),
            ..around
        };
        text.add(line.write_token(at, token, text.is_line_start(place), around));
    }
    text.turn(&[]);
    text.finish()
}

fn surroundings(tokens: &[Token], place: Place) -> Surroundings {
    let count = |mark: char| -> usize {
        let in_token = |token: &Token| {
            let url = match token {
                Token::Link { target: Some(LinkTarget::Url(url)), .. } => url.matches(mark).count(),
                _ => 0,
            };
            url + token.text().matches(mark).count()
        };
        tokens.iter().map(in_token).sum()
    };
    let faces: Vec<_> = tokens.iter().map(face).collect();
    let has_math = tokens.iter().any(|token| matches!(token, Token::Math { .. }));
    Surroundings {
        heading: place == Place::Heading,
        one_line: matches!(place, Place::Heading | Place::Property),
        lone_dollar: count('$') == 1 && !has_math,
        lone_tilde: count('~') == 1 && !faces.iter().any(|face| face.strikethrough),
        lone_star: count('*') == 1 && !faces.iter().any(|face| face.bold),
        lone_underscore: count('_') == 1 && !faces.iter().any(|face| face.italic),
        ..Surroundings::default()
    }
}

fn face(token: &Token) -> Face {
    match token {
        Token::Text { style, .. } => Face::of(*style),
        _ => Face::default(),
    }
}

/// Whether text of a face stands between the marks.
type IsSet = fn(Face) -> bool;

/// The marks around styled text, outermost first when styles begin and end together.
const MARKS: [(&str, IsSet); 3] =
    [("~~", |face| face.strikethrough), ("**", |face| face.bold), ("_", |face| face.italic)];

/// For each token and each of the marks: for how many tokens, this one included, it stays open.
fn mark_lengths(tokens: &[Token]) -> Vec<[usize; 3]> {
    let mut lengths = vec![[0; 3]; tokens.len()];
    let mut after = [0; 3];
    for (token, lengths) in tokens.iter().zip(&mut lengths).rev() {
        let face = face(token);
        for ((length, after), (_, is_set)) in lengths.iter_mut().zip(after).zip(MARKS) {
            *length = if is_set(face) { after + 1 } else { 0 };
        }
        after = *lengths;
    }
    lengths
}

struct Line<'t> {
    tokens: &'t [Token],
    lengths: Vec<[usize; 3]>,
    around: Surroundings,
    names: &'t dyn Names,
}

impl Line<'_> {
    /// The marks that must be open at a token, those that stay open longest first.
    fn marks(&self, at: usize) -> Vec<&'static str> {
        let Some(lengths) = self.lengths.get(at) else { return Vec::new() };
        let mut marks: Vec<_> = lengths.iter().zip(MARKS).filter(|(length, _)| **length > 0).collect();
        marks.sort_by_key(|(length, _)| std::cmp::Reverse(**length));
        marks.into_iter().map(|(_, (mark, _))| mark).collect()
    }

    fn write_token(&self, at: usize, token: &Token, line_start: bool, around: Surroundings) -> Written {
        match token {
            Token::Text { text, .. } => {
                let mut out = String::new();
                write_text(text, line_start, around, &mut out);
                Written { kind: Kind::Text, text: out }
            }
            Token::Code { text } => Written { kind: Kind::Code, text: write_code(text) },
            Token::Math { text } => {
                let next = self.tokens.get(at + 1);
                let digit = next.is_some_and(|next| next.text().starts_with(|letter: char| letter.is_ascii_digit()));
                Written { kind: Kind::Math, text: write_math(text, digit, self.tokens.len() == 1) }
            }
            Token::Link { text, target } => {
                Written { kind: Kind::Link, text: self.write_link(at, text, target.as_ref()) }
            }
        }
    }

    fn write_link(&self, at: usize, text: &str, target: Option<&LinkTarget>) -> String {
        let space = self.names.space();
        match target {
            None => self.write_labelled(text, ""),
            Some(LinkTarget::Url(url)) if url == text && is_autolink(url) => format!("<{url}>"),
            Some(LinkTarget::Url(url)) => self.write_labelled(text, url),
            Some(LinkTarget::Entity(id)) => {
                if wiki_title(*id, self.names).as_deref() == Some(text) {
                    return format!("[[{text}]]");
                }
                if self.is_tag(at, text, *id) {
                    return text.to_owned();
                }
                self.write_labelled(text, &self.names.url(*id, false))
            }
            Some(LinkTarget::Date(date)) => {
                let day = write_date(*date).unwrap_or_default();
                let name = format!("date/{day}");
                if text == day && self.names.object(&name, &[]).is_none() {
                    return format!("[[{name}]]");
                }
                self.write_labelled(text, &date_url(space, *date).unwrap_or_default())
            }
        }
    }

    fn write_labelled(&self, text: &str, url: &str) -> String {
        let mut out = "[".to_owned();
        write_text(text, false, Surroundings { link: true, ..self.around }, &mut out);
        out.push_str("](");
        write_destination(url, &mut out);
        out.push(')');
        out
    }

    /// Whether the text of a link is read as this tag where it stands.
    fn is_tag(&self, at: usize, text: &str, id: ObjectId) -> bool {
        let Some(name) = text.strip_prefix('#') else { return false };
        let before = match at.checked_sub(1).map(|at| &self.tokens[at]) {
            None => begins_tag(None),
            Some(Token::Text { text, .. }) => begins_tag(text.chars().next_back()),
            Some(_) => false,
        };
        let after = match self.tokens.get(at + 1) {
            Some(next @ Token::Text { text, .. }) => face(next) == Face::default() && !text.starts_with(is_tag_letter),
            _ => true,
        };
        let underscores = name.split('_').all(|part| part.starts_with(is_word) && part.ends_with(is_word));
        before && after && underscores && is_tag_name(name) && self.names.tag(name) == Some(id)
    }
}

/// Whether `<url>` is read as a link to this URL that says it.
fn is_autolink(url: &str) -> bool {
    let web = url.starts_with("https://") || url.starts_with("http://");
    web && !holds_reference(url) && !url.chars().any(|letter| letter <= ' ' || matches!(letter, '<' | '>' | '\u{7F}'))
}

fn write_code(text: &str) -> String {
    let fence = "`".repeat(code_fence(text).unwrap_or(1));
    let blanks = text.starts_with(' ') && text.ends_with(' ') && !text.chars().all(|letter| letter == ' ');
    let pad = if blanks || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Writes maths as `$x$` where that is read so, else as `$$x$$`, which alone in a paragraph would be a block.
fn write_math(text: &str, before_digit: bool, alone: bool) -> String {
    let edge = |letter: char| letter.is_ascii_whitespace();
    let plain = !text.contains('$')
        && !text.starts_with(edge)
        && !text.ends_with(edge)
        && !text.ends_with('\\')
        && !before_digit;
    match (plain, alone) {
        (true, _) => format!("${text}$"),
        (false, false) => format!("$${text}$$"),
        (false, true) => format!("$${text}$${SEPARATOR}"),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Code,
    Math,
    Link,
}

/// A token as it is written, still without the marks around it.
struct Written {
    kind: Kind,
    text: String,
}

/// The line so far: what is written, and the marks that change before what comes next.
#[derive(Default)]
struct Text {
    out: String,
    last: Option<Kind>,
    open: Vec<&'static str>,
    closing: Vec<&'static str>,
    opening: Vec<&'static str>,
}

impl Text {
    /// Closes and opens marks so that exactly these are open for what comes next.
    fn turn(&mut self, wanted: &[&'static str]) {
        let kept = self.kept(wanted);
        self.closing = self.open.drain(kept..).rev().collect();
        self.opening = wanted.iter().copied().filter(|mark| !self.open.contains(mark)).collect();
        self.open.extend(&self.opening);
    }

    /// Whether a mark must be closed before what wants these.
    fn closes_before(&self, wanted: &[&'static str]) -> bool {
        self.kept(wanted) < self.open.len()
    }

    fn kept(&self, wanted: &[&'static str]) -> usize {
        self.open.iter().take_while(|mark| wanted.contains(mark)).count()
    }

    fn is_line_start(&self, place: Place) -> bool {
        let marks = !self.closing.is_empty() || !self.opening.is_empty();
        let begins = if self.out.is_empty() { place == Place::Paragraph } else { self.out.ends_with('\n') };
        begins && !marks
    }

    fn add(&mut self, written: Written) {
        self.write_marks(written.text.chars().next());
        if written.kind != Kind::Text && written.kind != Kind::Link && self.last == Some(written.kind) {
            self.out.push_str(SEPARATOR);
        }
        if written.kind == Kind::Link && self.out.ends_with('!') {
            self.out.insert(self.out.len() - 1, '\\');
        }
        self.out.push_str(&written.text);
        self.last = Some(written.kind);
    }

    fn finish(mut self) -> String {
        self.write_marks(None);
        self.out
    }

    /// Writes the marks before the next letter.
    fn write_marks(&mut self, next: Option<char>) {
        let closing = std::mem::take(&mut self.closing);
        let opening = std::mem::take(&mut self.opening);
        let last = self.out.chars().next_back();
        self.out.extend(closing.iter().copied());
        let close_needs_room = !closing.is_empty() && !has_room(&closing, last, next);
        let open_needs_room = !opening.is_empty() && !has_room(&opening, next, last);
        if (!closing.is_empty() && !opening.is_empty()) || close_needs_room || open_needs_room {
            self.out.push_str(SEPARATOR);
        }
        self.out.extend(opening);
    }
}

/// Whether marks between the letter they enclose and the one outside are surely read as marks.
fn has_room(marks: &[&str], inside: Option<char>, outside: Option<char>) -> bool {
    // The parser looks through `~`, so that it says nothing about what stands behind it.
    let free = outside.is_none_or(|letter| letter.is_whitespace() || (letter.is_ascii_punctuation() && letter != '~'));
    free || (matches!(marks, ["**" | "~~"]) && inside.is_some_and(is_word))
}
