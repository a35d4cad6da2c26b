//! Writing the wire form: exactly the members the contract's response schemas know, in their order.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value as Json;

use crate::block::{Block, Content, Hierarchy, Highlight};
use crate::date::DatePayload;
use crate::id::StructureId;
use crate::object::Object;
use crate::schema::{Collection, Schema, Space};
use crate::stored::Lines;
use crate::structure::{LabelOption, PropertyDefinition, PropertyKind, Structure};
use crate::time::Timestamp;
use crate::token::{LinkTarget, Token};
use crate::value::Value;

/// An object with what its wire form needs besides.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The object.
    pub object: &'a Object,
    /// Its structure.
    pub structure: &'a Structure,
    /// When the revision was committed that made it so.
    pub updated_at: Timestamp,
    /// Where its files can be had.
    pub links: &'a [FileLink],
}

/// Where the bytes of a file can be had, for a time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileLink {
    /// The whole URL.
    pub url: String,
    /// The media type of the file.
    pub file_type: String,
    /// When the URL ends.
    pub expires: Timestamp,
}

/// The bytes of an ObjectResponse (spec/02 §0).
#[must_use]
pub fn render_object(shown: Shown<'_>) -> Vec<u8> {
    let Shown { object, structure, links, .. } = shown;
    let lines = object.blocks.lines();
    let room = lines.map_or_else(|| 512 * object.block_count(), Lines::len);
    let mut bytes = Vec::with_capacity(1024 + room);
    // Writing these types to memory cannot fail, as below.
    let _ = serde_json::to_writer(&mut bytes, &Head(shown));
    bytes.pop();
    bytes.extend_from_slice(b",\"blocks\":");
    let mut separator = b'{';
    for section in structure.sections() {
        bytes.push(separator);
        separator = b',';
        let _ = serde_json::to_writer(&mut bytes, section);
        bytes.push(b':');
        match lines {
            Some(lines) => bytes.extend_from_slice(lines.section(section).unwrap_or(b"[]")),
            None => write_blocks(object.blocks.get(section).map_or(&[][..], Vec::as_slice), &mut bytes),
        }
    }
    if separator == b'{' {
        bytes.push(separator);
    }
    bytes.push(b'}');
    if !links.is_empty() {
        bytes.extend_from_slice(b",\"files\":");
        let _ = serde_json::to_writer(&mut bytes, &List(links));
    }
    bytes.push(b'}');
    bytes
}

/// Writes the blocks of a section.
pub(crate) fn write_blocks(blocks: &[Block], to: &mut Vec<u8>) {
    // Writing these types to memory cannot fail, as below.
    let _ = serde_json::to_writer(to, &List(blocks));
}

/// The wire form of a value; `options` are those of its property, if that is a label.
pub(crate) fn value_json(value: &Value, options: &[LabelOption]) -> Json {
    to_json(&Defined(value, options))
}

/// The wire form of a block with everything below it.
pub(crate) fn block_json(block: &Block) -> Json {
    to_json(&Wire(block))
}

/// The bytes of the answer to GET /space.
#[must_use]
pub fn render_space(space: &Space) -> Vec<u8> {
    to_bytes(&Wire(space))
}

/// The bytes of the answer to GET /space/structures.
#[must_use]
pub fn render_structures(schema: &Schema) -> Vec<u8> {
    to_bytes(&Wire(schema))
}

/// The bytes of a structure as the list of structures shows it; nothing when it is not listed.
#[must_use]
pub fn render_structure(schema: &Schema, id: StructureId) -> Option<Vec<u8>> {
    let structure = &schema.structure(id)?.value;
    structure.listed.then(|| to_bytes(&Listed { schema, structure }))
}

/// The bytes of a collection as a structure shows it.
#[must_use]
pub fn render_collection(collection: &Collection) -> Vec<u8> {
    to_bytes(&Wire(collection))
}

fn to_bytes(value: &impl Serialize) -> Vec<u8> {
    // Writing these types to memory cannot fail: no map has keys that are not texts, no number is infinite.
    serde_json::to_vec(value).unwrap_or_default()
}

fn to_json(value: &impl Serialize) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

/// The wire form of something.
struct Wire<'a, T: ?Sized>(&'a T);

/// An object up to its text.
struct Head<'a>(Shown<'a>);

impl Serialize for Head<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.0.object.id)?;
        map.serialize_entry("structureId", &self.0.object.structure)?;
        map.serialize_entry("collections", &self.0.object.collections)?;
        map.serialize_entry("properties", &Properties(self.0))?;
        map.end()
    }
}

