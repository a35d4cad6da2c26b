//! Blocks, read from the bytes that they are shown as.

use serde::{Deserialize, Deserializer};

use super::Aligned;
use crate::block::{
    Block, Content, GridContent, GridLayout, GroupContent, Hierarchy, Highlight, ListKind, QuoteLayout, TextContent,
};
use crate::color::Color;
use crate::date::{DatePayload, Resolution};
use crate::id::{BlockId, ObjectId};
use crate::number::Number;
use crate::time::Timestamp;
use crate::token::{LinkTarget, Style, Token};

/// The blocks of a section, with what is not shown of them.
pub(super) fn read(line: &[u8], aligned: &Aligned) -> Result<Vec<Block>, serde_json::Error> {
    let mut blocks = all(serde_json::from_slice(line)?);
    if !aligned.is_empty() {
        align(&mut blocks, aligned);
    }
    Ok(blocks)
}

fn align(blocks: &mut [Block], aligned: &Aligned) {
    for block in blocks {
        if let Some(alignment) = aligned.get(&block.id) {
            block.content.set_alignment(Some(*alignment));
        }
        block.children.iter_mut().for_each(|list| align(list, aligned));
    }
}

/// Something that is read from what is shown of it.
struct Shown<T>(T);

fn all<T>(shown: Vec<Shown<T>>) -> Vec<T> {
    shown.into_iter().map(|Shown(item)| item).collect()
}

#[derive(Deserialize)]
enum Kind {
    TextBlock,
    GroupBlock,
    GridBlock,
    CodeBlock,
    MathBlock,
    EntityBlock,
    HorizontalLineBlock,
    #[serde(rename = "unsupported")]
    Unsupported,
}

/// The members of all kinds of blocks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    id: BlockId,
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    tokens: Vec<Shown<Token>>,
    #[serde(default)]
    blocks: Vec<Shown<Block>>,
    #[serde(default)]
    hierarchy: Hierarchy,
    list: Option<Marked>,
    todo: Option<Done>,
    toggle: Option<Open>,
    quote: Option<Set>,
    color_theme: Option<Color>,
    highlight: Option<Highlight>,
    #[serde(default)]
    columns: Vec<Vec<Shown<Block>>>,
    #[serde(default)]
    dividers: Vec<Number>,
    grid_layout: Option<GridLayout>,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    text: String,
    entity_id: Option<ObjectId>,
    date: Option<Shown<DatePayload>>,
    #[serde(default)]
    block_type: String,
}

#[derive(Deserialize)]
struct Marked {
    #[serde(rename = "type")]
    kind: ListKind,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    is_done: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    is_open: bool,
}

#[derive(Deserialize)]
struct Set {
    layout: QuoteLayout,
}

impl<'de> Deserialize<'de> for Shown<Block> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Members::deserialize(deserializer)?;
        let children = match read.kind {
            Kind::GridBlock => read.columns.into_iter().map(all).collect(),
            _ if read.blocks.is_empty() => Vec::new(),
            _ => vec![all(read.blocks)],
        };
        let list = read.list.map(|list| list.kind);
        let todo = read.todo.map(|todo| todo.is_done);
        let toggle = read.toggle.map(|toggle| toggle.is_open);
        let color_theme = read.color_theme;
        let content = match read.kind {
            Kind::TextBlock => Content::Text(TextContent {
                tokens: all(read.tokens),
                hierarchy: read.hierarchy,
                list,
                todo,
                toggle,
                quote: read.quote.map(|quote| quote.layout),
                alignment: None,
                color_theme,
                highlight: read.highlight,
            }),
            Kind::GroupBlock => Content::Group(GroupContent { list, todo, toggle, alignment: None, color_theme }),
            Kind::GridBlock => {
                Content::Grid(GridContent { dividers: read.dividers, layout: read.grid_layout, color_theme })
            }
            Kind::CodeBlock => Content::Code { lang: read.lang, text: read.text },
            Kind::MathBlock => Content::Math { text: read.text, color_theme },
            Kind::EntityBlock => Content::Entity { target: read.entity_id, date: read.date.map(|Shown(date)| date) },
            Kind::HorizontalLineBlock => Content::Line,
            Kind::Unsupported => Content::Unsupported { kind: read.block_type },
        };
        Ok(Self(Block { id: read.id, content, children }))
    }
}

#[derive(Deserialize)]
#[expect(clippy::enum_variant_names, reason = "the words are the contract's")]
enum TokenKind {
    TextToken,
    LinkToken,
    MathToken,
    CodeToken,
}

/// The members of all kinds of tokens.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenMembers {
    #[serde(rename = "type")]
    kind: TokenKind,
    text: String,
    #[serde(default)]
    style: Style,
    color: Option<Color>,
    url: Option<String>,
    entity_id: Option<ObjectId>,
    date: Option<Shown<DatePayload>>,
}

impl<'de> Deserialize<'de> for Shown<Token> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let TokenMembers { kind, text, style, color, url, entity_id, date } = TokenMembers::deserialize(deserializer)?;
        Ok(Self(match kind {
            TokenKind::TextToken => Token::Text { text, style, color },
            TokenKind::LinkToken => {
                let url = url.map(LinkTarget::Url);
                let target = url.or(entity_id.map(LinkTarget::Entity));
                Token::Link { text, target: target.or(date.map(|Shown(date)| LinkTarget::Date(date))) }
            }
            TokenKind::MathToken => Token::Math { text },
            TokenKind::CodeToken => Token::Code { text },
        }))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DateMembers {
    date_resolution: Resolution,
    start: Option<Shown<Timestamp>>,
    end: Option<Shown<Timestamp>>,
}

impl<'de> Deserialize<'de> for Shown<DatePayload> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let DateMembers { date_resolution: resolution, start, end } = DateMembers::deserialize(deserializer)?;
        let instant = |time: Shown<Timestamp>| time.0;
        Ok(Self(DatePayload { resolution, start: start.map(instant), end: end.map(instant) }))
    }
}

impl<'de> Deserialize<'de> for Shown<Timestamp> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::parse(&text).map(Self).ok_or_else(|| serde::de::Error::custom("no instant"))
    }
}
