//! The normal form of blocks: what is left of them after writing them as Markdown and reading them back. docs/markdown.md
//! tells users the same in words.

use std::collections::BTreeSet;

use palimpsest_model::{
    Block, Content, Hierarchy, LinkTarget, ListKind, ObjectId, QuoteLayout, TextContent, Token, Value,
};

use crate::link::object_url;
use crate::names::Names;
use crate::piece::Piece;
use crate::tokens::{normal_text, normal_tokens};

/// The blocks as Markdown carries them, each with its id. Reading what [`write_body`](crate::write_body) writes for a list
/// of blocks gives exactly this.
///
/// - Adjacent texts of one style are one, empty ones are gone; blanks at the ends of a block or of a styled run are cut or
///   unstyled; line ends are `\n`, in code and maths inside a line a space.
/// - Gone: colours, underline, alignment, toggles, highlights, the layout of quotes, unsupported blocks, embeds and links
///   that point nowhere, paragraphs without text.
/// - Mapped: alphabetical and roman lists to numerical ones, headings below the third level to it, other levels to plain
///   text; a to-do is no list item as well; a list item or to-do is no quote as well; a link without text has the title
///   of its target; a deep link into the space is a link to the object, unless there is no such object: then a link to
///   it is its deep link, as is an embed of it.
/// - Only list items, to-dos and quotes have children: what stands below anything else follows it, and groups and grids
///   give way to what they hold.
#[must_use]
pub fn normal_form(blocks: &[Block], names: &dyn Names) -> Vec<Block> {
    let pieces = blocks.iter().map(Piece::of).collect();
    normal_pieces(pieces, names).into_iter().map(Piece::into_block).collect()
}

/// A property value as Markdown carries it: what [`read_properties`](crate::read_properties) gives for it after
/// [`write_document`](crate::write_document) wrote it, empty values apart, which are not written.
#[must_use]
pub fn normal_value(value: &Value, names: &dyn Names) -> Value {
    match value {
        Value::RichText(tokens) => Value::RichText(normal_tokens(tokens, names)),
        Value::Entity(ids) => {
            let mut seen = BTreeSet::new();
            Value::Entity(ids.iter().copied().filter(|id| seen.insert(*id)).collect())
        }
        other => other.clone(),
    }
}

pub(crate) fn normal_pieces<K>(pieces: Vec<Piece<K>>, names: &dyn Names) -> Vec<Piece<K>> {
    pieces.into_iter().flat_map(|piece| normal_piece(piece, names)).collect()
}

fn normal_piece<K>(piece: Piece<K>, names: &dyn Names) -> Vec<Piece<K>> {
    let Piece { key, content, children } = piece;
    let children = children.into_iter().flat_map(|list| normal_pieces(list, names)).collect();
    let content = match content {
        Content::Text(text) => {
            let text = normal_content(text, names);
            if is_container(&text) {
                return vec![Piece { key, content: Content::Text(text), children: Vec::new() }.with(children)];
            }
            (!text.tokens.is_empty() || text.hierarchy != Hierarchy::default()).then_some(Content::Text(text))
        }
        Content::Code { lang, text } => Some(Content::Code { lang: normal_lang(&lang), text: normal_text(&text) }),
        Content::Math { text, .. } => Some(Content::Math { text: normal_text(&text), color_theme: None }),
        Content::Entity { target, .. } => target.map(|id| normal_embed(id, names)),
        Content::Line => Some(Content::Line),
        Content::Group(_) | Content::Grid(_) | Content::Unsupported { .. } => None,
    };
    let own = content.map(|content| Piece { key, content, children: Vec::new() });
    own.into_iter().chain(children).collect()
}

/// An embed, or a link where nothing is left to embed.
fn normal_embed(id: ObjectId, names: &dyn Names) -> Content {
    if names.exists(id) {
        return Content::Entity { target: Some(id), date: None };
    }
    let url = object_url(names.space(), id);
    let tokens = vec![Token::Link { text: String::new(), target: Some(LinkTarget::Url(url)) }];
    Content::Text(TextContent { tokens, ..TextContent::default() })
}

/// Whether a block of this content keeps its children.
pub(crate) fn is_container(text: &TextContent) -> bool {
    text.list.is_some() || text.todo.is_some() || text.quote.is_some()
}

fn normal_content(text: TextContent, names: &dyn Names) -> TextContent {
    let list = text.list.filter(|_| text.todo.is_none()).map(|kind| match kind {
        ListKind::Bullet => ListKind::Bullet,
        ListKind::Numerical | ListKind::Alphabetical | ListKind::Roman => ListKind::Numerical,
    });
    let is_item = list.is_some() || text.todo.is_some();
    TextContent {
        tokens: normal_tokens(&text.tokens, names),
        hierarchy: normal_hierarchy(&text.hierarchy),
        list,
        todo: text.todo,
        quote: text.quote.filter(|_| !is_item).map(|_| QuoteLayout::Normal),
        ..TextContent::default()
    }
}

fn normal_hierarchy(hierarchy: &Hierarchy) -> Hierarchy {
    heading_level(hierarchy).map(Hierarchy::heading).unwrap_or_default()
}

/// The level of a heading, from 1; nothing for plain text.
pub(crate) fn heading_level(hierarchy: &Hierarchy) -> Option<u8> {
    hierarchy.key.strip_prefix('H')?.parse().ok().filter(|level| *level > 0)
}

/// A language stands on one line, without blanks around it.
fn normal_lang(lang: &str) -> String {
    let lang = normal_text(lang).replace('\n', " ");
    lang.trim_matches([' ', '\t']).to_owned()
}
