//! The JSON that a client writes for blocks.

use serde_json::{Map, Value as Json, json};

use crate::block::{Block, Content, Highlight, HighlightKind};
use crate::date::DatePayload;
use crate::draft::{BlockDraft, read_blocks};
use crate::problem::Problems;
use crate::reader::{Node, Reading};
use crate::token::{LinkTarget, Style, Token};

/// The JSON array that a client would write for these blocks, `textAlignment` included. What it may not write it leaves out:
/// blocks this API cannot carry, links that lost their target, the dates of embeds, highlights of other tools.
#[must_use]
pub fn written(blocks: &[Block], ids: bool) -> Json {
    blocks.iter().filter_map(|block| written_block(block, ids)).collect()
}

/// What the server reads from such an array.
pub fn drafts(json: &Json) -> Result<Vec<BlockDraft>, Problems> {
    let mut reading = Reading::default();
    let drafts = read_blocks(&Node::root(json), &mut reading);
    reading.finish(drafts)
}

fn written_block(block: &Block, ids: bool) -> Option<Json> {
    let mut fields = Fields::default();
    if ids {
        fields.put("id", Some(block.id.to_string()));
    }
    fields.put("type", Some(block.content.kind()));
    let first = || block.children.first().map_or(&[][..], Vec::as_slice);
    match &block.content {
        Content::Text(text) => {
            fields.put("tokens", Some(written_tokens(&text.tokens)));
            fields.put("hierarchy", Some(json!({"key": text.hierarchy.key, "val": text.hierarchy.val})));
            fields.put("list", text.list.map(|kind| json!({"type": kind.as_str()})));
            fields.put("todo", text.todo.map(|done| json!({"isDone": done})));
            fields.put("toggle", text.toggle.map(|open| json!({"isOpen": open})));
            fields.put("quote", text.quote.map(|layout| json!({"layout": layout.as_str()})));
            fields.put("textAlignment", text.alignment.map(|alignment| alignment.as_str()));
            fields.put("colorTheme", text.color_theme.map(|color| color.as_str()));
            fields.put("highlight", text.highlight.as_ref().and_then(written_highlight));
            fields.put("blocks", Some(written(first(), ids)));
        }
        Content::Group(group) => {
            fields.put("list", group.list.map(|kind| json!({"type": kind.as_str()})));
            fields.put("todo", group.todo.map(|done| json!({"isDone": done})));
            fields.put("toggle", group.toggle.map(|open| json!({"isOpen": open})));
            fields.put("textAlignment", group.alignment.map(|alignment| alignment.as_str()));
            fields.put("colorTheme", group.color_theme.map(|color| color.as_str()));
            fields.put("blocks", Some(written(first(), ids)));
        }
        Content::Grid(grid) => {
            fields.put("dividers", Some(json!(grid.dividers)));
            fields.put("gridLayout", grid.layout.map(|layout| layout.as_str()));
            fields.put("colorTheme", grid.color_theme.map(|color| color.as_str()));
            fields.put("columns", Some(block.children.iter().map(|column| written(column, ids)).collect::<Json>()));
        }
        Content::Code { lang, text } => {
            fields.put("lang", Some(lang.as_str()));
            fields.put("text", Some(text.as_str()));
        }
        Content::Math { text, color_theme } => {
            fields.put("text", Some(text.as_str()));
            fields.put("colorTheme", color_theme.map(|color| color.as_str()));
        }
        Content::Entity { target, .. } => {
            fields.put("entityId", Some(target.map_or(Json::Null, |id| id.to_string().into())));
        }
        Content::Line => {}
        Content::Unsupported { .. } => return None,
    }
    Some(fields.into())
}

/// The JSON array that a client would write for these tokens.
pub(super) fn written_tokens(tokens: &[Token]) -> Json {
    tokens.iter().filter_map(written_token).collect()
}

fn written_token(token: &Token) -> Option<Json> {
    let mut fields = Fields::default();
    fields.put("text", Some(token.text()));
    let kind = match token {
        Token::Text { style, color, .. } => {
            fields.put("style", Some(written_style(*style)));
            fields.put("color", color.map(|color| color.as_str()));
            "TextToken"
        }
        Token::Link { target, .. } => {
            match target.as_ref()? {
                LinkTarget::Url(url) => fields.put("url", Some(url.as_str())),
                LinkTarget::Entity(id) => fields.put("entityId", Some(id.to_string())),
                LinkTarget::Date(date) => fields.put("date", Some(written_date(date))),
            }
            "LinkToken"
        }
        Token::Math { .. } => "MathToken",
        Token::Code { .. } => "CodeToken",
    };
    fields.put("type", Some(kind));
    Some(fields.into())
}

fn written_style(style: Style) -> Json {
    let mut fields = Fields::default();
    fields.put("bold", style.bold);
    fields.put("italic", style.italic);
    fields.put("strikethrough", style.strikethrough);
    fields.put("underline", style.underline);
    fields.into()
}

fn written_date(date: &DatePayload) -> Json {
    let resolution = match date.resolution {
        crate::date::Resolution::Day => "day",
        crate::date::Resolution::Time => "time",
    };
    let text = |time: Option<crate::time::Timestamp>| time.map(|time| time.to_string());
    json!({"dateResolution": resolution, "start": text(date.start), "end": text(date.end)})
}

fn written_highlight(highlight: &Highlight) -> Option<Json> {
    let label = highlight.label.as_ref().filter(|label| !label.is_empty())?;
    if highlight.kind != HighlightKind::Custom {
        return None;
    }
    let mut fields = Fields::default();
    fields.put("type", Some("custom"));
    fields.put("label", Some(label.as_str()));
    fields.put("location", highlight.location.as_deref());
    fields.put("url", highlight.url.as_deref());
    fields.put("color", highlight.color.map(|color| color.as_str()));
    Some(fields.into())
}

/// The members of a JSON object, absent ones left out.
#[derive(Default)]
struct Fields(Map<String, Json>);

impl Fields {
    fn put(&mut self, name: &str, value: Option<impl Into<Json>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }
}

impl From<Fields> for Json {
    fn from(fields: Fields) -> Self {
        Self::Object(fields.0)
    }
}
