//! Writing blocks as Markdown.

use palimpsest_model::{Block, Content, ListKind, ObjectId, TextContent};

use crate::escape::{Surroundings, write_destination, write_raw, write_text};
use crate::line::{Place, write_line};
use crate::link::wiki_title;
use crate::names::Names;
use crate::normal::{heading_level, normal_pieces};
use crate::piece::Piece;
use crate::read::{EMPTY, MATH};

/// Writes the sections of an object one after another. Reading the result gives their
/// [`normal_form`](crate::normal_form).
#[must_use]
pub fn write_body(sections: &[&[Block]], names: &dyn Names) -> String {
    let pieces = sections.iter().flat_map(|blocks| blocks.iter()).map(Piece::of).collect();
    let lines = write_list(&normal_pieces(pieces, names), names);
    let mut body = lines.join("\n");
    if !body.is_empty() {
        body.push('\n');
    }
    body
}

fn write_list<K>(pieces: &[Piece<K>], names: &dyn Names) -> Vec<String> {
    let mut lines = Vec::new();
    let mut number = 0;
    let mut before: Option<&Piece<K>> = None;
    for piece in pieces {
        number = if is_numbered(piece) { number + 1 } else { 0 };
        if before.is_some_and(|before| !(is_item(before) && is_item(piece))) {
            lines.push(String::new());
        }
        lines.extend(write_piece(piece, number, names));
        before = Some(piece);
    }
    lines
}

fn text_of<K>(piece: &Piece<K>) -> Option<&TextContent> {
    match &piece.content {
        Content::Text(text) => Some(text),
        _ => None,
    }
}

fn is_item<K>(piece: &Piece<K>) -> bool {
    text_of(piece).is_some_and(|text| text.list.is_some() || text.todo.is_some())
}

fn is_numbered<K>(piece: &Piece<K>) -> bool {
    text_of(piece).is_some_and(|text| text.list == Some(ListKind::Numerical))
}

fn write_piece<K>(piece: &Piece<K>, number: usize, names: &dyn Names) -> Vec<String> {
    match &piece.content {
        Content::Text(text) => {
            let children = piece.children.first().map(Vec::as_slice).unwrap_or_default();
            write_text_block(text, children, number, names)
        }
        Content::Code { lang, text } => write_code(lang, text),
        Content::Math { text, .. } => write_math(text),
        Content::Entity { target: Some(id), .. } => vec![write_embed(*id, names)],
        Content::Line => vec!["---".to_owned()],
        // There are none of these in normal form.
        Content::Entity { target: None, .. } | Content::Group(_) | Content::Grid(_) | Content::Unsupported { .. } => {
            Vec::new()
        }
    }
}

fn write_text_block<K>(text: &TextContent, children: &[Piece<K>], number: usize, names: &dyn Names) -> Vec<String> {
    let mut lines = write_own_text(text, names);
    let Some(marker) = marker(text, number) else { return lines };
    if let Some(first) = children.first() {
        // Else the first of them would be taken for the text.
        if lines.is_empty() {
            lines.push(EMPTY.to_owned());
        }
        // A list may follow a paragraph without a blank line, unless its first item is empty.
        let tight = text.quote.is_none() && is_item(first) && !is_bare_item(first);
        if !tight {
            lines.push(String::new());
        }
        lines.extend(write_list(children, names));
    }
    enclose(lines, &marker, text.quote.is_some())
}

/// Whether an item is written as its marker alone.
fn is_bare_item<K>(piece: &Piece<K>) -> bool {
    let bare =
        |text: &TextContent| text.todo.is_none() && text.tokens.is_empty() && heading_level(&text.hierarchy).is_none();
    piece.children.is_empty() && text_of(piece).is_some_and(bare)
}

/// What the first line of an item or quote begins with; nothing for other blocks.
fn marker(text: &TextContent, number: usize) -> Option<String> {
    match (text.list, text.todo, text.quote) {
        (Some(ListKind::Numerical), _, _) => Some(format!("{number}. ")),
        (Some(_), _, _) | (_, Some(_), _) => Some("- ".to_owned()),
        (_, _, Some(_)) => Some("> ".to_owned()),
        (None, None, None) => None,
    }
}

/// Puts a marker before the first line, and what continues its block before the others. No line ends in a blank that is
/// not its own.
fn enclose(lines: Vec<String>, marker: &str, quote: bool) -> Vec<String> {
    let indent = if quote { marker.to_owned() } else { " ".repeat(marker.len()) };
    if lines.is_empty() {
        return vec![marker.trim_end().to_owned()];
    }
    let enclose = |(position, line): (usize, String)| {
        let prefix = if position == 0 { marker } else { &indent };
        if line.is_empty() { prefix.trim_end().to_owned() } else { format!("{prefix}{line}") }
    };
    lines.into_iter().enumerate().map(enclose).collect()
}

/// The lines of a block's own text; none when it has none.
fn write_own_text(text: &TextContent, names: &dyn Names) -> Vec<String> {
    let level = heading_level(&text.hierarchy);
    let place = match (level, text.todo) {
        (Some(_), _) => Place::Heading,
        (None, Some(_)) => Place::AfterBox,
        (None, None) => Place::Paragraph,
    };
    let mut line = level.map(|level| "#".repeat(level.into()) + " ").unwrap_or_default();
    if let Some(is_done) = text.todo {
        line.push_str(if is_done { "[x] " } else { "[ ] " });
    }
    line.push_str(&write_line(&text.tokens, place, names));
    let line = if text.tokens.is_empty() { line.trim_end() } else { &line };
    if line.is_empty() { Vec::new() } else { line.split('\n').map(str::to_owned).collect() }
}

fn write_embed(id: ObjectId, names: &dyn Names) -> String {
    if let Some(title) = wiki_title(id, names) {
        return format!("![[{title}]]");
    }
    let mut out = "![".to_owned();
    let around = Surroundings { link: true, one_line: true, ..Surroundings::default() };
    write_text(&names.title(id).unwrap_or_default(), false, around, &mut out);
    out.push_str("](");
    write_destination(&names.url(id, true), &mut out);
    out.push(')');
    out
}

/// Writes code between backticks; between tildes where backticks would mean maths or cannot be.
fn write_code(lang: &str, text: &str) -> Vec<String> {
    let tildes = lang == MATH || lang.contains('`');
    let mut info = String::new();
    write_raw(lang, if tildes { &['~'] } else { &[] }, &mut info);
    write_fenced(if tildes { '~' } else { '`' }, &info, text)
}

fn write_fenced(mark: char, info: &str, text: &str) -> Vec<String> {
    let longest = text.split(|letter| letter != mark).map(str::len).max().unwrap_or(0);
    let fence = mark.to_string().repeat(3.max(longest + 1));
    let mut lines = vec![format!("{fence}{info}")];
    if !text.is_empty() {
        lines.extend(text.split('\n').map(str::to_owned));
    }
    lines.push(fence);
    lines
}

/// Writes maths between `$$` where every line is read as it is, else as code in the language `math`.
fn write_math(text: &str) -> Vec<String> {
    let plain = |line: &str| {
        let begins =
            line.starts_with(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '\\' | '{' | '('));
        begins && line.trim_end() == line && !line.contains('$')
    };
    if text.split('\n').all(plain) {
        return std::iter::once("$$").chain(text.split('\n')).chain(["$$"]).map(str::to_owned).collect();
    }
    write_fenced('`', MATH, text)
}
