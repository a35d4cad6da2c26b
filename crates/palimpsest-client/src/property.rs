//! Property values (spec/03 §3): on the wire `{"type": T, T: payload}`.

use palimpsest_model::{Icon, LabelId, Number, ObjectId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::required::required;
use crate::time::WireTime;
use crate::token::Token;

/// The value of one property.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "Wire", into = "Wire")]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum PropertyValue {
    Title(Option<String>),
    Text(Option<String>),
    Number(Option<Number>),
    Boolean(Option<bool>),
    Url(Option<String>),
    Date(Date),
    Label(Vec<LabelView>),
    Entity(Vec<ObjectId>),
    Aliases(Vec<String>),
    Icon(Option<Icon>),
    CreatedAt(Timestamp),
    /// Only read; the server tells it.
    LastUpdatedAt(Timestamp),
    RichText(Vec<Token>),
}

/// An option of a label property.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LabelView {
    /// Its name within the property.
    pub id: LabelId,
    /// What people call it; ignored when written.
    pub name: String,
    /// The name of a theme colour; ignored when written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

impl PropertyValue {
    /// A title.
    pub fn title(text: impl Into<String>) -> Self {
        Self::Title(Some(text.into()))
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Some(text.into()))
    }

    /// A number.
    pub fn number(number: impl Into<Number>) -> Self {
        Self::Number(Some(number.into()))
    }

    /// Yes or no.
    #[must_use]
    pub fn boolean(flag: bool) -> Self {
        Self::Boolean(Some(flag))
    }

    /// A link of the web.
    pub fn url(url: impl Into<String>) -> Self {
        Self::Url(Some(url.into()))
    }

    /// Options by id; the server knows their names.
    pub fn labels<'i>(ids: impl IntoIterator<Item = &'i str>) -> Self {
        let option = |id: &str| LabelView { id: LabelId::from(id), name: id.to_owned(), color: None };
        Self::Label(ids.into_iter().map(option).collect())
    }

    /// Other objects.
    pub fn objects(ids: impl IntoIterator<Item = ObjectId>) -> Self {
        Self::Entity(ids.into_iter().collect())
    }

    /// Other names of the object.
    pub fn aliases<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Aliases(names.into_iter().map(str::to_owned).collect())
    }

    /// One emoji as icon.
    pub fn emoji(emoji: impl Into<String>) -> Self {
        Self::Icon(Some(Icon::Emoji(emoji.into())))
    }

    /// A run of tokens.
    pub fn rich_text(tokens: impl IntoIterator<Item = Token>) -> Self {
        Self::RichText(tokens.into_iter().collect())
    }

    /// The text of a title, text or URL that has one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Title(text) | Self::Text(text) | Self::Url(text) => text.as_deref(),
            _ => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Wire {
    Title { title: Held<Option<String>> },
    Text { text: Held<Option<String>> },
    Number { number: Held<Option<Number>> },
    Boolean { boolean: Held<Option<bool>> },
    Url { url: Held<Option<String>> },
    Date { date: Date },
    Label { label: Vec<LabelView> },
    Entity { entity: Vec<Target> },
    Aliases { aliases: Held<Vec<String>> },
    Icon { icon: Held<Option<Icon>> },
    CreatedAt { created_at: Held<WireTime> },
    LastUpdatedAt { last_updated_at: Held<WireTime> },
    RichText { rich_text: Held<Vec<Token>> },
}

#[derive(Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct Held<T> {
    #[serde(deserialize_with = "required")]
    value: T,
}

#[derive(Serialize, Deserialize)]
struct Target {
    id: ObjectId,
}

impl From<Wire> for PropertyValue {
    fn from(wire: Wire) -> Self {
        match wire {
            Wire::Title { title } => Self::Title(title.value),
            Wire::Text { text } => Self::Text(text.value),
            Wire::Number { number } => Self::Number(number.value),
            Wire::Boolean { boolean } => Self::Boolean(boolean.value),
            Wire::Url { url } => Self::Url(url.value),
            Wire::Date { date } => Self::Date(date),
            Wire::Label { label } => Self::Label(label),
            Wire::Entity { entity } => Self::Entity(entity.into_iter().map(|target| target.id).collect()),
            Wire::Aliases { aliases } => Self::Aliases(aliases.value),
            Wire::Icon { icon } => Self::Icon(icon.value),
            Wire::CreatedAt { created_at } => Self::CreatedAt(created_at.value.0),
            Wire::LastUpdatedAt { last_updated_at } => Self::LastUpdatedAt(last_updated_at.value.0),
            Wire::RichText { rich_text } => Self::RichText(rich_text.value),
        }
    }
}