impl Serialize for Wire<'_, FileLink> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("url", &self.0.url)?;
        map.serialize_entry("fileType", &self.0.file_type)?;
        map.serialize_entry("expirationDate", &self.0.expires.to_string())?;
        map.end()
    }
}

struct Properties<'a>(Shown<'a>);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Shown { object, structure, updated_at, .. } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for definition in &structure.properties {
            match (object.properties.get(&definition.id), &definition.kind) {
                (_, PropertyKind::Blocks) => {}
                (_, PropertyKind::LastUpdatedAt) => {
                    let value = Payload { kind: "lastUpdatedAt", payload: Held(&updated_at.to_string()) };
                    map.serialize_entry(&definition.id, &value)?;
                }
                (Some(value), _) => map.serialize_entry(&definition.id, &Defined(value, definition.options()))?,
                (None, PropertyKind::Title) => {
                    map.serialize_entry(&definition.id, &Defined(&Value::Title(None), &[]))?;
                }
                (None, _) => {}
            }
        }
        map.end()
    }
}

/// `{"type": kind, kind: payload}`.
struct Payload<T> {
    kind: &'static str,
    payload: T,
}

impl<T: Serialize> Serialize for Payload<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", self.kind)?;
        map.serialize_entry(self.kind, &self.payload)?;
        map.end()
    }
}

/// `{"value": …}`.
struct Held<'a, T: ?Sized>(&'a T);

impl<T: Serialize + ?Sized> Serialize for Held<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("value", self.0)?;
        map.end()
    }
}

/// A value with the options of its property, which know the names of labels.
struct Defined<'a>(&'a Value, &'a [LabelOption]);

impl Serialize for Defined<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(value, options) = self;
        let kind = value.kind();
        match value {
            Value::Title(text) | Value::Text(text) | Value::Url(text) => held(serializer, kind, text),
            Value::Number(number) => held(serializer, kind, number),
            Value::Boolean(flag) => held(serializer, kind, flag),
            Value::Aliases(aliases) => held(serializer, kind, aliases),
            Value::Icon(icon) => held(serializer, kind, icon),
            Value::CreatedAt(time) => held(serializer, kind, &time.to_string()),
            Value::RichText(tokens) => held(serializer, kind, &List(tokens)),
            Value::Date(date) => Payload { kind, payload: Wire(date) }.serialize(serializer),
            Value::Entity(ids) => {
                let targets: Vec<_> = ids.iter().map(|id| Target { id }).collect();
                Payload { kind, payload: targets }.serialize(serializer)
            }
            Value::Label(ids) => {
                let chosen: Vec<_> =
                    ids.iter().filter_map(|id| options.iter().find(|option| option.id == *id)).collect();
                Payload { kind, payload: chosen }.serialize(serializer)
            }
        }
    }
}

fn held<S: Serializer, T: Serialize>(serializer: S, kind: &'static str, value: &T) -> Result<S::Ok, S::Error> {
    Payload { kind, payload: Held(value) }.serialize(serializer)
}

#[derive(serde::Serialize)]
struct Target<'a> {
    id: &'a crate::id::ObjectId,
}

/// A list of things in their wire form.
struct List<'a, T>(&'a [T]);

impl<'a, T> Serialize for List<'a, T>
where
    Wire<'a, T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            seq.serialize_element(&Wire(item))?;
        }
        seq.end()
    }
}

impl Serialize for Wire<'_, DatePayload> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("dateResolution", &self.0.resolution)?;
        map.serialize_entry("start", &self.0.start.map(|time| time.to_string()))?;
        map.serialize_entry("end", &self.0.end.map(|time| time.to_string()))?;
        map.end()
    }
}

impl Serialize for Wire<'_, Token> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", self.0.kind())?;
        map.serialize_entry("text", self.0.text())?;
        match self.0 {
            Token::Text { style, color, .. } => {
                map.serialize_entry("style", style)?;
                some(&mut map, "color", color.as_ref())?;
            }
            Token::Link { target: Some(target), .. } => match target {
                LinkTarget::Url(url) => map.serialize_entry("url", url)?,
                LinkTarget::Entity(id) => map.serialize_entry("entityId", id)?,
                LinkTarget::Date(date) => map.serialize_entry("date", &Wire(date))?,
            },
            _ => {}
        }
        map.end()
    }
}

fn some<M: SerializeMap, T: Serialize>(map: &mut M, key: &'static str, value: Option<&T>) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(key, value),
        None => Ok(()),
    }
}

/// `{key: value}`, as the decorations of blocks are written.
struct One<'a, T>(&'static str, &'a T);

impl<T: Serialize> Serialize for One<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, self.1)?;
        map.end()
    }
}

