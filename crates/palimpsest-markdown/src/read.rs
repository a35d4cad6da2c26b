//! Reading a text into blocks: the parser's tree of containers and leaves becomes the tree of spec/03 §4.
//!
//! A list item and a quote are each one text block: the paragraph or heading it begins with is its text, what follows
//! stands below it. Everything else stands at the level where it is written.

use comrak::nodes::{ListType, Node, NodeCodeBlock, NodeList, NodeValue};
use comrak::{Arena, Options, parse_document};
use palimpsest_model::{BlockDraft, Content, Hierarchy, LinkTarget, ListKind, QuoteLayout, TextContent, Token};

use crate::link::{Named, read_url, resolve};
use crate::names::Names;
use crate::normal::normal_pieces;
use crate::piece::{DEEPEST, Piece};
use crate::spans::{SEPARATOR, read_spans, wiki_name};
use crate::tokens::{normal_text, normal_tokens};

/// Reads a text without front matter into blocks, in normal form. Every text can be read; nothing in it is lost but marks.
pub fn read_body(text: &str, names: &mut dyn Names) -> Vec<BlockDraft> {
    read_body_within(text, names, usize::MAX).unwrap_or_default()
}

/// The same; nothing when the text surely has more than `most` blocks, which is told before the work of making them.
pub fn read_body_within(text: &str, names: &mut dyn Names, most: usize) -> Option<Vec<BlockDraft>> {
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options());
    if count_at_least(root) > most {
        return None;
    }
    let pieces = read_blocks(root.children().collect(), 1, names);
    Some(normal_pieces(pieces, names).into_iter().map(Piece::into_draft).collect())
}

/// How many blocks a text has at least: each container becomes one, and each leaf that says something becomes one unless it is
/// the text of a container.
fn count_at_least(root: Node<'_>) -> usize {
    let (mut containers, mut leaves) = (0_usize, 0_usize);
    for node in root.descendants() {
        match node.data().value {
            NodeValue::Item(_) | NodeValue::BlockQuote => containers += 1,
            NodeValue::Heading(_) | NodeValue::CodeBlock(_) | NodeValue::ThematicBreak => leaves += 1,
            NodeValue::Paragraph | NodeValue::TableRow(_) if says_something(node) => leaves += 1,
            _ => {}
        }
    }
    containers.max(leaves)
}

fn says_something(node: Node<'_>) -> bool {
    node.descendants().any(|inner| match &inner.data().value {
        NodeValue::Text(text) => !text.trim_matches([' ', '\t', '\n', '\r']).is_empty(),
        NodeValue::Code(_) | NodeValue::Link(_) | NodeValue::Image(_) | NodeValue::WikiLink(_) => true,
        _ => false,
    })
}

/// Reads a text that is no document, as a rich-text property holds it: what begins a block elsewhere is only text here.
pub(crate) fn read_line(text: &str, names: &mut dyn Names) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (position, line) in normal_text(text).split('\n').enumerate() {
        if position > 0 {
            tokens.push(Token::plain("\n"));
        }
        let arena = Arena::new();
        let root = parse_document(&arena, &format!("{EMPTY}{line}"), &options());
        for paragraph in root.children() {
            tokens.extend(read_spans(paragraph, names));
        }
    }
    normal_tokens(&tokens, names)
}

/// A blank that is not stripped before the line is read, so that no mark stands at its beginning. As the only text of a
/// paragraph it means none.
pub(crate) const EMPTY: &str = "&#32;";

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.math_dollars = true;
    options.extension.wikilinks_title_after_pipe = true;
    options.parse.escaped_char_spans = true;
    options
}

