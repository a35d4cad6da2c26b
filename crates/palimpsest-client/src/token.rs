//! Runs of text inside a block or a rich-text property (spec/03 §5).

use palimpsest_model::{Color, ObjectId, Style};
use serde::{Deserialize, Serialize};

use crate::date::Date;

/// One run of text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Token {
    /// Text with a style.
    #[serde(rename = "TextToken")]
    Text {
        /// What it says.
        text: String,
        /// How it looks.
        style: Style,
        /// Its colour.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        color: Option<Color>,
    },
    /// A link.
    #[serde(rename = "LinkToken")]
    Link(Link),
    /// LaTeX inside a line.
    #[serde(rename = "MathToken")]
    Math {
        /// The source.
        text: String,
    },
    /// Code inside a line.
    #[serde(rename = "CodeToken")]
    Code {
        /// The source.
        text: String,
    },
}

/// A run of text that points somewhere.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "WireLink", into = "WireLink")]
pub struct Link {
    /// What it says; may be empty, then readers show the title of the target.
    pub text: String,
    /// Where it points; nothing when it lost its target.
    pub target: Option<LinkTarget>,
}

/// Where a link points.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkTarget {
    /// Somewhere on the web.
    Url(String),
    /// An object of the space.
    Entity(ObjectId),
    /// A date.
    Date(Date),
}

impl Token {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), style: Style::default(), color: None }
    }

    /// A link to a page of the web.
    pub fn url(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::link(text, LinkTarget::Url(url.into()))
    }

    /// A link to an object.
    pub fn object(text: impl Into<String>, id: ObjectId) -> Self {
        Self::link(text, LinkTarget::Entity(id))
    }

    /// A link to a date.
    pub fn date(text: impl Into<String>, date: Date) -> Self {
        Self::link(text, LinkTarget::Date(date))
    }

    /// LaTeX inside the line.
    pub fn math(text: impl Into<String>) -> Self {
        Self::Math { text: text.into() }
    }

    /// Code inside the line.
    pub fn code(text: impl Into<String>) -> Self {
        Self::Code { text: text.into() }
    }

    /// The same in bold; other tokens than text have no style and stay as they are.
    #[must_use]
    pub fn bold(self) -> Self {
        self.styled(|style| style.bold = Some(true))
    }

    /// The same in italics.
    #[must_use]
    pub fn italic(self) -> Self {
        self.styled(|style| style.italic = Some(true))
    }

    /// The same struck through.
    #[must_use]
    pub fn strikethrough(self) -> Self {
        self.styled(|style| style.strikethrough = Some(true))
    }

    /// The same underlined.
    #[must_use]
    pub fn underline(self) -> Self {
        self.styled(|style| style.underline = Some(true))
    }

    /// The same in a colour.
    #[must_use]
    pub fn color(mut self, new: Color) -> Self {
        if let Self::Text { color, .. } = &mut self {
            *color = Some(new);
        }
        self
    }

    /// What it says, whatever its kind.
    #[must_use]
    pub fn as_text(&self) -> &str {
        match self {
            Self::Text { text, .. } | Self::Math { text } | Self::Code { text } => text,
            Self::Link(link) => &link.text,
        }
    }

    fn link(text: impl Into<String>, target: LinkTarget) -> Self {
        Self::Link(Link { text: text.into(), target: Some(target) })
    }

    fn styled(mut self, change: impl FnOnce(&mut Style)) -> Self {
        if let Self::Text { style, .. } = &mut self {
            change(style);
        }
        self
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLink {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entity_id: Option<ObjectId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<Date>,
}

impl TryFrom<WireLink> for Link {
    type Error = &'static str;

    fn try_from(wire: WireLink) -> Result<Self, Self::Error> {
        let target = match (wire.url, wire.entity_id, wire.date) {
            (None, None, None) => None,
            (Some(url), None, None) => Some(LinkTarget::Url(url)),
            (None, Some(id), None) => Some(LinkTarget::Entity(id)),
            (None, None, Some(date)) => Some(LinkTarget::Date(date)),
            _ => return Err("a LinkToken points to more than one target"),
        };
        Ok(Self { text: wire.text, target })
    }
}

impl From<Link> for WireLink {
    fn from(link: Link) -> Self {
        let mut wire = Self { text: link.text, url: None, entity_id: None, date: None };
        match link.target {
            Some(LinkTarget::Url(url)) => wire.url = Some(url),
            Some(LinkTarget::Entity(id)) => wire.entity_id = Some(id),
            Some(LinkTarget::Date(date)) => wire.date = Some(date),
            None => {}
        }
        wire
    }
}

#[cfg(test)]
mod tests {
    use palimpsest_model::{Timestamp, parse_uuid};
    use serde_json::{Value, json};

    use super::*;

    fn check(token: Token, expected: Value) {
        assert_eq!(serde_json::to_value(&token).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Token>(expected).unwrap(), token);
    }

    #[test]
    fn tokens_are_written_and_read_back() {
        let id = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";
        let day = json!({"dateResolution": "day", "start": "2026-11-22T00:00:00.000Z", "end": null});
        check(Token::text("a"), json!({"type": "TextToken", "text": "a", "style": {}}));
        check(
            Token::text("a").bold().italic().strikethrough().underline().color(Color::named("bg-red").unwrap()),
            json!({"type": "TextToken", "text": "a", "color": "bg-red",
                "style": {"bold": true, "italic": true, "strikethrough": true, "underline": true}}),
        );
        check(Token::url("a", "x:y"), json!({"type": "LinkToken", "text": "a", "url": "x:y"}));
        check(
            Token::object("", ObjectId(parse_uuid(id).unwrap())),
            json!({"type": "LinkToken", "text": "", "entityId": id}),
        );
        check(
            Token::date("then", Date::day(Timestamp::parse("2026-11-22").unwrap())),
            json!({"type": "LinkToken", "text": "then", "date": day}),
        );
        check(Token::math("x^2"), json!({"type": "MathToken", "text": "x^2"}));
        check(Token::code("a"), json!({"type": "CodeToken", "text": "a"}));
    }

    #[test]
    fn only_text_takes_a_style() {
        assert_eq!(Token::code("a").bold(), Token::code("a"));
    }

    #[test]
    fn a_link_may_have_lost_its_target_but_never_has_two() {
        let read = |json: Value| serde_json::from_value::<Token>(json);
        let lost = read(json!({"type": "LinkToken", "text": "a"})).unwrap();
        assert_eq!(lost, Token::Link(Link { text: "a".to_owned(), target: None }));
        let id = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";
        assert!(read(json!({"type": "LinkToken", "text": "a", "url": "x:y", "entityId": id})).is_err());
    }

    #[test]
    fn surprises_are_noticed_and_unknown_members_passed_over() {
        let read = |json: Value| serde_json::from_value::<Token>(json);
        assert!(read(json!({"type": "TextToken", "text": "a"})).is_err(), "a text token without style");
        assert!(read(json!({"type": "EmojiToken", "text": "a"})).is_err(), "an unknown kind of token");
        assert_eq!(read(json!({"type": "CodeToken", "text": "a", "lang": "c"})).unwrap(), Token::code("a"));
    }
}