impl From<PropertyValue> for Wire {
    fn from(value: PropertyValue) -> Self {
        match value {
            PropertyValue::Title(value) => Self::Title { title: Held { value } },
            PropertyValue::Text(value) => Self::Text { text: Held { value } },
            PropertyValue::Number(value) => Self::Number { number: Held { value } },
            PropertyValue::Boolean(value) => Self::Boolean { boolean: Held { value } },
            PropertyValue::Url(value) => Self::Url { url: Held { value } },
            PropertyValue::Date(date) => Self::Date { date },
            PropertyValue::Label(label) => Self::Label { label },
            PropertyValue::Entity(ids) => Self::Entity { entity: ids.into_iter().map(|id| Target { id }).collect() },
            PropertyValue::Aliases(value) => Self::Aliases { aliases: Held { value } },
            PropertyValue::Icon(value) => Self::Icon { icon: Held { value } },
            PropertyValue::CreatedAt(at) => Self::CreatedAt { created_at: Held { value: WireTime(at) } },
            PropertyValue::LastUpdatedAt(at) => Self::LastUpdatedAt { last_updated_at: Held { value: WireTime(at) } },
            PropertyValue::RichText(value) => Self::RichText { rich_text: Held { value } },
        }
    }
}

#[cfg(test)]
mod tests {
    use palimpsest_model::parse_uuid;
    use serde_json::{Value, json};

    use super::*;

    fn check(value: PropertyValue, expected: Value) {
        assert_eq!(serde_json::to_value(&value).unwrap(), expected);
        assert_eq!(serde_json::from_value::<PropertyValue>(expected).unwrap(), value);
    }

    #[test]
    fn values_are_written_and_read_back() {
        let id = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";
        let at = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        check(PropertyValue::title("a"), json!({"type": "title", "title": {"value": "a"}}));
        check(PropertyValue::Title(None), json!({"type": "title", "title": {"value": null}}));
        check(PropertyValue::text("a"), json!({"type": "text", "text": {"value": "a"}}));
        check(PropertyValue::number(3), json!({"type": "number", "number": {"value": 3}}));
        check(PropertyValue::boolean(true), json!({"type": "boolean", "boolean": {"value": true}}));
        check(PropertyValue::url("a:b"), json!({"type": "url", "url": {"value": "a:b"}}));
        check(
            PropertyValue::Date(Date::none()),
            json!({"type": "date", "date": {"dateResolution": "day", "start": null, "end": null}}),
        );
        check(PropertyValue::labels(["done"]), json!({"type": "label", "label": [{"id": "done", "name": "done"}]}));
        check(
            PropertyValue::objects([ObjectId(parse_uuid(id).unwrap())]),
            json!({"type": "entity", "entity": [{"id": id}]}),
        );
        check(PropertyValue::aliases(["a", "b"]), json!({"type": "aliases", "aliases": {"value": ["a", "b"]}}));
        check(PropertyValue::emoji("🧪"), json!({"type": "icon", "icon": {"value": {"type": "emoji", "val": "🧪"}}}));
        check(
            PropertyValue::CreatedAt(at),
            json!({"type": "createdAt", "createdAt": {"value": "2026-11-22T12:00:00.000Z"}}),
        );
        check(
            PropertyValue::LastUpdatedAt(at),
            json!({"type": "lastUpdatedAt", "lastUpdatedAt": {"value": "2026-11-22T12:00:00.000Z"}}),
        );
        check(
            PropertyValue::rich_text([Token::code("a")]),
            json!({"type": "richText", "richText": {"value": [{"type": "CodeToken", "text": "a"}]}}),
        );
    }

    #[test]
    fn a_value_without_its_payload_is_a_surprise() {
        let read = |json: Value| serde_json::from_value::<PropertyValue>(json);
        assert!(read(json!({"type": "title", "title": {}})).is_err());
        assert!(read(json!({"type": "title", "text": {"value": "a"}})).is_err());
        assert!(read(json!({"type": "colour", "colour": {"value": "a"}})).is_err());
    }
}