/// Reads nodes that stand side by side. `level` is the level of the blocks they become; those below the deepest level
/// follow their parent instead, which also bounds the recursion.
fn read_blocks(nodes: Vec<Node<'_>>, level: usize, names: &mut dyn Names) -> Vec<Piece<()>> {
    let mut pieces = Vec::new();
    let mut waiting: Vec<Node<'_>> = nodes;
    waiting.reverse();
    while let Some(node) = waiting.pop() {
        let Some(container) = container_content(node) else {
            match read_alone(node, names) {
                Some(alone) => pieces.extend(alone),
                None => waiting.extend(node.reverse_children()),
            }
            continue;
        };
        let (content, mut rest) = read_container(node, container, names);
        if level < DEEPEST {
            pieces.push(Piece::new(content).with(read_blocks(rest, level + 1, names)));
        } else {
            pieces.push(Piece::new(content));
            rest.reverse();
            waiting.extend(rest);
        }
    }
    pieces
}

/// The block that a container becomes, still without text; nothing for other nodes.
fn container_content(node: Node<'_>) -> Option<TextContent> {
    match &node.data().value {
        NodeValue::BlockQuote => Some(TextContent { quote: Some(QuoteLayout::Normal), ..TextContent::default() }),
        NodeValue::Item(list) => Some(TextContent { list: Some(list_kind(list)), ..TextContent::default() }),
        _ => None,
    }
}

fn list_kind(list: &NodeList) -> ListKind {
    match list.list_type {
        ListType::Bullet => ListKind::Bullet,
        ListType::Ordered => ListKind::Numerical,
    }
}

/// Reads the text of a container and gives the nodes that stand below it.
fn read_container<'a>(node: Node<'a>, mut content: TextContent, names: &mut dyn Names) -> (Content, Vec<Node<'a>>) {
    let mut rest: Vec<_> = node.children().collect();
    let own = rest.first().copied().filter(|first| is_text(first, names));
    if let Some(first) = own {
        rest.remove(0);
        content.hierarchy = hierarchy(first);
        content.tokens = read_spans(first, names);
        if content.list.is_some()
            && let Some((length, is_done)) = checkbox(first, &CHECKBOXES)
        {
            content.list = None;
            content.todo = Some(is_done);
            content.tokens = without_checkbox(content.tokens, length);
        }
    }
    (Content::Text(content), rest)
}

/// Whether a node is a paragraph or heading that becomes a text block.
fn is_text(node: &Node<'_>, names: &dyn Names) -> bool {
    match node.data().value {
        NodeValue::Heading(_) => true,
        NodeValue::Paragraph => display_math(node).is_none() && embeds(node, names).is_none(),
        _ => false,
    }
}

fn hierarchy(node: Node<'_>) -> Hierarchy {
    match node.data().value {
        NodeValue::Heading(heading) => Hierarchy::heading(heading.level),
        _ => Hierarchy::default(),
    }
}

/// The boxes of a to-do in a list and whether they are done.
const CHECKBOXES: [(&str, bool); 4] = [("[ ]", false), ("[]", false), ("[x]", true), ("[X]", true)];
/// The only box that makes a to-do of a paragraph outside a list, as typing it does in the app.
const TYPED_CHECKBOX: [(&str, bool); 1] = [("[]", false)];

/// The box that a paragraph or heading begins with: how long it is and whether it is done. An escaped bracket is no box,
/// which the tokens no longer show.
fn checkbox(node: Node<'_>, boxes: &[(&str, bool)]) -> Option<(usize, bool)> {
    let first = node.first_child()?;
    let data = first.data();
    let text = data.value.text()?;
    let (mark, is_done) = boxes.iter().find(|(mark, _)| text.starts_with(mark))?;
    let rest = &text[mark.len()..];
    let ends = || {
        let next = first.next_sibling();
        next.is_none_or(|next| matches!(next.data().value, NodeValue::SoftBreak | NodeValue::LineBreak))
    };
    let stands_alone = if rest.is_empty() { ends() } else { rest.starts_with([' ', '\t']) };
    stands_alone.then_some((mark.len(), *is_done))
}

/// Takes a box of this length from the beginning.
fn without_checkbox(mut tokens: Vec<Token>, length: usize) -> Vec<Token> {
    if let Some(Token::Text { text, .. }) = tokens.first_mut() {
        *text = text.split_off(length.min(text.len()));
    }
    tokens
}

