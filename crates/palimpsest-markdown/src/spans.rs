//! Reading the inside of a paragraph or heading: the parser's tree of emphasis, links and text becomes a flat run of tokens.

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{Node, NodeValue};
use palimpsest_model::{LinkTarget, Token};

use crate::link::{Named, read_url, resolve};
use crate::names::{Names, begins_tag, is_tag_letter, is_tag_name};
use crate::tokens::{Face, normal_tokens};

/// An empty comment is read as nothing: the writer puts it where two marks would otherwise run into one.
pub(crate) const SEPARATOR: &str = "<!-- -->";

/// Reads what stands inside a node into tokens in normal form.
pub(crate) fn read_spans(node: Node<'_>, names: &mut dyn Names) -> Vec<Token> {
    let mut spans = Spans { names, tokens: Vec::new(), depths: [0; 3], link: None, escaped: false, before: None };
    for edge in node.traverse() {
        match edge {
            NodeEdge::Start(child) => spans.open(child),
            NodeEdge::End(child) => spans.close(child),
        }
    }
    let Spans { tokens, names, .. } = spans;
    normal_tokens(&tokens, names)
}

/// What `[[name]]` and `![[name]]` say between the brackets.
pub(crate) fn wiki_name(node: Node<'_>, url: &str) -> String {
    let label: String =
        node.descendants().filter_map(|child| child.data().value.text().map(|text| text.to_string())).collect();
    if label == url { label } else { format!("{url}|{label}") }
}

struct Spans<'n> {
    names: &'n mut dyn Names,
    tokens: Vec<Token>,
    /// How many bold, italic and struck-through nodes are open.
    depths: [usize; 3],
    /// The outermost open link and its text so far; links have no style, so all text inside is one.
    link: Option<Link>,
    /// Whether the next text was written with a backslash.
    escaped: bool,
    /// The letter before the next one.
    before: Option<char>,
}

struct Link {
    target: LinkTarget,
    text: String,
    /// How many links and images are open, this one included.
    depth: usize,
}

impl Spans<'_> {
    fn open(&mut self, node: Node<'_>) {
        match &node.data().value {
            NodeValue::Strong => self.depths[0] += 1,
            NodeValue::Emph => self.depths[1] += 1,
            NodeValue::Strikethrough => self.depths[2] += 1,
            NodeValue::Escaped => self.escaped = true,
            NodeValue::Text(text) if !is_wiki_label(node) => self.text(text),
            NodeValue::SoftBreak => self.plain(" "),
            NodeValue::LineBreak => self.plain("\n"),
            NodeValue::Code(code) => self.token(Token::Code { text: code.literal.clone() }),
            NodeValue::Math(math) => self.token(Token::Math { text: math.literal.clone() }),
            NodeValue::HtmlInline(html) if html != SEPARATOR => self.plain(html),
            NodeValue::WikiLink(link) => {
                let name = wiki_name(node, &link.url);
                self.wiki_link(&name, link.embed);
            }
            NodeValue::Link(link) | NodeValue::Image(link) => match &mut self.link {
                Some(outer) => outer.depth += 1,
                None => {
                    let target = read_url(&link.url, self.names);
                    self.link = Some(Link { target, text: String::new(), depth: 1 });
                }
            },
            _ => {}
        }
    }

    fn close(&mut self, node: Node<'_>) {
        match &node.data().value {
            NodeValue::Strong => self.depths[0] -= 1,
            NodeValue::Emph => self.depths[1] -= 1,
            NodeValue::Strikethrough => self.depths[2] -= 1,
            NodeValue::Escaped => self.escaped = false,
            NodeValue::Link(_) | NodeValue::Image(_) => self.close_link(),
            _ => {}
        }
    }

    fn close_link(&mut self) {
        let Some(mut link) = self.link.take() else { return };
        link.depth -= 1;
        if link.depth > 0 {
            self.link = Some(link);
            return;
        }
        self.token(Token::Link { text: link.text, target: Some(link.target) });
    }

    /// Text of the source, in which `#tag` is a tag unless a backslash says otherwise.
    fn text(&mut self, text: &str) {
        if self.escaped || self.link.is_some() {
            self.plain(text);
            return;
        }
        let mut rest = text;
        let mut from = 0;
        while let Some(at) = rest.get(from..).and_then(|tail| tail.find('#')).map(|at| at + from) {
            let before = rest[..at].chars().next_back().or(if at == 0 { self.before } else { None });
            let tail = &rest[at + 1..];
            let name = tail.find(|letter| !is_tag_letter(letter)).map_or(tail, |end| &tail[..end]);
            let tag = if begins_tag(before) && is_tag_name(name) { self.tag(name) } else { None };
            let Some(id) = tag else {
                from = at + 1;
                continue;
            };
            self.plain(&rest[..at]);
            self.token(Token::Link { text: format!("#{name}"), target: Some(LinkTarget::Entity(id)) });
            rest = &tail[name.len()..];
            from = 0;
        }
        self.plain(rest);
    }

    fn tag(&mut self, name: &str) -> Option<palimpsest_model::ObjectId> {
        self.names.tag(name).or_else(|| self.names.new_tag(name))
    }

    /// Text that means itself.
    fn plain(&mut self, text: &str) {
        let Some(last) = text.chars().next_back() else { return };
        self.before = Some(last);
        match &mut self.link {
            Some(link) => link.text.push_str(text),
            None => {
                let [bold, italic, strikethrough] = self.depths.map(|depth| depth > 0);
                let style = Face { bold, italic, strikethrough }.style();
                self.tokens.push(Token::Text { text: text.to_owned(), style, color: None });
            }
        }
    }

    fn token(&mut self, token: Token) {
        match &mut self.link {
            Some(link) => link.text.push_str(token.text()),
            None => self.tokens.push(token),
        }
        self.before = Some('x');
    }

    /// A link to what the name means; text when it means nothing.
    fn wiki_link(&mut self, name: &str, embed: bool) {
        let text = format!("{}[[{name}]]", if embed { "!" } else { "" });
        if self.link.is_some() {
            self.plain(&text);
            return;
        }
        match read_wiki_link(name, self.names) {
            Some(token) => self.token(token),
            None => self.plain(&text),
        }
    }
}

/// The link that `[[name]]` is, or `[[name|text]]` when no title has a bar in it.
pub(crate) fn read_wiki_link(name: &str, names: &dyn Names) -> Option<Token> {
    let (named, text) = match (resolve(name, &[], names), name.split_once('|')) {
        (Some(named), _) => (named, None),
        (None, Some((name, text))) => (resolve(name, &[], names)?, Some(text.trim().to_owned())),
        (None, None) => return None,
    };
    let target = match named {
        Named::Object(id) => LinkTarget::Entity(id),
        Named::Date(date) => LinkTarget::Date(date),
    };
    // A link without text gets the title of its target as its text, if that can be seen.
    let text = text.unwrap_or_else(|| match target {
        LinkTarget::Entity(id) if names.title(id).is_none() => name.to_owned(),
        _ => String::new(),
    });
    Some(Token::Link { text, target: Some(target) })
}

fn is_wiki_label(node: Node<'_>) -> bool {
    let inside = |node: Node<'_>| matches!(node.data().value, NodeValue::WikiLink(_));
    node.ancestors().skip(1).take(2).any(inside)
}
