//! Runs of text inside a block or a rich-text property (spec/03 §5).

use serde::{Deserialize, Serialize};

use crate::color::Color;
use crate::date::DatePayload;
use crate::id::{ObjectId, parse_uuid};
use crate::reader::{Node, Reading};

/// One run of text.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Token {
    /// Text with a style.
    Text {
        /// What it says.
        #[serde(rename = "t")]
        text: String,
        /// How it looks.
        #[serde(rename = "s", default, skip_serializing_if = "Style::is_plain")]
        style: Style,
        /// Its colour.
        #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
        color: Option<Color>,
    },
    /// A link; one that points nowhere has lost its target.
    Link {
        /// What it says; may be empty, then readers show the target's title.
        #[serde(rename = "t")]
        text: String,
        /// Where it points.
        #[serde(rename = "to", default, skip_serializing_if = "Option::is_none")]
        target: Option<LinkTarget>,
    },
    /// LaTeX inside a line.
    Math {
        /// The source.
        #[serde(rename = "t")]
        text: String,
    },
    /// Code inside a line.
    Code {
        /// The source.
        #[serde(rename = "t")]
        text: String,
    },
}

/// Where a link points.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkTarget {
    /// Somewhere on the web; kept byte for byte.
    Url(String),
    /// An object of the space.
    Entity(ObjectId),
    /// A date.
    Date(DatePayload),
}

/// How a run of text looks. A flag that was sent as `false` stays, so that clients read back what they wrote; everywhere
/// else `false` and absent mean the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Style {
    /// Bold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bold: Option<bool>,
    /// Italic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub italic: Option<bool>,
    /// Struck through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strikethrough: Option<bool>,
    /// Underlined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub underline: Option<bool>,
}

impl Style {
    /// Whether no flag was ever set, not even to `false`.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

impl Token {
    /// Plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), style: Style::default(), color: None }
    }

    /// One of each kind, as empty as it can be.
    #[must_use]
    pub fn samples() -> [Self; 4] {
        let text = String::new;
        [
            Self::plain(""),
            Self::Link { text: text(), target: None },
            Self::Math { text: text() },
            Self::Code { text: text() },
        ]
    }

    /// The `type` on the wire.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "TextToken",
            Self::Link { .. } => "LinkToken",
            Self::Math { .. } => "MathToken",
            Self::Code { .. } => "CodeToken",
        }
    }

    /// What the token says, whatever its kind.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text { text, .. } | Self::Link { text, .. } | Self::Math { text } | Self::Code { text } => text,
        }
    }

    pub(crate) fn text_mut(&mut self) -> &mut String {
        match self {
            Self::Text { text, .. } | Self::Link { text, .. } | Self::Math { text } | Self::Code { text } => text,
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Link,
    Math,
    Code,
}

/// Reads a list of tokens as clients write them.
pub fn read_tokens(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Vec<Token>> {
    let read: Vec<_> = node.elements(reading)?.map(|token| read_token(&token, reading)).collect();
    read.into_iter().collect()
}

fn read_token(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Token> {
    node.object(reading)?;
    let kinds =
        [("TextToken", Kind::Text), ("LinkToken", Kind::Link), ("MathToken", Kind::Math), ("CodeToken", Kind::Code)];
    let kind = crate::value::discriminate(node, reading, &kinds)?;
    let text = node.get("text").string(reading).map(str::to_owned);
    match kind {
        Kind::Text => {
            let style = read_style(&node.get("style"), reading);
            let color = match node.get("color").present() {
                None => Some(None),
                Some(color) => Color::read(&color, reading).map(Some),
            };
            Some(Token::Text { text: text?, style: style?, color: color? })
        }
        Kind::Link => {
            let target = read_target(node, reading);
            Some(Token::Link { text: text?, target: Some(target?) })
        }
        Kind::Math => Some(Token::Math { text: text? }),
        Kind::Code => Some(Token::Code { text: text? }),
    }
}

fn read_style(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Style> {
    node.object(reading)?;
    let mut flag = |name: &str| match node.get(name).optional() {
        None => Some(None),
        Some(flag) => flag.boolean(reading).map(Some),
    };
    let (bold, italic, strikethrough, underline) =
        (flag("bold"), flag("italic"), flag("strikethrough"), flag("underline"));
    Some(Style { bold: bold?, italic: italic?, strikethrough: strikethrough?, underline: underline? })
}

fn read_target(node: &Node<'_, '_>, reading: &mut Reading) -> Option<LinkTarget> {
    let (url, entity, date) = (node.get("url"), node.get("entityId"), node.get("date"));
    let given = [url, entity, date].iter().filter(|target| !target.is_absent()).count();
    let target = if !url.is_absent() {
        url.string(reading).map(|url| LinkTarget::Url(url.to_owned()))
    } else if !entity.is_absent() {
        read_entity(&entity, reading).map(LinkTarget::Entity)
    } else if !date.is_absent() {
        DatePayload::read(&date, reading).map(LinkTarget::Date)
    } else {
        None
    };
    if given != 1 {
        reading.problem(node, "Provide exactly one of `url`, `entityId`, or `date` on a LinkToken.");
        return None;
    }
    target
}

/// Reads the id of an object that is linked, embedded or referred to.
pub(crate) fn read_entity(node: &Node<'_, '_>, reading: &mut Reading) -> Option<ObjectId> {
    let text = node.string(reading)?;
    let id = parse_uuid(text).map(ObjectId);
    if id.is_none() {
        reading.problem(node, "Invalid UUID");
    }
    id
}
