//! Property values (spec/03 §3): on the wire `{"type": T, T: payload}`.

use serde::{Deserialize, Serialize};

use crate::date::DatePayload;
use crate::icon::Icon;
use crate::id::{LabelId, ObjectId, PropertyId};
use crate::number::Number;
use crate::reader::{Node, Reading};
use crate::time::Timestamp;
use crate::token::{Token, read_entity, read_tokens};

/// The value of one property. Kept in normal form: label options and entities by id only. A value that was cleared stays
/// as an explicit nothing, so that a client that reads back finds what it wrote.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum Value {
    Title(Option<String>),
    Text(Option<String>),
    Number(Option<Number>),
    Boolean(Option<bool>),
    Url(Option<String>),
    Date(DatePayload),
    Label(Vec<LabelId>),
    Entity(Vec<ObjectId>),
    Aliases(Vec<String>),
    Icon(Option<Icon>),
    CreatedAt(Timestamp),
    RichText(Vec<Token>),
}

impl Value {
    /// The `type` on the wire.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Title(_) => "title",
            Self::Text(_) => "text",
            Self::Number(_) => "number",
            Self::Boolean(_) => "boolean",
            Self::Url(_) => "url",
            Self::Date(_) => "date",
            Self::Label(_) => "label",
            Self::Entity(_) => "entity",
            Self::Aliases(_) => "aliases",
            Self::Icon(_) => "icon",
            Self::CreatedAt(_) => "createdAt",
            Self::RichText(_) => "richText",
        }
    }

    /// Whether it was cleared, so that nothing is lost with it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Title(text) | Self::Text(text) | Self::Url(text) => text.is_none(),
            Self::Number(number) => number.is_none(),
            Self::Boolean(flag) => flag.is_none(),
            Self::Date(date) => date.start.is_none(),
            Self::Label(chosen) => chosen.is_empty(),
            Self::Entity(targets) => targets.is_empty(),
            Self::Aliases(aliases) => aliases.is_empty(),
            Self::Icon(icon) => icon.is_none(),
            Self::CreatedAt(_) => false,
            Self::RichText(tokens) => tokens.is_empty(),
        }
    }
}

/// An object has at most this many aliases.
pub const MAX_ALIASES: usize = 8;

/// Reads a map from property id to value, as clients write them.
pub fn read_properties(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Vec<(PropertyId, Value)>> {
    let read: Vec<_> =
        node.members(reading)?.map(|(id, value)| Some((PropertyId::from(id), read_value(&value, reading)?))).collect();
    read.into_iter().collect()
}

type Reader = fn(&Node<'_, '_>, &mut Reading) -> Option<Value>;

/// Reads `{"type": T, T: payload}`.
pub fn read_value(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Value> {
    node.object(reading)?;
    let readers: [(&'static str, (&'static str, Reader)); 12] = [
        ("title", ("title", |n, r| n.get("value").nullable_string(r).map(Value::Title))),
        ("text", ("text", |n, r| n.get("value").nullable_string(r).map(Value::Text))),
        (
            "number",
            ("number", |n, r| read_nullable(n, r, |n, r| n.number(r).cloned().map(Number::from)).map(Value::Number)),
        ),
        ("boolean", ("boolean", |n, r| read_nullable(n, r, |n, r| n.boolean(r)).map(Value::Boolean))),
        ("url", ("url", |n, r| n.get("value").nullable_string(r).map(Value::Url))),
        ("date", ("date", |n, r| DatePayload::read(n, r).map(Value::Date))),
        ("label", ("label", read_labels)),
        ("entity", ("entity", read_entities)),
        ("aliases", ("aliases", read_aliases)),
        ("icon", ("icon", |n, r| read_nullable(n, r, Icon::read).map(Value::Icon))),
        ("createdAt", ("createdAt", read_created_at)),
        ("richText", ("richText", |n, r| read_tokens(&n.get("value"), r).map(Value::RichText))),
    ];
    let (key, read) = discriminate(node, reading, &readers)?;
    let payload = node.get(key);
    if !matches!(key, "label" | "entity") {
        payload.object(reading)?;
    }
    read(&payload, reading)
}

/// Reads the `type` that tells what an object is; an unknown one is the contract's discriminator problem.
pub(crate) fn discriminate<T: Copy>(node: &Node<'_, '_>, reading: &mut Reading, kinds: &[(&str, T)]) -> Option<T> {
    let kind = node.get("type");
    let word = kind.value().and_then(serde_json::Value::as_str);
    let found = kinds.iter().find(|(name, _)| Some(*name) == word);
    if found.is_none() {
        let names: Vec<_> = kinds.iter().map(|(name, _)| format!("'{name}'")).collect();
        reading.problem(&kind, format!("Invalid discriminator value. Expected {}", names.join(" | ")));
    }
    found.map(|(_, value)| *value)
}

fn read_nullable<'v, T>(
    node: &Node<'_, 'v>,
    reading: &mut Reading,
    read: impl Fn(&Node<'_, 'v>, &mut Reading) -> Option<T>,
) -> Option<Option<T>> {
    let value = node.get("value");
    if value.is_null() { Some(None) } else { read(&value, reading).map(Some) }
}

fn read_labels(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Value> {
    let options: Vec<_> = node
        .elements(reading)?
        .map(|option| {
            option.object(reading)?;
            let id = option.get("id").string(reading);
            let name = option.get("name").string(reading);
            let color = option.get("color");
            let color_is_text = color.is_absent() || color.string(reading).is_some();
            name.filter(|_| color_is_text).and(id).map(LabelId::from)
        })
        .collect();
    options.into_iter().collect::<Option<_>>().map(Value::Label)
}

fn read_entities(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Value> {
    let targets: Vec<_> = node
        .elements(reading)?
        .map(|target| {
            target.object(reading)?;
            read_entity(&target.get("id"), reading)
        })
        .collect();
    targets.into_iter().collect::<Option<_>>().map(Value::Entity)
}

fn read_aliases(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Value> {
    let list = node.get("value");
    let aliases: Vec<_> = list.elements(reading)?.map(|alias| alias.string(reading).map(str::to_owned)).collect();
    if aliases.len() > MAX_ALIASES {
        reading.problem(&list, format!("Too big: expected array to have <={MAX_ALIASES} items"));
        return None;
    }
    aliases.into_iter().collect::<Option<_>>().map(Value::Aliases)
}

fn read_created_at(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Value> {
    let value = node.get("value");
    let time = Timestamp::parse(value.string(reading)?);
    if time.is_none() {
        reading.problem(&value, "Invalid ISO datetime");
    }
    time.map(Value::CreatedAt)
}