/// Reads a node that is no container; nothing for nodes that only hold others.
fn read_alone(node: Node<'_>, names: &mut dyn Names) -> Option<Vec<Piece<()>>> {
    let contents = match &node.data().value {
        NodeValue::Paragraph => read_paragraph(node, names),
        NodeValue::Heading(_) | NodeValue::TableRow(_) | NodeValue::HtmlBlock(_) => {
            vec![text(read_leaf(node, names), hierarchy(node))]
        }
        NodeValue::CodeBlock(code) => vec![read_code(code)],
        NodeValue::ThematicBreak => vec![Content::Line],
        _ => return None,
    };
    Some(contents.into_iter().map(Piece::new).collect())
}

fn text(tokens: Vec<Token>, hierarchy: Hierarchy) -> Content {
    Content::Text(TextContent { tokens, hierarchy, ..TextContent::default() })
}

/// Reads the tokens of a node that holds text and no blocks.
fn read_leaf(node: Node<'_>, names: &mut dyn Names) -> Vec<Token> {
    match &node.data().value {
        NodeValue::HtmlBlock(html) if html.literal.trim() == SEPARATOR => Vec::new(),
        NodeValue::HtmlBlock(html) => vec![Token::plain(html.literal.clone())],
        NodeValue::TableRow(_) => {
            let mut tokens = Vec::new();
            for (position, cell) in node.children().enumerate() {
                if position > 0 {
                    tokens.push(Token::plain(CELL_BORDER));
                }
                tokens.extend(read_spans(cell, names));
            }
            tokens
        }
        _ => read_spans(node, names),
    }
}

/// What stands between the cells of a table row that became text.
const CELL_BORDER: &str = " | ";

fn read_paragraph(node: Node<'_>, names: &mut dyn Names) -> Vec<Content> {
    if let Some(math) = display_math(node) {
        return vec![Content::Math { text: math, color_theme: None }];
    }
    if let Some(embeds) = embeds(node, names) {
        return embeds;
    }
    let tokens = read_spans(node, names);
    match checkbox(node, &TYPED_CHECKBOX) {
        // Brackets alone are a paragraph, not a to-do without text.
        Some((length, is_done)) if tokens != [Token::plain("[]")] => {
            let tokens = without_checkbox(tokens, length);
            vec![Content::Text(TextContent { tokens, todo: Some(is_done), ..TextContent::default() })]
        }
        _ => vec![text(tokens, Hierarchy::default())],
    }
}

/// The source when a paragraph is nothing but displayed maths.
fn display_math(node: Node<'_>) -> Option<String> {
    let only = node.first_child().filter(|first| first.next_sibling().is_none())?;
    match &only.data().value {
        NodeValue::Math(math) if math.display_math => Some(math.literal.trim().to_owned()),
        _ => None,
    }
}

/// The embedded objects when a paragraph is nothing but embeds, one a line.
fn embeds(node: Node<'_>, names: &dyn Names) -> Option<Vec<Content>> {
    let read = node.children().filter_map(|child| match &child.data().value {
        NodeValue::SoftBreak => None,
        NodeValue::WikiLink(link) if link.embed => Some(match resolve(&wiki_name(child, &link.url), &[], names) {
            Some(Named::Object(id)) => Some(id),
            _ => None,
        }),
        NodeValue::Image(image) => Some(match read_url(&image.url, names) {
            LinkTarget::Entity(id) => Some(id),
            _ => None,
        }),
        _ => Some(None),
    });
    let targets: Vec<_> = read.collect::<Option<_>>()?;
    let embed = |id| Content::Entity { target: Some(id), date: None };
    (!targets.is_empty()).then(|| targets.into_iter().map(embed).collect())
}

/// Code fenced with backticks in the language `math` is displayed maths; any other is code.
fn read_code(code: &NodeCodeBlock) -> Content {
    let literal = normal_text(&code.literal);
    let text = literal.strip_suffix('\n').unwrap_or(&literal).to_owned();
    if code.fenced && code.fence_char == b'`' && code.info == MATH {
        return Content::Math { text, color_theme: None };
    }
    Content::Code { lang: code.info.clone(), text }
}

/// The info string of a fence around displayed maths.
pub(crate) const MATH: &str = "math";