impl Serialize for Wire<'_, Block> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let block = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &block.id)?;
        map.serialize_entry("type", block.content.kind())?;
        let children = || List(block.children.first().map_or(&[][..], Vec::as_slice));
        match &block.content {
            Content::Text(text) => {
                map.serialize_entry("tokens", &List(&text.tokens))?;
                map.serialize_entry("blocks", &children())?;
                map.serialize_entry::<_, Hierarchy>("hierarchy", &text.hierarchy)?;
                some(&mut map, "list", text.list.as_ref().map(|list| One("type", list)).as_ref())?;
                some(&mut map, "todo", text.todo.as_ref().map(|done| One("isDone", done)).as_ref())?;
                some(&mut map, "toggle", text.toggle.as_ref().map(|open| One("isOpen", open)).as_ref())?;
                some(&mut map, "quote", text.quote.as_ref().map(|layout| One("layout", layout)).as_ref())?;
                some(&mut map, "colorTheme", text.color_theme.as_ref())?;
                some::<_, Highlight>(&mut map, "highlight", text.highlight.as_ref())?;
            }
            Content::Group(group) => {
                map.serialize_entry("blocks", &children())?;
                some(&mut map, "list", group.list.as_ref().map(|list| One("type", list)).as_ref())?;
                some(&mut map, "todo", group.todo.as_ref().map(|done| One("isDone", done)).as_ref())?;
                some(&mut map, "toggle", group.toggle.as_ref().map(|open| One("isOpen", open)).as_ref())?;
                some(&mut map, "colorTheme", group.color_theme.as_ref())?;
            }
            Content::Grid(grid) => {
                let columns: Vec<_> = block.children.iter().map(|column| List(column)).collect();
                map.serialize_entry("columns", &columns)?;
                map.serialize_entry("dividers", &grid.dividers)?;
                some(&mut map, "gridLayout", grid.layout.as_ref())?;
                some(&mut map, "colorTheme", grid.color_theme.as_ref())?;
            }
            Content::Code { lang, text } => {
                map.serialize_entry("lang", lang)?;
                map.serialize_entry("text", text)?;
            }
            Content::Math { text, color_theme } => {
                map.serialize_entry("text", text)?;
                some(&mut map, "colorTheme", color_theme.as_ref())?;
            }
            Content::Entity { target, date } => {
                map.serialize_entry("entityId", target)?;
                some(&mut map, "date", date.as_ref().map(Wire).as_ref())?;
            }
            Content::Line => {}
            Content::Unsupported { kind } => map.serialize_entry("blockType", kind)?,
        }
        map.end()
    }
}

impl Serialize for Wire<'_, Space> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.0.id)?;
        map.serialize_entry("title", &self.0.title)?;
        some(&mut map, "icon", self.0.icon.as_ref())?;
        map.end()
    }
}

impl Serialize for Wire<'_, Schema> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let listed: Vec<_> = self
            .0
            .structures
            .iter()
            .filter(|structure| structure.value.listed)
            .map(|structure| Listed { schema: self.0, structure: &structure.value })
            .collect();
        One("structures", &listed).serialize(serializer)
    }
}

impl Serialize for Wire<'_, Collection> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("id", &self.0.id)?;
        map.serialize_entry("title", &self.0.title)?;
        map.end()
    }
}

struct Listed<'a> {
    schema: &'a Schema,
    structure: &'a Structure,
}

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { schema, structure } = self;
        let definitions: Vec<_> =
            structure.properties.iter().filter(|property| property.kind.name().is_some()).map(Wire).collect();
        let collections: Vec<_> = schema
            .collections
            .iter()
            .map(|collection| &collection.value)
            .filter(|collection| collection.structure == structure.id)
            .map(Wire)
            .collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &structure.id)?;
        map.serialize_entry("title", &structure.title)?;
        map.serialize_entry("pluralName", &structure.plural_name)?;
        map.serialize_entry("propertyDefinitions", &definitions)?;
        map.serialize_entry("labelColor", &structure.label_color)?;
        map.serialize_entry("collections", &collections)?;
        map.end()
    }
}

impl Serialize for Wire<'_, PropertyDefinition> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let definition = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &definition.id)?;
        map.serialize_entry("name", &definition.name)?;
        map.serialize_entry("type", &definition.kind.name())?;
        map.serialize_entry("writable", &!definition.read_only)?;
        match &definition.kind {
            PropertyKind::Label { multiple, options } => {
                map.serialize_entry("multiple", multiple)?;
                map.serialize_entry("labelSet", options)?;
            }
            PropertyKind::Entity { allowed } if !allowed.is_empty() => {
                map.serialize_entry("allowedStructures", allowed)?;
            }
            _ => {}
        }
        map.end()
    }
}
